import type { Favourite, KeptListing, ListingState } from "@svetu/api-client/types";
import { formatAge, formatMoney } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import type { Tone } from "@svetu/ui/badge";
import { ListingCard } from "@svetu/ui/listing-card";
import clsx from "clsx";
import { getTranslations } from "next-intl/server";
import { favouriteLabels, priceWords } from "@/listing/card";
import { FavouriteButton } from "@/listing/favourite-button";
import { previewOf } from "@/listing/preview";
import { priceText } from "@/listing/price";
import { listingPath } from "@/seo/links";

export type KeptItem = { at: string; listing: KeptListing } & Partial<Pick<Favourite, "price_then" | "price_change">>;

/** Somebody can still answer these. */
const OPEN: ReadonlySet<ListingState> = new Set(["live", "reserved"]);

/** Ads that a person kept or looked at, as they are now: what changed, and what is no longer to be had. */
export async function KeptCards(props: { locale: Locale; items: KeptItem[]; kept: ReadonlySet<string> }) {
  const { locale, items, kept } = props;
  const [t, card, labels, words] = await Promise.all([
    getTranslations("account"),
    getTranslations("card"),
    favouriteLabels(),
    priceWords(),
  ]);
  const now = new Date();
  return (
    <ul className="grid grid-cols-2 gap-x-3 gap-y-6 sm:grid-cols-3 lg:grid-cols-[repeat(auto-fill,minmax(13.5rem,1fr))] lg:gap-x-4">
      {items.map(({ listing, price_then, price_change }, i) => {
        const open = OPEN.has(listing.state);
        const change = price_change?.amount_minor;
        const amount =
          change && price_change.currency
            ? formatMoney(locale, { amount_minor: Math.abs(change), currency: price_change.currency })
            : "";
        const badge: { text: string; tone: Tone } | undefined = !open
          ? { text: t(`kept.${listing.state === "sold" ? "sold" : "gone"}`), tone: "neutral" }
          : change && change < 0
            ? { text: t("kept.cheaper", { amount }), tone: "good" }
            : change && change > 0
              ? { text: t("kept.dearer", { amount }), tone: "warning" }
              : listing.state === "reserved"
                ? { text: card("reserved"), tone: "warning" }
                : undefined;
        return (
          <li key={listing.id} className={clsx(!open && "[&_img]:opacity-50 [&_img]:grayscale")}>
            <ListingCard
              href={href(locale, listingPath(listing.id, listing.title))}
              title={listing.title}
              price={{
                price: priceText(locale, listing.price, words),
                previous: amount && price_then ? priceText(locale, price_then, words) : null,
                previousLabel: t("kept.then"),
              }}
              picture={listing.picture}
              preview={previewOf(listing.picture?.thumbhash)}
              pictureCount={listing.picture_count}
              pictureCountLabel={card("photos", { count: listing.picture_count })}
              attributes={[]}
              place={listing.place.name}
              age={formatAge(locale, listing.refreshed_at, now)}
              badge={badge}
              heart={<FavouriteButton id={listing.id} initial={kept.has(listing.id)} locale={locale} labels={labels} />}
              priority={i < 4}
              level={2}
              noPhotoLabel={card("noPhoto")}
            />
          </li>
        );
      })}
    </ul>
  );
}
