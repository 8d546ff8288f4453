import { defaultLocale, href, isLocale } from "@svetu/i18n/locales";

interface Context {
  params: Promise<{ locale: string }>;
}

/** Where the manifest sends what another app shares. The service worker makes a draft of it; without one, the wizard opens. */
export async function POST(_: Request, { params }: Context): Promise<Response> {
  const { locale } = await params;
  return new Response(null, {
    status: 303,
    headers: { location: href(isLocale(locale) ? locale : defaultLocale, "/post") },
  });
}

export { POST as GET };
