import type { AttributeView, SearchAnswer } from "@svetu/api-client/types";
import { formatDistance, formatMoney, formatNumber } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import type { getTranslations } from "next-intl/server";
import { buckets } from "./facets";
import { change, without } from "./query";

export interface ActiveChip {
  text: string;
  /** The filters without this one. */
  params: URLSearchParams;
}

type Translate = Awaited<ReturnType<typeof getTranslations<"search">>>;

interface ChipContext {
  locale: Locale;
  t: Translate;
  params: URLSearchParams;
  attributes: AttributeView[];
  answer: SearchAnswer;
  placeName?: string;
}

/** Every filter in force as a chip that takes it away. */
export function activeChips({ locale, t, params, attributes, answer, placeName }: ChipContext): ActiveChip[] {
  const chips: ActiveChip[] = [];
  const money = (name: string) =>
    formatMoney(locale, {
      amount_minor: Number(params.get(name)),
      currency: params.get("currency") === "EUR" ? "EUR" : "RSD",
    });
  const add = (text: string, ...names: string[]) =>
    chips.push({ text, params: change(params, Object.fromEntries(names.map((name) => [name, null]))) });

  if (params.has("price_min")) add(t("chips.from", { value: money("price_min") }), "price_min");
  if (params.has("price_max")) add(t("chips.to", { value: money("price_max") }), "price_max");
  for (const value of list(params, "condition")) {
    if (value === "new" || value === "like_new" || value === "used" || value === "for_parts") {
      chips.push({ text: t(`condition.${value}`), params: without(params, "condition", value) });
    }
  }
  const seller = params.get("seller_kind");
  if (seller === "person" || seller === "trader") add(t(`seller.${seller}`), "seller_kind");
  for (const value of list(params, "delivery")) {
    if (value === "pickup" || value === "courier" || value === "post" || value === "seller") {
      chips.push({ text: t(`delivery.${value}`), params: without(params, "delivery", value) });
    }
  }
  if (params.has("with_photo")) add(t("withPhoto"), "with_photo");
  if (params.has("since_days")) add(t("chips.days", { count: Number(params.get("since_days")) }), "since_days");
  if (params.has("bbox")) add(t("chips.area"), "bbox");
  if (params.has("radius_m")) {
    const distance = formatDistance(locale, Number(params.get("radius_m")));
    const text = placeName ? t("chips.around", { place: placeName, distance }) : t("chips.near", { distance });
    add(text, "lat", "lon", "radius_m", "near", ...(params.get("sort") === "distance" ? ["sort"] : []));
  } else if (params.has("place")) add(placeName ?? t("chips.place"), "place");

  for (const attribute of attributes) {
    const name = `attr.${attribute.key}`;
    const unit = attribute.unit ? ` ${attribute.unit}` : "";
    const number = (text: string) =>
      `${attribute.kind === "year" || attribute.kind === "date" ? text : formatNumber(locale, Number(text))}${unit}`;
    const min = params.get(`${name}_min`);
    const max = params.get(`${name}_max`);
    if (min) add(`${attribute.name}: ${t("chips.from", { value: number(min) })}`, `${name}_min`);
    if (max) add(`${attribute.name}: ${t("chips.to", { value: number(max) })}`, `${name}_max`);
    for (const value of list(params, name)) {
      if (attribute.kind === "boolean") {
        add(attribute.name, name);
        continue;
      }
      const option = [...(attribute.options ?? []), ...Object.values(attribute.models ?? {}).flat()].find(
        ({ key }) => key === value,
      );
      const text = option?.name ?? buckets(answer, name).find((bucket) => bucket.value === value)?.name ?? value;
      // A make taken away takes its models along.
      const dependants = attributes
        .filter((other) => other.depends_on === attribute.key)
        .map((other) => `attr.${other.key}`);
      const left = without(params, name, value);
      for (const dependant of dependants) left.delete(dependant);
      chips.push({ text, params: left });
    }
  }
  return chips;
}

function list(params: URLSearchParams, name: string): string[] {
  return (params.get(name) ?? "").split(",").filter(Boolean);
}
