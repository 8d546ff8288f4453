import type { Condition, Listing } from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import { absolute, listingPath, pictureUrl } from "@/seo/links";

const conditions: Record<Condition, string> = {
  new: "https://schema.org/NewCondition",
  like_new: "https://schema.org/UsedCondition",
  used: "https://schema.org/UsedCondition",
  for_parts: "https://schema.org/DamagedCondition",
};

/** An ad for machines: a product with an offer where the price is a number. */
export function productOf(locale: Locale, listing: Listing): object {
  const url = absolute(locale, listingPath(listing.id, listing.title));
  const { price } = listing;
  const amount = price?.kind === "fixed" ? price : price?.kind === "free" ? { amount_minor: 0, currency: "RSD" } : null;
  return {
    "@context": "https://schema.org",
    "@type": "Product",
    name: listing.title,
    description: listing.description || listing.title,
    sku: listing.id,
    url,
    category: listing.category?.path.map(({ name }) => name).join(" > "),
    image: listing.pictures.map((picture) => pictureUrl(picture)),
    ...(listing.condition && { itemCondition: conditions[listing.condition] }),
    additionalProperty: listing.attributes.map(({ name, text }) => ({ "@type": "PropertyValue", name, value: text })),
    ...(amount && {
      offers: {
        "@type": "Offer",
        url,
        price: (amount.amount_minor / 100).toFixed(2),
        priceCurrency: amount.currency,
        availability:
          listing.state === "live"
            ? "https://schema.org/InStock"
            : listing.state === "reserved"
              ? "https://schema.org/LimitedAvailability"
              : "https://schema.org/SoldOut",
        ...(listing.expires_at && { priceValidUntil: listing.expires_at.slice(0, 10) }),
        ...(listing.condition && { itemCondition: conditions[listing.condition] }),
        seller: {
          "@type": listing.seller.kind === "trader" ? "Organization" : "Person",
          name: listing.seller.name,
          url: absolute(locale, `/sellers/${listing.seller.id}`),
        },
      },
    }),
  };
}
