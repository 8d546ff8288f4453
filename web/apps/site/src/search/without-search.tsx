import type { CategorySummary } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { chipClass } from "@svetu/ui/chip";
import { Link } from "@svetu/ui/link";
import { Pagination } from "@svetu/ui/pagination";
import { EmptyState } from "@svetu/ui/state";
import { PackageOpen, SearchX } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { newest } from "@/api/server";
import { Cards } from "@/listing/card";
import { CategoryIcon } from "@/site/category-icon";
import { unavailable } from "@/site/unavailable";
import type { Categories } from "./categories";
import { change, PAGE, viewOf, withQuery } from "./query";
import type { ResultsProps } from "./results";

const RETRY_AFTER_S = 30;

interface Props extends ResultsProps {
  categories: Categories;
  kept: ReadonlySet<string>;
}

/** What results are while search is out: the newest ads, which need none, or for words the ways that are left. */
export async function WithoutSearch(props: Props) {
  return (
    <div className="container-page pt-4 lg:pt-6">
      <meta name="robots" content="noindex" />
      {props.crumbs}
      {props.params.has("q") || props.params.has("seller") ? <NoAnswer {...props} /> : <Newest {...props} />}
    </div>
  );
}

/** Words cannot be looked for: they stay in the box, and the categories are one press away. */
async function NoAnswer({ locale, params, path, category, categories }: Props) {
  unavailable(RETRY_AFTER_S);
  const t = await getTranslations("search");
  return (
    <>
      <EmptyState
        level={1}
        icon={<SearchX />}
        title={t("out.title")}
        actions={
          <>
            {/* A plain link: the answer is asked for anew, not taken from what the browser keeps. */}
            <a href={withQuery(href(locale, path), params)} className={buttonClass()}>
              {t("out.again")}
            </a>
            <Link
              href={href(locale, category ? categories.href(category.id) : "/search")}
              className={buttonClass("secondary")}
            >
              {category ? t("out.newestIn", { category: category.name }) : t("out.newestAll")}
            </Link>
          </>
        }
      >
        {params.has("q") ? t("out.words", { words: params.get("q") ?? "" }) : t("out.seller")}
      </EmptyState>
      <nav aria-labelledby="categories" className="border-t border-line pt-6">
        <h2 id="categories" className="text-lg">
          {t("out.categories")}
        </h2>
        <ul className="mt-3 grid grid-cols-1 gap-x-4 sm:grid-cols-2 lg:grid-cols-4">
          {categories.children(undefined).map(({ id, icon, name }) => (
            <li key={id}>
              <Link
                href={href(locale, categories.href(id))}
                className="flex min-h-11 items-center gap-3 rounded-control px-2 hover:bg-surface"
              >
                <CategoryIcon name={icon} className="size-5 shrink-0 text-accent" />
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}

async function Newest({ locale, params, path, category, categories, title, kept }: Props) {
  const view = viewOf(params);
  const before = params.get("before") ?? undefined;
  const [t, page] = await Promise.all([
    getTranslations("search"),
    newest(locale, { category: category?.id, limit: PAGE, cursor: before }),
  ]);
  const here = href(locale, path);
  const to = (cursor: string | null) => withQuery(here, change(params, { before: cursor }));
  return (
    <>
      <h1 className="text-xl font-[700]">{title}</h1>
      <Notice tone="warning" role="status" title={t("out.title")} className="measure mt-4">
        {view === "map" ? t("out.map") : t("out.newest")}
      </Notice>
      <Below
        locale={locale}
        label={t("out.categories")}
        categories={categories}
        of={categories.children(category?.id)}
      />
      <div className="mt-5">
        {page.items.length > 0 ? (
          <>
            <h2 className="sr-only">{t("allAds")}</h2>
            <Cards
              locale={locale}
              cards={page.items}
              kept={kept}
              layout={view === "list" ? "list" : "grid"}
              priority={4}
            />
          </>
        ) : (
          <EmptyState
            icon={<PackageOpen />}
            title={t("out.empty")}
            actions={
              <Link href={href(locale, "/")} className={buttonClass("secondary")}>
                {t("out.home")}
              </Link>
            }
          />
        )}
      </div>
      <div className="mt-8">
        <Pagination
          label={t("pages")}
          previous={before ? { href: to(null), text: t("firstPage") } : undefined}
          next={page.cursor ? { href: to(page.cursor), text: t("nextPage") } : undefined}
        />
      </div>
    </>
  );
}

/** The way down, which the filters show while search answers. */
function Below(props: { locale: Locale; label: string; categories: Categories; of: CategorySummary[] }) {
  const { locale, label, categories, of } = props;
  if (of.length === 0) return null;
  return (
    <nav aria-label={label} className="mt-4">
      <ul className="-mx-4 flex gap-2 overflow-x-auto px-4 py-1 sm:mx-0 sm:flex-wrap sm:overflow-visible sm:px-0">
        {of.map(({ id, name }) => (
          <li key={id} className="shrink-0">
            <Link href={href(locale, categories.href(id))} className={chipClass()}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
