import type { Price } from "@svetu/api-client/types";
import { formatMoney } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";

export type PriceWords = Record<"agreement" | "free" | "contact", string>;

/** A price in the reader's words. */
export function priceText(locale: Locale, price: Price | null | undefined, words: PriceWords): string {
  if (!price) return words.contact;
  return price.kind === "fixed" ? formatMoney(locale, price) : words[price.kind];
}
