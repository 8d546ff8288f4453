import "server-only";

import type { Locale } from "@svetu/i18n/locales";
import { headers } from "next/headers";

/** Of every request that is made for the visitor: whose it is, from where, and what it belongs to. */
const VISITORS = ["cookie", "user-agent", "x-forwarded-for", "x-request-id", "traceparent"];

/** The visitor's own headers, with the language of the page; `more` are named beside the usual ones. */
export async function forwarded(locale: Locale, more: string[] = []): Promise<Record<string, string>> {
  const incoming = await headers();
  const kept: Record<string, string> = { "accept-language": locale };
  for (const name of [...VISITORS, ...more]) {
    const value = incoming.get(name);
    if (value) kept[name] = value;
  }
  return kept;
}
