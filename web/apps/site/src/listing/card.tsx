import type { Card } from "@svetu/api-client/types";
import { formatAge, formatDistance, formatMoney } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { ListingCard } from "@svetu/ui/listing-card";
import { getTranslations } from "next-intl/server";
import { listingPath } from "@/seo/links";
import { FavouriteButton, type FavouriteLabels } from "./favourite-button";
import { previewOf } from "./preview";
import { otherPrice, priceText } from "./price";

export async function favouriteLabels(): Promise<FavouriteLabels> {
  const t = await getTranslations("favourite");
  return { add: t("add"), remove: t("remove"), added: t("added"), removed: t("removed"), failed: t("failed") };
}

export async function priceWords() {
  const t = await getTranslations("price");
  return { agreement: t("agreement"), free: t("free"), contact: t("contact") };
}

export interface CardsProps {
  locale: Locale;
  cards: Card[];
  kept: ReadonlySet<string>;
  layout?: "grid" | "list";
  /** How many of the first are in view at once: their photos come first. */
  priority?: number;
}

/** Ads in a grid (2 columns on a phone, 4 on a desktop) or in a list. */
export async function Cards({ locale, cards, kept, layout = "grid", priority = 0 }: CardsProps) {
  return (
    <ul
      className={
        layout === "list"
          ? "flex flex-col gap-4"
          : "grid grid-cols-2 gap-x-3 gap-y-6 sm:grid-cols-3 lg:grid-cols-[repeat(auto-fill,minmax(13.5rem,1fr))] lg:gap-x-4"
      }
    >
      <CardItems locale={locale} cards={cards} kept={kept} layout={layout} priority={priority} />
    </ul>
  );
}

/** The same without the list around it: what "load more" adds. */
export async function CardItems({ locale, cards, kept, layout = "grid", priority = 0 }: CardsProps) {
  const [t, labels, words] = await Promise.all([getTranslations("card"), favouriteLabels(), priceWords()]);
  const now = new Date();
  return cards.map((card, i) => {
    const place = [card.place.name, card.distance_m != null ? formatDistance(locale, card.distance_m) : ""];
    return (
      <li key={card.id}>
        <ListingCard
          href={href(locale, listingPath(card.id, card.title))}
          title={card.title}
          price={{
            price: priceText(locale, card.price, words),
            other: otherPrice(locale, card.price_other),
            previous: card.previous_price ? formatMoney(locale, card.previous_price) : null,
            previousLabel: t("priceBefore"),
          }}
          picture={card.picture}
          preview={previewOf(card.picture?.thumbhash)}
          pictureCount={card.picture_count}
          pictureCountLabel={t("photos", { count: card.picture_count })}
          attributes={layout === "grid" ? telling(card) : card.attributes.map(({ text }) => text)}
          place={place.filter(Boolean).join(", ")}
          age={formatAge(locale, card.refreshed_at, now)}
          badge={card.state === "reserved" ? { text: t("reserved"), tone: "warning" } : undefined}
          heart={<FavouriteButton id={card.id} initial={kept.has(card.id)} locale={locale} labels={labels} />}
          priority={i < priority}
          layout={layout}
          noPhotoLabel={t("noPhoto")}
        />
      </li>
    );
  });
}

const TOLD_MAX = 2;

/** The two attributes that say most beside the title: what the title says already comes last. */
function telling({ title, attributes }: Card): string[] {
  const told = (text: string) => title.toLowerCase().includes(text.toLowerCase());
  const texts = attributes.map(({ text }) => text);
  const chosen = new Set([...texts.filter((text) => !told(text)), ...texts.filter(told)].slice(0, TOLD_MAX));
  return texts.filter((text) => chosen.has(text));
}
