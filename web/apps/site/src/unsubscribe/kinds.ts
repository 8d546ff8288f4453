import "server-only";

import type { Locale } from "@svetu/i18n/locales";
import { act } from "@/api/act";

export const kinds = ["prices", "searches"] as const;
export type Kind = (typeof kinds)[number];

export const isKind = (value: string): value is Kind => (kinds as readonly string[]).includes(value);

/** The letter's token is the proof: no session is asked for. */
export async function unsubscribe(locale: Locale, kind: Kind, token: string): Promise<void> {
  if (kind === "prices") {
    await act(locale, "POST", "/marketplace/price-letters/unsubscribe", { query: { token } });
  } else {
    await act(locale, "POST", "/marketplace/saved-searches/unsubscribe", { body: { token } });
  }
}
