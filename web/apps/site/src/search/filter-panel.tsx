import type { AttributeView, Place, SearchAnswer } from "@svetu/api-client/types";
import { formatDistance, formatNumber } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Checkbox, controlClass, Select } from "@svetu/ui/field";
import { Link } from "@svetu/ui/link";
import { ChevronDown, ChevronLeft, X } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Categories } from "./categories";
import { attributeFilters, buckets, type Filter } from "./facets";
import { FilterForm } from "./filter-form";
import { PlaceFilter } from "./place-filter";
import { change, withQuery } from "./query";

interface Props {
  locale: Locale;
  params: URLSearchParams;
  /** The page's own address, where the form goes. */
  path: string;
  category?: string;
  categories: Categories;
  attributes: AttributeView[];
  answer: SearchAnswer;
  place: Place | null;
}

/** What stays in the address though it has no field in the form. */
const KEPT = ["q", "sort", "view", "bbox", "seller"];
const RADII_M = [5000, 10_000, 25_000, 50_000, 100_000, 200_000];
const DAYS = [1, 3, 7, 30];
const CHOICES_SHOWN = 8;

/** The filters: beside the results on a desktop, a sheet (the browser's own popover) on a phone. */
export async function FilterPanel(props: Props) {
  const { locale, params, path, answer, place } = props;
  const t = await getTranslations("search");
  const hasCondition = buckets(answer, "condition").length > 0 || params.has("condition");
  const near = params.get("lat") && params.get("lon");
  const initialPlace = place
    ? { id: place.id, name: place.name, lat: place.point.lat, lon: place.point.lon }
    : near
      ? { id: "", name: t("place.here"), lat: Number(params.get("lat")), lon: Number(params.get("lon")) }
      : null;
  const currency = params.get("currency") === "EUR" ? "EUR" : "RSD";
  const whole = (name: string) => (params.has(name) ? String(Number(params.get(name)) / 100) : "");
  return (
    <aside
      id="filters"
      popover="auto"
      aria-label={t("filters")}
      className="m-0 size-full max-h-none bg-bg text-ink backdrop:bg-scrim max-lg:[&:popover-open]:flex max-lg:[&:popover-open]:flex-col lg:static lg:block lg:h-auto lg:w-auto lg:overflow-visible"
    >
      <header className="flex shrink-0 items-center justify-between border-b border-line py-2 pr-2 pl-4 lg:hidden">
        <h2 className="text-lg">{t("filters")}</h2>
        <button
          type="button"
          popoverTarget="filters"
          popoverTargetAction="hide"
          aria-label={t("close")}
          className={buttonClass("quiet", "icon")}
        >
          <X aria-hidden className="size-5" />
        </button>
      </header>
      <div className="min-h-0 grow overflow-y-auto px-4 lg:overflow-visible lg:px-0">
        <CategoryLinks {...props} />
        <FilterForm action={href(locale, path)}>
          {KEPT.map(
            (name) => params.has(name) && <input key={name} type="hidden" name={name} value={params.get(name) ?? ""} />,
          )}
          <Group title={t("price")} open>
            <div className="grid grid-cols-[1fr_1fr_auto] gap-2">
              <input
                name="price_from"
                inputMode="numeric"
                aria-label={t("priceFrom")}
                placeholder={t("from")}
                defaultValue={whole("price_min")}
                className={controlClass}
              />
              <input
                name="price_to"
                inputMode="numeric"
                aria-label={t("priceTo")}
                placeholder={t("to")}
                defaultValue={whole("price_max")}
                className={controlClass}
              />
              <Select
                name="currency"
                aria-label={t("currency")}
                defaultValue={currency}
                data-default="RSD"
                className="w-24"
              >
                <option value="RSD">RSD</option>
                <option value="EUR">EUR</option>
              </Select>
            </div>
          </Group>
          <Group title={t("place.title")} open>
            <PlaceFilter
              key={`${initialPlace?.id}:${params.get("radius_m")}`}
              locale={locale}
              initial={initialPlace}
              radius={params.get("radius_m") ?? ""}
              labels={{
                label: t("place.title"),
                placeholder: t("place.placeholder"),
                clear: t("place.clear"),
                none: t("place.none"),
                radius: t("place.radius"),
                exactly: t("place.exactly"),
                here: t("place.here"),
                distances: RADII_M.map((metres) => ({
                  metres,
                  text: t("place.within", { distance: formatDistance(locale, metres) }),
                })),
              }}
            />
          </Group>
          {hasCondition && (
            <Group title={t("condition.title")} open>
              {(["new", "like_new", "used", "for_parts"] as const).map((value) => (
                <Choice
                  key={value}
                  locale={locale}
                  name="condition"
                  value={value}
                  label={t(`condition.${value}`)}
                  count={buckets(answer, "condition").find((bucket) => bucket.value === value)?.count}
                  params={params}
                />
              ))}
            </Group>
          )}
          {attributeFilters(props.attributes, answer, params).map((filter) => (
            <Group
              key={filter.name}
              title={filter.unit ? `${filter.title} (${filter.unit})` : filter.title}
              open={filter.open}
            >
              <AttributeFilter
                locale={locale}
                filter={filter}
                params={params}
                words={{ from: t("from"), to: t("to"), more: t("more") }}
              />
            </Group>
          ))}
          <Group title={t("seller.title")} open={params.has("seller_kind")}>
            {(["", "person", "trader"] as const).map((value) => (
              <Checkbox
                key={value}
                kind="radio"
                name="seller_kind"
                value={value}
                defaultChecked={(params.get("seller_kind") ?? "") === value}
                label={value === "" ? t("seller.all") : t(`seller.${value}`)}
              />
            ))}
          </Group>
          <Group title={t("age.title")} open={params.has("since_days")}>
            <Select name="since_days" aria-label={t("age.title")} defaultValue={params.get("since_days") ?? ""}>
              <option value="">{t("age.any")}</option>
              {DAYS.map((days) => (
                <option key={days} value={days}>
                  {t("chips.days", { count: days })}
                </option>
              ))}
            </Select>
          </Group>
          <div className="py-3">
            <Checkbox name="with_photo" value="true" defaultChecked={params.has("with_photo")} label={t("withPhoto")} />
          </div>
          <noscript>
            <button type="submit" className={buttonClass("secondary")}>
              {t("apply")}
            </button>
          </noscript>
        </FilterForm>
      </div>
      <footer className="shrink-0 border-t border-line p-4 lg:hidden">
        <button
          type="button"
          popoverTarget="filters"
          popoverTargetAction="hide"
          className={buttonClass("primary", "large", "w-full")}
        >
          {t("show", { count: answer.total })}
        </button>
      </footer>
    </aside>
  );
}

function Group({ title, open, children }: { title: ReactNode; open: boolean; children: ReactNode }) {
  return (
    <details open={open} className="group border-b border-line py-2">
      <summary className="flex min-h-9 list-none items-center justify-between gap-2 text-sm font-[600]">
        {title}
        <ChevronDown
          aria-hidden
          className="size-4 shrink-0 text-quiet transition-transform duration-(--quick) group-open:rotate-180"
        />
      </summary>
      <div className="pt-1 pb-2">{children}</div>
    </details>
  );
}

function Choice(props: {
  locale: Locale;
  name: string;
  value: string;
  label: string;
  count?: number;
  params: URLSearchParams;
}) {
  const chosen = (props.params.get(props.name) ?? "").split(",").includes(props.value);
  return (
    <Checkbox
      name={props.name}
      value={props.value}
      defaultChecked={chosen}
      label={props.label}
      note={props.count === undefined ? undefined : formatNumber(props.locale, props.count)}
    />
  );
}

function AttributeFilter(props: {
  locale: Locale;
  filter: Filter;
  params: URLSearchParams;
  words: { from: string; to: string; more: string };
}) {
  const { locale, filter, params, words } = props;
  if (filter.kind === "range" || filter.kind === "dates") {
    const type = filter.kind === "dates" ? "date" : "text";
    return (
      <div className="grid grid-cols-2 gap-2">
        {(["min", "max"] as const).map((bound) => (
          <input
            key={bound}
            type={type}
            name={`${filter.name}_${bound}`}
            inputMode={type === "text" ? "decimal" : undefined}
            aria-label={`${filter.title}, ${bound === "min" ? words.from : words.to}`}
            placeholder={bound === "min" ? words.from : words.to}
            defaultValue={params.get(`${filter.name}_${bound}`) ?? ""}
            className={controlClass}
          />
        ))}
      </div>
    );
  }
  const choices = filter.buckets.map((bucket) => (
    <Choice
      key={bucket.value}
      locale={locale}
      name={filter.name}
      value={bucket.value}
      label={filter.kind === "flag" ? filter.title : bucket.name}
      count={bucket.count}
      params={params}
    />
  ));
  return (
    <>
      {choices.slice(0, CHOICES_SHOWN)}
      {choices.length > CHOICES_SHOWN && (
        <details>
          <summary className="inline-flex min-h-9 items-center text-sm text-accent hover:underline">
            {words.more}
          </summary>
          {choices.slice(CHOICES_SHOWN)}
        </details>
      )}
    </>
  );
}

/** Up and down the tree, with counts; the other filters stay, those of the category's attributes do not. */
async function CategoryLinks({ locale, params, category, categories, answer }: Props) {
  const t = await getTranslations("search");
  const kept = change(params, { category: null });
  for (const name of [...kept.keys()]) if (name.startsWith("attr.")) kept.delete(name);
  const counts = new Map(buckets(answer, "category").map((bucket) => [bucket.value, bucket.count]));
  const path = category ? categories.path(category) : [];
  const children = categories.children(category);
  const siblings = children.length > 0 ? children : categories.children(path.at(-2)?.id);
  const shown = siblings.filter((one) => !params.has("q") || counts.has(one.id) || one.id === category);
  return (
    <nav aria-label={t("categories")} className="border-b border-line py-3">
      <ul className="text-sm">
        {path.length > 0 && (
          <li>
            <Link
              href={href(locale, withQuery(path.length > 1 ? categories.href(path.at(-2)?.id ?? "") : "/search", kept))}
              className="flex min-h-9 items-center gap-1 text-quiet hover:text-ink"
            >
              <ChevronLeft aria-hidden className="size-4" />
              {path.at(-2)?.name ?? t("allCategories")}
            </Link>
          </li>
        )}
        {children.length > 0 && path.length > 0 && (
          <li className="flex min-h-9 items-center font-[600]">{path.at(-1)?.name}</li>
        )}
        {shown.map((one) => (
          <li key={one.id}>
            <Link
              href={href(locale, withQuery(categories.href(one.id), kept))}
              aria-current={one.id === category ? "true" : undefined}
              className="flex min-h-9 items-center justify-between gap-3 pl-2 text-ink hover:text-accent aria-[current]:font-[600]"
            >
              <span>{one.name}</span>
              {counts.has(one.id) && (
                <span className="tabular text-quiet">{formatNumber(locale, counts.get(one.id) ?? 0)}</span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
