import type { Money, Price } from "@svetu/api-client/types";
import { formatMoney } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";

export type PriceWords = Record<"agreement" | "free" | "contact", string>;

/** A price in the reader's words. */
export function priceText(locale: Locale, price: Price | null | undefined, words: PriceWords): string {
  if (!price) return words.contact;
  return price.kind === "fixed" ? formatMoney(locale, price) : words[price.kind];
}

/** The same by the day's rate: whole units, for a rate knows no better. */
export function otherPrice(locale: Locale, money: Money | null | undefined): string | null {
  return money
    ? formatMoney(locale, { ...money, amount_minor: Math.max(1, Math.round(money.amount_minor / 100)) * 100 })
    : null;
}
