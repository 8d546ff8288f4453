import { ApiError } from "@svetu/api-client/problem";
import type { Listing } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { CardSkeleton } from "@svetu/ui/skeleton";
import { ImageOff, MapPin } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound, redirect } from "next/navigation";
import { Suspense } from "react";
import { favouriteIds, listing as readListing, me, similar } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { CountView, ListingActions } from "@/listing/actions";
import { Cards, favouriteLabels, priceWords } from "@/listing/card";
import { ContactBlock } from "@/listing/contact-block";
import { Details, textLanguage } from "@/listing/details";
import { KeepButton } from "@/listing/favourite-button";
import { Gallery } from "@/listing/gallery";
import { galleryLabels, reportLabels } from "@/listing/labels";
import { OwnPanel } from "@/listing/own-panel";
import { PlaceMap } from "@/listing/place-map";
import { previewOf } from "@/listing/preview";
import { priceText } from "@/listing/price";
import { PriceBlock } from "@/listing/price-block";
import { SafetyAdvice } from "@/listing/safety";
import { SellerCard } from "@/listing/seller-card";
import { productOf } from "@/listing/structured-data";
import { Written } from "@/listing/written";
import { categories } from "@/search/categories";
import { Breadcrumbs } from "@/seo/breadcrumbs";
import { JsonLd } from "@/seo/json-ld";
import { alternates, listingPath } from "@/seo/links";
import { shared } from "@/seo/shared";

interface Props {
  params: Promise<{ locale: string; id: string; words?: string[] }>;
}

const DESCRIPTION_LETTERS = 160;
/** Whole rows on a phone and on a desktop. */
const SIMILAR_SHOWN = 10;

/** The ad; one that never was is 404, one that is gone has its own page (the proxy gives it the status 410). */
async function read(locale: Locale, id: string): Promise<Listing> {
  try {
    return await readListing(locale, id);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 400)) notFound();
    if (error instanceof ApiError && error.status === 410) redirect(href(locale, `/gone?listing=${id}`));
    throw error;
  }
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const ad = await read(locale, (await params).id);
  const [t, words] = await Promise.all([getTranslations("listing"), priceWords()]);
  const price = priceText(locale, ad.price, words);
  const text = ad.description.replace(/\s+/g, " ").slice(0, DESCRIPTION_LETTERS);
  const description = t("metaPrice", { price, place: ad.place?.name ?? "", text });
  const links = alternates(locale, listingPath(ad.id, ad.title));
  return {
    title: ad.title,
    description,
    alternates: links,
    robots: ad.state === "live" || ad.state === "reserved" ? undefined : { index: false },
    ...(await shared(locale, {
      title: `${ad.title} – ${price}`,
      description,
      path: listingPath(ad.id, ad.title),
      listing: ad.id,
    })),
  };
}

export default async function ListingPage({ params }: Props) {
  const locale = await pageLocale(params);
  const ad = await read(locale, (await params).id);
  const [t, maps, tree, person] = await Promise.all([
    getTranslations("listing"),
    getTranslations("search.map"),
    categories(locale),
    me(locale),
  ]);
  const isPublic = ad.state === "live" || ad.state === "reserved" || ad.state === "sold";
  const sold = ad.state === "sold";
  return (
    <div className="container-page pt-4 lg:pt-6">
      {ad.category && (
        <Breadcrumbs
          locale={locale}
          label={t("ads")}
          crumbs={[
            { name: t("ads"), path: "/search" },
            ...tree.path(ad.category.id).map((step) => ({ name: step.name, path: tree.href(step.id) })),
          ]}
        />
      )}
      {isPublic && <JsonLd data={productOf(locale, ad)} />}
      {isPublic && !ad.own && <CountView id={ad.id} signedIn={person !== null} />}
      {sold && (
        <Notice tone="neutral" title={t("sold.title")} className="mb-4">
          {t("sold.text")}
        </Notice>
      )}
      {ad.state === "reserved" && (
        <Notice tone="warning" title={t("reserved.title")} className="mb-4">
          {t("reserved.text")}
        </Notice>
      )}
      <article className="grid gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_1fr]">
        <div className="min-w-0">
          <Photos ad={ad} />
        </div>
        <aside className="flex min-w-0 flex-col gap-5 lg:sticky lg:top-24 lg:row-span-2 lg:self-start print:static">
          <Head locale={locale} ad={ad} />
          {ad.own ? <OwnPanel locale={locale} listing={ad} /> : null}
          {!ad.own && !sold && (
            <div className="flex flex-col gap-2">
              <ContactBlock locale={locale} listing={ad} signedIn={person !== null} />
              <Keep locale={locale} ad={ad} />
            </div>
          )}
          <SellerCard locale={locale} seller={ad.seller} />
        </aside>
        <div className="flex min-w-0 flex-col gap-8">
          <Details listing={ad} />
          <section aria-labelledby="description">
            <h2 id="description" className="mb-3 text-lg">
              {t("description")}
            </h2>
            <Written
              shown={{ title: ad.title, description: ad.description, lang: textLanguage(ad) }}
              original={ad.original ? { ...ad.original, lang: ad.original.language } : null}
              labels={{ original: t("original"), derived: t("derived"), none: t("noDescription") }}
            />
          </section>
          {ad.place && (
            <section aria-labelledby="place">
              <h2 id="place" className="mb-3 text-lg">
                {t("place.title")}
              </h2>
              <p className="mb-3">{placeText(ad)}</p>
              <PlaceMap
                {...ad.place.point}
                words={{
                  map: t("place.map", { place: ad.place.name }),
                  zoomIn: maps("zoomIn"),
                  zoomOut: maps("zoomOut"),
                }}
              />
              <p className="no-print mt-2 text-sm text-quiet">{t("place.fuzzy")}</p>
            </section>
          )}
          {!ad.own && !sold && <SafetyAdvice locale={locale} />}
          <ListingActions
            id={ad.id}
            title={ad.title}
            labels={{
              share: t("share.share"),
              copied: t("share.copied"),
              print: t("share.print"),
              report: t("report.open"),
            }}
            report={ad.own ? null : await reportLabels()}
          />
        </div>
      </article>
      {isPublic && (
        <Suspense fallback={<SimilarSkeleton title={t("similar")} />}>
          <Similar locale={locale} id={ad.id} />
        </Suspense>
      )}
    </div>
  );
}

async function Photos({ ad }: { ad: Listing }) {
  const t = await getTranslations("listing");
  if (ad.pictures.length === 0) {
    return (
      <p className="flex h-40 flex-col items-center justify-center gap-2 rounded-card bg-surface text-sm text-quiet lg:h-64">
        <ImageOff aria-hidden className="size-8" />
        {t("noPhoto")}
      </p>
    );
  }
  return (
    <Gallery
      title={ad.title}
      labels={await galleryLabels(ad.pictures.length)}
      pictures={ad.pictures.map((picture) => ({ ...picture, preview: previewOf(picture.thumbhash) }))}
    />
  );
}

const placeText = ({ place }: Listing) => [place?.name, place?.parent_name].filter(Boolean).join(", ");

/** Price first and large, then what it is, where and since when. */
async function Head({ locale, ad }: { locale: Locale; ad: Listing }) {
  const t = await getTranslations("listing");
  const since = ad.refreshed_at ?? ad.published_at;
  return (
    <header className="flex flex-col gap-2">
      <PriceBlock locale={locale} listing={ad} />
      <h1 lang={textLanguage(ad)} className="text-lg leading-snug font-[600]">
        {ad.title}
      </h1>
      <p className="flex flex-col gap-1 text-sm text-quiet">
        {ad.place && (
          <span className="flex items-center gap-1">
            <MapPin aria-hidden className="size-4" />
            {placeText(ad)}
          </span>
        )}
        {since && <time dateTime={since}>{t("published", { date: formatDate(locale, since) })}</time>}
      </p>
    </header>
  );
}

async function Keep({ locale, ad }: { locale: Locale; ad: Listing }) {
  const [t, labels] = await Promise.all([getTranslations("listing"), favouriteLabels()]);
  return (
    <KeepButton
      id={ad.id}
      initial={ad.favourite}
      locale={locale}
      labels={labels}
      words={{ add: t("keep.add"), remove: t("keep.remove") }}
    />
  );
}

async function Similar({ locale, id }: { locale: Locale; id: string }) {
  const [t, cards, kept] = await Promise.all([getTranslations("listing"), similar(locale, id), favouriteIds(locale)]);
  if (cards.length === 0) return null;
  return (
    <section aria-labelledby="similar" className="no-print mt-10 border-t border-line pt-6">
      <h2 id="similar" className="mb-4 text-xl">
        {t("similar")}
      </h2>
      <Cards locale={locale} cards={cards.slice(0, SIMILAR_SHOWN)} kept={kept} />
    </section>
  );
}

function SimilarSkeleton({ title }: { title: string }) {
  return (
    <section className="no-print mt-10 border-t border-line pt-6">
      <h2 className="mb-4 text-xl">{title}</h2>
      <div className="grid grid-cols-2 gap-x-3 gap-y-6 sm:grid-cols-3 lg:grid-cols-5 lg:gap-x-4">
        {Array.from({ length: 5 }, (_, i) => (
          <CardSkeleton key={i} />
        ))}
      </div>
    </section>
  );
}
