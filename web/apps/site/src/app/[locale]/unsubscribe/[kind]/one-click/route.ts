import { ApiError } from "@svetu/api-client/problem";
import { defaultLocale, isLocale } from "@svetu/i18n/locales";
import { isKind, unsubscribe } from "@/unsubscribe/kinds";

interface Context {
  params: Promise<{ locale: string; kind: string }>;
}

/** What a mail program sends to the page's address (RFC 8058); proxy.ts leads it here. */
export async function POST(request: Request, { params }: Context): Promise<Response> {
  const { locale, kind } = await params;
  const token = new URL(request.url).searchParams.get("token") ?? "";
  if (!isKind(kind)) return new Response(null, { status: 404 });
  try {
    await unsubscribe(isLocale(locale) ? locale : defaultLocale, kind, token);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return new Response(null, { status: error.status === 0 ? 503 : error.status });
  }
  return new Response(null, { status: 204 });
}
