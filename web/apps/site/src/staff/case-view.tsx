"use client";

import type { Listing } from "@svetu/api-client/types";
import { formatDate, formatMoney } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { Picture } from "@svetu/ui/picture";
import { useTranslations } from "next-intl";
import { priceText } from "@/listing/price";
import { listingPath } from "@/seo/links";
import { StateBadge } from "./listing-line";

export interface CaseViewProps {
  locale: Locale;
  listing: Listing;
  /** Opens the photo at full size. */
  onZoom: (at: number) => void;
}

/** All that a moderator must see of an ad, as its seller wrote it. */
export function CaseView({ locale, listing, onZoom }: CaseViewProps) {
  const t = useTranslations("staff.case");
  const price = useTranslations("price");
  const condition = useTranslations("search.condition");
  const words = { agreement: price("agreement"), free: price("free"), contact: price("contact") };
  const text = listing.original ?? listing;
  const facts: [string, string][] = [
    [t("category"), listing.category?.path.map(({ name }) => name).join(" › ") ?? ""],
    [t("place"), [listing.place?.name, listing.place?.parent_name].filter(Boolean).join(", ")],
    [t("condition"), listing.condition ? condition(listing.condition) : ""],
    ...listing.attributes.map(({ name, text: value }): [string, string] => [name, value]),
  ];
  return (
    <article aria-labelledby="case-title">
      {listing.pictures.length > 0 ? (
        <ul className="no-scrollbar -mx-4 flex gap-2 overflow-x-auto px-4 py-1 lg:-mx-1 lg:px-1">
          {listing.pictures.map((picture, i) => (
            <li key={picture.id} className="shrink-0">
              <button
                type="button"
                onClick={() => onZoom(i)}
                aria-label={t("photo", { number: i + 1, count: listing.pictures.length })}
                className="block aspect-[4/3] h-36 cursor-zoom-in! overflow-hidden rounded-card bg-surface sm:h-48"
              >
                <Picture source={picture} alt="" sizes="256px" priority={i === 0} />
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <p className="rounded-card bg-surface px-4 py-8 text-center text-sm text-quiet">{t("noPhotos")}</p>
      )}
      <div className="mt-4 flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 id="case-title" className="text-lg" lang={text.language}>
          <Link href={href(locale, listingPath(listing.id, listing.title))} target="_blank" className="hover:underline">
            {text.title}
          </Link>
        </h2>
        <StateBadge state={listing.state} />
      </div>
      <p className="mt-1 flex flex-wrap items-baseline gap-x-3">
        <strong className="tabular text-lg font-[700]">{priceText(locale, listing.price, words)}</strong>
        {listing.price_other && (
          <span className="tabular text-sm text-quiet">≈ {formatMoney(locale, listing.price_other)}</span>
        )}
      </p>
      <p className="mt-1 text-sm text-quiet">
        <Link href={href(locale, `/sellers/${listing.seller.id}`)} target="_blank" className="text-accent underline">
          {listing.seller.name}
        </Link>{" "}
        · {t("since", { date: formatDate(locale, listing.seller.since) })} ·{" "}
        {t("liveAds", { count: listing.seller.live_count })}
      </p>
      <p className="measure mt-4 text-base whitespace-pre-line" lang={text.language}>
        {text.description}
      </p>
      <dl className="mt-4 grid border-t border-line sm:grid-cols-2 sm:gap-x-8">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="flex justify-between gap-4 border-b border-line py-1.5 text-sm">
              <dt className="text-quiet">{name}</dt>
              <dd className="text-right">{value}</dd>
            </div>
          ))}
      </dl>
    </article>
  );
}
