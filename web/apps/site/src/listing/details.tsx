import type { Listing } from "@svetu/api-client/types";
import { getTranslations } from "next-intl/server";

/** What the category asks about, as a table; two columns where there is room. */
export async function Details({ listing }: { listing: Listing }) {
  const [t, words] = await Promise.all([getTranslations("listing"), getTranslations("search")]);
  const rows = [
    ...(listing.condition ? [{ name: t("condition"), text: words(`condition.${listing.condition}`) }] : []),
    ...listing.attributes.map(({ name, text }) => ({ name, text })),
    ...(listing.delivery.length > 0
      ? [{ name: t("delivery"), text: listing.delivery.map((way) => words(`delivery.${way}`)).join(", ") }]
      : []),
  ];
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="details">
      <h2 id="details" className="text-lg">
        {t("details")}
      </h2>
      <dl className="mt-3 border-t border-line sm:columns-2 sm:gap-x-8">
        {rows.map(({ name, text }) => (
          <div key={name} className="flex break-inside-avoid gap-4 border-b border-line py-2.5 text-sm lg:text-base">
            <dt className="w-2/5 shrink-0 text-quiet">{name}</dt>
            <dd className="min-w-0 grow font-[550]">{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The text's language as markup says it: what the API transliterated is Serbian in the other script. */
export function textLanguage(listing: Listing): string {
  if (!listing.original) return listing.language;
  return listing.original.language === "sr-Cyrl" ? "sr-Latn" : "sr-Cyrl";
}
