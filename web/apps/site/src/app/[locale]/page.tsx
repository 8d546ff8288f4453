import { defaultLocale, href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { CardSkeleton } from "@svetu/ui/skeleton";
import { EmptyState } from "@svetu/ui/state";
import { Bell, Camera, PackageOpen, ShieldCheck } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Suspense } from "react";
import type { Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { favouriteIds, me, newest, search } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { Cards } from "@/listing/card";
import { ViewedStrip } from "@/listing/viewed-strip";
import { categories } from "@/search/categories";
import { JsonLd } from "@/seo/json-ld";
import { absolute, alternates } from "@/seo/links";
import { CategoryIcon } from "@/site/category-icon";

interface Props {
  params: Promise<{ locale: string }>;
}

const NEWEST = 18;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  return { alternates: alternates(locale, "/") };
}

export default async function Home({ params }: Props) {
  const locale = await pageLocale(params);
  const [t, person] = await Promise.all([getTranslations("home"), me(locale)]);
  return (
    <div className="container-page">
      <JsonLd
        data={{
          "@context": "https://schema.org",
          "@graph": [
            {
              "@type": "Organization",
              "@id": `${absolute(defaultLocale, "/")}#organization`,
              name: t("brand"),
              url: absolute(defaultLocale, "/"),
              logo: new URL("/icons/icon-512.png", absolute(defaultLocale, "/")).toString(),
              areaServed: { "@type": "Country", name: "RS" },
            },
            {
              "@type": "WebSite",
              "@id": `${absolute(locale, "/")}#website`,
              name: t("brand"),
              url: absolute(locale, "/"),
              inLanguage: locale,
              publisher: { "@id": `${absolute(defaultLocale, "/")}#organization` },
              potentialAction: {
                "@type": "SearchAction",
                target: { "@type": "EntryPoint", urlTemplate: `${absolute(locale, "/search")}?q={search_term_string}` },
                "query-input": "required name=search_term_string",
              },
            },
          ],
        }}
      />
      <section className="pt-8 lg:pt-14">
        <h1 className="measure text-2xl font-[700] tracking-tight">{t("title")}</h1>
        <p className="measure mt-3 text-base text-quiet lg:text-lg">{t("lead")}</p>
      </section>
      <Categories locale={locale} />
      <ViewedStrip locale={locale} />
      <section className="mt-10" aria-labelledby="newest">
        <div className="flex items-baseline justify-between gap-4">
          <h2 id="newest" className="text-xl">
            {t("newest")}
          </h2>
          <Link href={href(locale, "/search?sort=newest")} className="text-sm text-accent hover:underline">
            {t("all")}
          </Link>
        </div>
        <div className="mt-4">
          <Suspense fallback={<NewestSkeleton />}>
            <Newest locale={locale} />
          </Suspense>
        </div>
      </section>
      <section className="mt-14 grid gap-8 border-t border-line pt-8 md:grid-cols-3" aria-label={t("what")}>
        {(
          [
            ["sell", Camera, "/post"],
            ["follow", Bell, "/search"],
            ["safe", ShieldCheck, "/safety"],
          ] as const
        )
          // Not for whoever only looks in somebody's place.
          .filter(([, , path]) => path !== "/post" || !person?.support_until)
          .map(([key, Icon, path]) => (
            <div key={key}>
              <Icon aria-hidden className="size-6 text-accent" />
              <h2 className="mt-3 text-lg">{t(`${key}.title`)}</h2>
              <p className="mt-1 text-base text-quiet">{t(`${key}.text`)}</p>
              <Link
                href={href(locale, path)}
                className="mt-2 inline-flex min-h-9 items-center text-base text-accent hover:underline"
              >
                {t(`${key}.action`)}
              </Link>
            </div>
          ))}
      </section>
    </div>
  );
}

async function Categories({ locale }: { locale: Locale }) {
  const [t, tree] = await Promise.all([getTranslations("home"), categories(locale)]);
  const roots = tree.children(undefined);
  return (
    <nav aria-label={t("categories")} className="mt-8">
      <ul className="grid grid-cols-3 gap-2 sm:grid-cols-4 md:grid-cols-6 lg:grid-cols-8 xl:grid-cols-9">
        {roots.map((category) => (
          <li key={category.id}>
            <Link
              href={href(locale, tree.href(category.id))}
              className="flex h-full min-h-24 flex-col items-center gap-2 rounded-card px-1 py-3 text-center text-sm leading-tight hover:bg-surface"
            >
              <span className="grid size-11 place-items-center rounded-full bg-accent-soft text-accent">
                <CategoryIcon name={category.icon} className="size-5" />
              </span>
              <span className="max-w-full hyphens-auto">{category.name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

async function Newest({ locale }: { locale: Locale }) {
  const t = await getTranslations("home");
  const query = new URLSearchParams({ sort: "newest", limit: String(NEWEST) });
  const [found, kept] = await Promise.all([search(locale, query), favouriteIds(locale)]);
  const answer = found ?? (await newest(locale, { limit: NEWEST }));
  if (answer.items.length === 0) {
    return (
      <EmptyState
        icon={<PackageOpen />}
        title={t("empty.title")}
        actions={
          <Link href={href(locale, "/post")} className={buttonClass()}>
            {t("empty.action")}
          </Link>
        }
      >
        {t("empty.text")}
      </EmptyState>
    );
  }
  return <Cards locale={locale} cards={answer.items} kept={kept} priority={4} />;
}

function NewestSkeleton() {
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-6 sm:grid-cols-3 lg:grid-cols-5 lg:gap-x-4">
      {Array.from({ length: 10 }, (_, i) => (
        <CardSkeleton key={i} />
      ))}
    </div>
  );
}
