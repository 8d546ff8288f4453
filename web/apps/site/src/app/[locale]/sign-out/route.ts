import { defaultLocale, href, isLocale } from "@svetu/i18n/locales";
import { act, sameOrigin } from "@/api/act";

interface Context {
  params: Promise<{ locale: string }>;
}

/** The header's form. A plain navigation: nothing that was private stays in the page's memory. */
export async function POST(_: Request, { params }: Context): Promise<Response> {
  const { locale: given } = await params;
  const locale = isLocale(given) ? given : defaultLocale;
  const headers = new Headers({ location: href(locale, "/"), "cache-control": "no-store" });
  if (!(await sameOrigin())) return new Response(null, { status: 303, headers });
  const { cookies } = await act(locale, "POST", "/identity/sign-out");
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** Somebody who opens the address has nothing to end: a link cannot sign anybody out. */
export async function GET(_: Request, { params }: Context): Promise<Response> {
  const { locale } = await params;
  return new Response(null, {
    status: 303,
    headers: { location: href(isLocale(locale) ? locale : defaultLocale, "/") },
  });
}
