import type { RiskReason } from "@svetu/api-client/types";
import { formatMoney } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import type { useTranslations } from "next-intl";

type Words = ReturnType<typeof useTranslations<"staff.found">>;

const FIELDS = ["title", "description"] as const;
const CONTACTS = ["phone", "email", "url", "handle"] as const;

function one<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((name) => name === value);
}

/** What the machine found, in words; the rule itself stands beside it. */
export function foundText(locale: Locale, t: Words, { detail }: RiskReason): string[] {
  const lines: string[] = [];
  const amount = (value: unknown) => formatMoney(locale, { amount_minor: Number(value), currency: "RSD" });
  if (typeof detail.words === "string") lines.push(t("words", { words: detail.words }));
  const field = one(FIELDS, detail.field);
  const kind = one(CONTACTS, detail.kind);
  if (field && kind) lines.push(t(`contact.${kind}`), t(`in.${field}`));
  if (detail.same_text === true) lines.push(t("sameText"));
  if (typeof detail.same_pictures === "number" && detail.same_pictures > 0) {
    lines.push(t("samePictures", { count: detail.same_pictures }));
  }
  if (typeof detail.price_rsd_minor === "number" && typeof detail.median_rsd_minor === "number") {
    lines.push(t("price", { price: amount(detail.price_rsd_minor), median: amount(detail.median_rsd_minor) }));
  }
  if (typeof detail.compared === "number") lines.push(t("compared", { count: detail.compared }));
  if (typeof detail.reports === "number") lines.push(t("reports", { count: detail.reports }));
  return lines;
}

/** The other ad that a reason speaks of. */
export const otherListing = ({ detail }: RiskReason): string | undefined =>
  typeof detail.listing === "string" ? detail.listing : undefined;
