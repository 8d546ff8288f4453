import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { href } from "@svetu/i18n/locales";
import { pageLocale } from "@/i18n/page-locale";
import { categories } from "@/search/categories";
import { change, type RawParams, readParams, withQuery } from "@/search/query";
import { Results } from "@/search/results";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<RawParams>;
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("search");
  const query = readParams(await searchParams);
  const words = query.get("q");
  return {
    title: words ? t("titleFor", { words }) : t("all"),
    description: t("description"),
    alternates: alternates(locale, "/search"),
    robots: query.size > 0 ? { index: false, follow: true } : undefined,
  };
}

export default async function SearchPage({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = readParams(await searchParams);
  const category = query.get("category");
  if (category) {
    const tree = await categories(locale);
    if (tree.byId.has(category)) {
      redirect(href(locale, withQuery(tree.href(category), change(query, { category: null }))));
    }
  }
  const t = await getTranslations("search");
  const words = query.get("q");
  return <Results locale={locale} params={query} path="/search" title={words ? t("quoted", { words }) : t("all")} />;
}
