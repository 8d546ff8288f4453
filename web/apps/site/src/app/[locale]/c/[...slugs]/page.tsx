import type { Category } from "@svetu/api-client/types";
import { type Locale, locales } from "@svetu/i18n/locales";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { category as readCategory } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { categories, findBySlugs } from "@/search/categories";
import { type RawParams, readParams } from "@/search/query";
import { Results } from "@/search/results";
import { Breadcrumbs } from "@/seo/breadcrumbs";
import { absolute } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string; slugs: string[] }>;
  searchParams: Promise<RawParams>;
}

async function find(locale: Locale, slugs: string[]): Promise<{ id: string; path: string }> {
  const tree = await categories(locale);
  const found = findBySlugs(tree, slugs.map(decodeURIComponent));
  if (!found) notFound();
  return { id: found.id, path: tree.href(found.id) };
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("search");
  const { id } = await find(locale, (await params).slugs);
  const trees = await Promise.all(locales.map(async (other) => [other, await categories(other)] as const));
  const name = trees.find(([other]) => other === locale)?.[1].byId.get(id)?.name ?? "";
  const words = readParams(await searchParams).get("q");
  const addresses = trees.map(([other, tree]) => [other, absolute(other, tree.href(id))] as const);
  const filtered = readParams(await searchParams).size > 0;
  return {
    title: words ? t("titleIn", { words, category: name }) : t("titleCategory", { category: name }),
    description: t("descriptionCategory", { category: name }),
    alternates: {
      canonical: addresses.find(([other]) => other === locale)?.[1],
      languages: Object.fromEntries([...addresses, ["x-default", addresses[0]?.[1]]]),
    },
    robots: filtered ? { index: false, follow: true } : undefined,
  };
}

export default async function CategoryPage({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { id, path } = await find(locale, (await params).slugs);
  const [t, tree, category, query] = await Promise.all([
    getTranslations("search"),
    categories(locale),
    readCategory(locale, id) as Promise<Category>,
    searchParams.then(readParams),
  ]);
  query.delete("category");
  const words = query.get("q");
  return (
    <Results
      locale={locale}
      params={query}
      path={path}
      category={category}
      title={words ? t("wordsIn", { words, category: category.name }) : category.name}
      crumbs={
        <Breadcrumbs
          locale={locale}
          label={t("crumbs")}
          crumbs={[
            { name: t("allAds"), path: "/search" },
            ...tree.path(id).map((step) => ({ name: step.name, path: tree.href(step.id) })),
          ]}
        />
      }
    />
  );
}
