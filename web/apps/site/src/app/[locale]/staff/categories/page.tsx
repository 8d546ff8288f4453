import type { CategorySummary } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Field, Input } from "@svetu/ui/field";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { ChevronRight, SearchX } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { pageLocale } from "@/i18n/page-locale";
import { type Categories, categories } from "@/search/categories";
import { CategoryIcon } from "@/site/category-icon";
import { staff } from "@/staff/access";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ q?: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.categories") };
}

/** The whole tree, folded; or the categories whose name contains some words. */
export default async function CategoriesPage({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await staff(locale, "categories");
  const [t, tree, { q = "" }] = await Promise.all([
    getTranslations("staff.categories"),
    categories(locale),
    searchParams,
  ]);
  const words = q.trim().toLocaleLowerCase(locale);
  const found = words ? tree.all.filter(({ name }) => name.toLocaleLowerCase(locale).includes(words)) : null;
  return (
    <>
      <h1 className="text-xl font-[700]">{t("title")}</h1>
      <p className="measure mt-1 text-base text-quiet">{t("lead")}</p>
      <form action={href(locale, "/staff/categories")} className="mt-4 flex max-w-xl flex-wrap items-end gap-3">
        <Field id="q" label={t("find")} className="min-w-60 grow">
          <Input id="q" name="q" type="search" defaultValue={q} maxLength={100} autoComplete="off" />
        </Field>
        <button className={buttonClass("secondary")}>{t("search")}</button>
      </form>
      <div className="mt-6">
        {found?.length === 0 && (
          <EmptyState
            icon={<SearchX />}
            title={t("nothing")}
            actions={
              <Link href={href(locale, "/staff/categories")} className={buttonClass("secondary")}>
                {t("all")}
              </Link>
            }
          />
        )}
        {found && found.length > 0 && (
          <ul className="divide-y divide-line border-y border-line">
            {found.map((category) => (
              <li key={category.id} className="py-1">
                <Row
                  locale={locale}
                  category={category}
                  path={tree
                    .path(category.id)
                    .slice(0, -1)
                    .map(({ name }) => name)
                    .join(" › ")}
                  term={t("term", { count: category.term_days })}
                />
              </li>
            ))}
          </ul>
        )}
        {!found && (
          <ul className="divide-y divide-line border-y border-line">
            {tree.children(undefined).map((root) => (
              <li key={root.id}>
                <Branch
                  locale={locale}
                  tree={tree}
                  category={root}
                  term={(count) => t("term", { count })}
                  inside={(count) => t("inside", { count })}
                />
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  );
}

function Branch(props: {
  locale: Locale;
  tree: Categories;
  category: CategorySummary;
  term: (count: number) => string;
  inside: (count: number) => string;
}) {
  const { locale, tree, category, term, inside } = props;
  const children = tree.children(category.id);
  const row = <Row locale={locale} category={category} term={term(category.term_days)} />;
  if (children.length === 0) return <div className="py-1">{row}</div>;
  return (
    <>
      <div className="flex items-center py-1">{row}</div>
      <details className="group pb-1 pl-7">
        <summary className="inline-flex min-h-9 list-none items-center gap-1 text-sm text-quiet hover:text-ink">
          <ChevronRight aria-hidden className="size-4 transition-transform duration-(--quick) group-open:rotate-90" />
          <span className="sr-only">{category.name}: </span>
          {inside(children.length)}
        </summary>
        <ul className="border-l border-line pl-4">
          {children.map((child) => (
            <li key={child.id}>
              <Branch {...props} category={child} />
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function Row(props: { locale: Locale; category: CategorySummary; term: string; path?: string }) {
  const { locale, category, term, path } = props;
  return (
    <span className="flex min-w-0 grow flex-wrap items-center gap-x-3">
      <Link
        href={href(locale, `/staff/categories/${category.id}`)}
        className="inline-flex min-h-9 min-w-0 items-center gap-2 text-base text-accent hover:underline"
      >
        <CategoryIcon name={category.icon} className="size-5 shrink-0" />
        {category.name}
      </Link>
      {path && <span className="text-sm text-quiet">{path}</span>}
      <span className="text-sm text-quiet">{term}</span>
    </span>
  );
}
