import "server-only";

import { defaultLocale, href, isLocale, type Locale } from "@svetu/i18n/locales";

export interface Context {
  params: Promise<{ locale: string }>;
}

const ACCOUNT = /^account_[0-9a-z]{26}$/;

/** Whom a form of these is about, and their page. */
export async function read(request: Request, { params }: Context) {
  const { locale: given } = await params;
  const locale: Locale = isLocale(given) ? given : defaultLocale;
  const form = await request.formData();
  const account = form.get("account");
  const known = typeof account === "string" && ACCOUNT.test(account) ? account : null;
  return { locale, form, account: known, page: known ? `/staff/people/${known}` : "/staff/people" };
}

/** A plain navigation: nothing of whoever was shown before stays in the page's memory. */
export function go(to: string, cookies: string[] = []): Response {
  const headers = new Headers({ location: to, "cache-control": "no-store" });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

/** A link begins and ends nothing. */
export async function goBack(_: Request, { params }: Context): Promise<Response> {
  const { locale } = await params;
  return go(href(isLocale(locale) ? locale : defaultLocale, "/staff/people"));
}
