"use client";

import type { ListingState, Picture as PictureData, Price } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { Badge, type Tone } from "@svetu/ui/badge";
import { Link } from "@svetu/ui/link";
import { Picture } from "@svetu/ui/picture";
import { ImageOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { priceText } from "@/listing/price";
import { listingPath } from "@/seo/links";

const tones: Record<ListingState, Tone> = {
  draft: "neutral",
  in_review: "warning",
  live: "good",
  reserved: "good",
  sold: "neutral",
  paused: "neutral",
  expired: "neutral",
  archived: "neutral",
  refused: "danger",
  removed: "danger",
  purged: "neutral",
};

export function StateBadge({ state }: { state: ListingState }) {
  const t = useTranslations("staff");
  return <Badge tone={tones[state]}>{t(`state.${state}`)}</Badge>;
}

export interface LineListing {
  id: string;
  title: string;
  price: Price | null;
  picture: PictureData | null;
  seller: { id: string; name: string };
  state: ListingState;
}

/** An ad in one line of a list: photo, title, price, seller, state. */
export function ListingLine({ locale, listing }: { locale: Locale; listing: LineListing }) {
  const t = useTranslations("price");
  const words = { agreement: t("agreement"), free: t("free"), contact: t("contact") };
  return (
    <div className="flex gap-3">
      <span className="relative aspect-[4/3] h-18 shrink-0 overflow-hidden rounded-control bg-surface">
        {listing.picture ? (
          <Picture source={listing.picture} alt="" sizes="96px" />
        ) : (
          <span className="grid size-full place-items-center text-quiet">
            <ImageOff aria-hidden className="size-5" />
          </span>
        )}
      </span>
      <div className="min-w-0 text-sm">
        <Link
          href={href(locale, listingPath(listing.id, listing.title))}
          className="line-clamp-2 text-base text-accent hover:underline"
        >
          {listing.title}
        </Link>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-quiet">
          <span className="tabular text-ink">{priceText(locale, listing.price, words)}</span>
          <span>{listing.seller.name}</span>
          <StateBadge state={listing.state} />
        </p>
      </div>
    </div>
  );
}
