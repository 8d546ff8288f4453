import type { Listing } from "@svetu/api-client/types";
import { formatDate, formatMoney } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import { PriceText } from "@svetu/ui/price-text";
import { ChevronDown } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { priceWords } from "./card";
import { otherPrice, priceText } from "./price";

/** The price, the same in the other currency, and how it changed. */
export async function PriceBlock({ locale, listing }: { locale: Locale; listing: Listing }) {
  const [t, words] = await Promise.all([getTranslations("listing"), priceWords()]);
  const history = listing.price_history ?? [];
  return (
    <div>
      <PriceText
        size="page"
        price={priceText(locale, listing.price, words)}
        other={otherPrice(locale, listing.price_other)}
        previous={listing.previous_price ? formatMoney(locale, listing.previous_price) : null}
        previousLabel={t("price.before")}
      />
      {history.length > 1 && (
        <details className="no-print group mt-1 text-sm">
          <summary className="inline-flex min-h-6 list-none items-center gap-1 text-quiet hover:text-ink">
            {t("price.history")}
            <ChevronDown aria-hidden className="size-4 group-open:rotate-180" />
          </summary>
          <table className="mt-2 w-full">
            <thead className="sr-only">
              <tr>
                <th scope="col">{t("price.date")}</th>
                <th scope="col">{t("price.price")}</th>
              </tr>
            </thead>
            <tbody>
              {history.map(({ price, at }) => (
                <tr key={at} className="border-t border-line">
                  <td className="py-1.5 text-quiet">{formatDate(locale, at)}</td>
                  <td className="tabular py-1.5 text-right">{priceText(locale, price, words)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </div>
  );
}
