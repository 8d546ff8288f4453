import type { Category, Place, SearchAnswer } from "@svetu/api-client/types";
import { formatNumber } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { ChipContent, chipClass } from "@svetu/ui/chip";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import clsx from "clsx";
import { LayoutGrid, List, Map as MapIcon, SearchX, SlidersHorizontal } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { favouriteIds, get, orNull, search } from "@/api/server";
import { Cards, priceWords } from "@/listing/card";
import { categories as readCategories } from "./categories";
import { activeChips } from "./chips";
import { FilterPanel } from "./filter-panel";
import { ResultsMap } from "./map-lazy";
import { apiQuery, change, PAGE, readParams, SHOWN_MAX, shownOf, viewOf, withQuery } from "./query";
import { SaveSearch } from "./save-search";
import { SortSelect } from "./sort-select";
import { WithoutSearch } from "./without-search";

export interface ResultsProps {
  locale: Locale;
  params: URLSearchParams;
  /** The page's own address without the language: `/search` or a category's. */
  path: string;
  category?: Category;
  title: ReactNode;
  crumbs?: ReactNode;
}

const SORTS = ["relevance", "newest", "price_asc", "price_desc"] as const;
const VIEWS = [
  ["grid", LayoutGrid],
  ["list", List],
  ["map", MapIcon],
] as const;

/** Ads that answer the address: filters, chips, order, view, more. */
export async function Results({ locale, params, path, category, title, crumbs }: ResultsProps) {
  const shown = shownOf(params);
  const view = viewOf(params);
  const query = apiQuery(params, category?.id);
  const placeId = params.get("place") ?? params.get("near");
  const asked = new URLSearchParams(query);
  asked.set("limit", String(shown));
  asked.set("facets", "true");
  const [t, answer, kept, categories, place] = await Promise.all([
    getTranslations("search"),
    search(locale, asked),
    favouriteIds(locale),
    readCategories(locale),
    placeId ? orNull(get<Place>(locale, `/marketplace/places/${encodeURIComponent(placeId)}`), 404, 400, 0) : null,
  ]);
  if (!answer) {
    return (
      <WithoutSearch
        locale={locale}
        params={params}
        path={path}
        category={category}
        categories={categories}
        title={title}
        crumbs={crumbs}
        kept={kept}
      />
    );
  }
  const attributes = category?.attributes ?? [];
  const chips = activeChips({ locale, t, params, attributes, answer, placeName: place?.name });
  const here = href(locale, path);
  const to = (next: URLSearchParams) => withQuery(here, next);
  const sort = params.get("sort") ?? (params.has("q") ? "relevance" : "newest");
  const sorts = [...SORTS, ...(params.has("lat") ? (["distance"] as const) : [])];
  const plainQuery = new URLSearchParams(query);
  plainQuery.delete("cursor");
  const savedName = [params.get("q"), category?.name, ...chips.map((chip) => chip.text)].filter(Boolean).join(", ");

  return (
    <div className="container-page pt-4 lg:pt-6">
      {crumbs}
      <div className="lg:grid lg:grid-cols-[17rem_minmax(0,1fr)] lg:gap-8">
        <FilterPanel
          locale={locale}
          params={params}
          path={path}
          category={category?.id}
          categories={categories}
          attributes={attributes}
          answer={answer}
          place={place}
        />
        <div className="min-w-0">
          <header>
            <h1 className="text-xl font-[700]">{title}</h1>
            <p className="mt-1 text-sm text-quiet" aria-live="polite">
              {answer.total_exact
                ? t("total", { count: answer.total, shown: formatNumber(locale, answer.total) })
                : t("totalOver", { shown: formatNumber(locale, answer.total) })}
            </p>
          </header>

          <div className="mt-4 flex flex-wrap items-center gap-2">
            <button type="button" popoverTarget="filters" className={buttonClass("secondary", "normal", "lg:hidden")}>
              <SlidersHorizontal aria-hidden className="size-5" />
              {t("filters")}
              {chips.length > 0 && (
                <span className="tabular grid size-5 place-items-center rounded-full bg-accent text-xs text-on-accent">
                  {chips.length}
                </span>
              )}
            </button>
            <div className="min-w-36 grow sm:grow-0">
              <SortSelect
                path={here}
                label={t("sort.label")}
                value={sort}
                options={sorts.map((value) => ({ value, text: t(`sort.${value}`) }))}
              />
            </div>
            {savedName && (
              <SaveSearch
                locale={locale}
                name={savedName}
                query={plainQuery.toString()}
                labels={{ save: t("save"), saved: t("saved"), done: t("savedDone"), failed: t("saveFailed") }}
              />
            )}
            <nav aria-label={t("view.label")} className="ml-auto flex rounded-control border border-line p-0.5">
              {VIEWS.map(([name, Icon]) => (
                <Link
                  key={name}
                  href={to(change(params, { view: name === "grid" ? null : name }))}
                  scroll={false}
                  title={t(`view.${name}`)}
                  aria-current={view === name ? "true" : undefined}
                  className={clsx(
                    "grid size-10 place-items-center rounded-control",
                    view === name ? "bg-accent-soft text-accent" : "text-quiet hover:text-ink",
                  )}
                >
                  <Icon aria-hidden className="size-5" />
                  <span className="sr-only">{t(`view.${name}`)}</span>
                </Link>
              ))}
            </nav>
          </div>

          <Chips answer={answer} chips={chips} here={here} params={params} />

          <div
            id="results"
            className="mt-5 transition-opacity delay-200 duration-(--calm) [[data-loading]_&]:opacity-50"
          >
            {view !== "map" && answer.items.length > 0 && <h2 className="sr-only">{t("allAds")}</h2>}
            {view === "map" ? (
              <ResultsMap
                locale={locale}
                path={here}
                query={plainQuery.toString()}
                words={await priceWords()}
                labels={{
                  map: t("map.label"),
                  zoomIn: t("map.zoomIn"),
                  zoomOut: t("map.zoomOut"),
                  searchHere: t("map.searchHere"),
                  loading: t("map.loading"),
                  failed: t("map.failed"),
                  cluster: t.raw("map.cluster") as string,
                  close: t("close"),
                }}
              />
            ) : answer.items.length > 0 ? (
              <Cards locale={locale} cards={answer.items} kept={kept} layout={view} priority={4} />
            ) : (
              <Nothing locale={locale} here={here} params={params} />
            )}
          </div>
          {view !== "map" && <More answer={answer} here={here} params={params} shown={shown} />}
        </div>
      </div>
    </div>
  );
}

async function Chips(props: {
  answer: SearchAnswer;
  chips: ReturnType<typeof activeChips>;
  here: string;
  params: URLSearchParams;
}) {
  const { answer, chips, here, params } = props;
  const t = await getTranslations("search");
  const understood = answer.understood;
  return (
    <>
      {understood?.corrected && (
        <Notice className="mt-3" role="status">
          {t("corrected", { text: understood.corrected })}
        </Notice>
      )}
      {understood?.relaxed && understood.relaxed.length > 0 && (
        <Notice className="mt-3" tone="warning" role="status">
          {t("relaxed")}
        </Notice>
      )}
      {((understood?.chips.length ?? 0) > 0 || chips.length > 0) && (
        <ul className="mt-3 flex flex-wrap items-center gap-2" aria-label={t("active")}>
          {understood?.chips.map((chip) => (
            <li key={`${chip.field}:${chip.value}`}>
              <Link
                href={withQuery(here, mergeRemoved(params, chip.remove))}
                scroll={false}
                title={t("understood")}
                className={chipClass(true, "border-dashed")}
              >
                <span className="sr-only">{t("understood")}: </span>
                <ChipContent removable>{chip.label}</ChipContent>
              </Link>
            </li>
          ))}
          {chips.map((chip) => (
            <li key={chip.text}>
              <Link href={withQuery(here, chip.params)} scroll={false} className={chipClass(true)}>
                <span className="sr-only">{t("remove")} </span>
                <ChipContent removable>{chip.text}</ChipContent>
              </Link>
            </li>
          ))}
          {chips.length > 1 && (
            <li>
              <Link
                href={withQuery(here, onlyWords(params))}
                scroll={false}
                className="inline-flex min-h-8 items-center px-2 text-sm text-accent hover:underline"
              >
                {t("clearAll")}
              </Link>
            </li>
          )}
        </ul>
      )}
    </>
  );
}

/** The address after a chip of the understanding is taken away: the API gives the whole query, the site keeps its view. */
function mergeRemoved(params: URLSearchParams, query: string): URLSearchParams {
  const next = readParams(new URLSearchParams(query));
  next.delete("category");
  const view = params.get("view");
  if (view) next.set("view", view);
  return next;
}

function onlyWords(params: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams();
  for (const name of ["q", "sort", "view", "seller"]) {
    const value = params.get(name);
    if (value) next.set(name, value);
  }
  return next;
}

async function Nothing({ locale, here, params }: { locale: Locale; here: string; params: URLSearchParams }) {
  const t = await getTranslations("search");
  const words = onlyWords(params);
  const filtered = words.size < params.size;
  return (
    <EmptyState
      icon={<SearchX />}
      title={t("nothing.title")}
      actions={
        <Link href={filtered ? withQuery(here, words) : href(locale, "/search")} className={buttonClass("secondary")}>
          {filtered ? t("clearAll") : t("all")}
        </Link>
      }
    >
      {t("nothing.text")}
    </EmptyState>
  );
}

/** Shows one more page in place; past the most that one address shows, the next page by its cursor. */
async function More(props: { answer: SearchAnswer; here: string; params: URLSearchParams; shown: number }) {
  const { answer, here, params, shown } = props;
  const t = await getTranslations("search");
  const first = params.has("cursor") ? change(params, {}) : null;
  const next = new URLSearchParams(params);
  const grows = shown < SHOWN_MAX;
  if (grows) next.set("shown", String(shown + PAGE));
  else {
    next.delete("shown");
    next.set("cursor", answer.cursor ?? "");
  }
  if (!answer.cursor && !first) return null;
  return (
    <nav aria-label={t("pages")} className="mt-8 flex flex-wrap justify-center gap-3">
      {first && (
        <Link href={withQuery(here, first)} className={buttonClass("secondary")}>
          {t("firstPage")}
        </Link>
      )}
      {answer.cursor && (
        <Link
          href={withQuery(here, next)}
          rel="next"
          replace={grows}
          scroll={!grows}
          className={buttonClass("secondary", "large")}
        >
          {grows ? t("loadMore") : t("nextPage")}
        </Link>
      )}
    </nav>
  );
}
