import { ApiError } from "@svetu/api-client/problem";
import { formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Avatar } from "@svetu/ui/avatar";
import { Badge, Notice } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Pagination } from "@svetu/ui/pagination";
import { EmptyState } from "@svetu/ui/state";
import { PackageOpen } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { favouriteIds, orNull, search, seller as readSeller } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { Cards } from "@/listing/card";
import { PAGE, withQuery } from "@/search/query";
import { JsonLd } from "@/seo/json-ld";
import { absolute, alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string; id: string }>;
  searchParams: Promise<{ cursor?: string }>;
}

async function read(locale: Locale, id: string) {
  return (await orNull(readSeller(locale, id), 404, 400)) ?? notFound();
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const { id } = await params;
  const [t, seller, { cursor }] = await Promise.all([getTranslations("seller"), read(locale, id), searchParams]);
  return {
    title: t("pageTitle", { name: seller.name }),
    description: t("pageDescription", { name: seller.name, count: seller.live_count }),
    alternates: alternates(locale, `/sellers/${id}`),
    robots: cursor || seller.live_count === 0 ? { index: false, follow: true } : undefined,
  };
}

export default async function SellerPage({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { id } = await params;
  const { cursor } = await searchParams;
  const seller = await read(locale, id);
  const query = new URLSearchParams({ seller: seller.id, sort: "newest", limit: String(PAGE) });
  if (cursor) query.set("cursor", cursor);
  const [t, answer, kept] = await Promise.all([
    getTranslations("seller"),
    // A cursor that grew old begins again.
    search(locale, query).catch((error: unknown) => {
      if (cursor && error instanceof ApiError && error.status === 400) return search(locale, withoutCursor(query));
      throw error;
    }),
    favouriteIds(locale),
  ]);
  const here = href(locale, `/sellers/${seller.id}`);
  return (
    <div className="container-page pt-6 lg:pt-10">
      <JsonLd
        data={{
          "@context": "https://schema.org",
          "@type": "ProfilePage",
          mainEntity: {
            "@type": seller.kind === "trader" ? "Organization" : "Person",
            name: seller.name,
            description: seller.about ?? undefined,
            url: absolute(locale, `/sellers/${seller.id}`),
          },
        }}
      />
      <header className="flex flex-col gap-4 border-b border-line pb-6 sm:flex-row sm:items-start sm:gap-6">
        <Avatar name={seller.name} className="size-16 text-lg lg:size-20" />
        <div className="min-w-0">
          <h1 className="text-xl font-[700]">{seller.name}</h1>
          <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-quiet">
            <Badge tone={seller.kind === "trader" ? "accent" : "neutral"}>{t(`kind.${seller.kind}`)}</Badge>
            <span>{t("since", { date: formatDate(locale, seller.since) })}</span>
            <span>{t("live", { count: seller.live_count })}</span>
          </p>
          {seller.about && <p className="measure mt-3 whitespace-pre-line">{seller.about}</p>}
        </div>
      </header>
      <section aria-labelledby="ads" className="mt-6">
        <h2 id="ads" className="mb-4 text-lg">
          {t("ads")}
        </h2>
        {!answer ? (
          <Notice tone="warning" role="status" title={t("out.title")} className="measure">
            {t("out.text")}
          </Notice>
        ) : answer.items.length > 0 ? (
          <Cards locale={locale} cards={answer.items} kept={kept} priority={4} />
        ) : (
          <EmptyState
            icon={<PackageOpen />}
            title={t("empty.title")}
            actions={
              <Link href={href(locale, "/search")} className={buttonClass("secondary")}>
                {t("empty.action")}
              </Link>
            }
          >
            {t("empty.text")}
          </EmptyState>
        )}
        <div className="mt-8">
          <Pagination
            label={t("pages")}
            previous={cursor ? { href: here, text: t("firstPage") } : undefined}
            next={
              answer?.cursor
                ? { href: withQuery(here, new URLSearchParams({ cursor: answer.cursor })), text: t("nextPage") }
                : undefined
            }
          />
        </div>
      </section>
    </div>
  );
}

function withoutCursor(query: URLSearchParams): URLSearchParams {
  const first = new URLSearchParams(query);
  first.delete("cursor");
  return first;
}
