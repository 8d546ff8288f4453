/**
 * The state of results is their address: the API's own query names, and the site's own: `view`, `shown`, and `before`, the
 * cursor of a list that was read without search.
 */

export type RawParams = Record<string, string | string[] | undefined>;
export type View = "grid" | "list" | "map";

export const PAGE = 24;
export const SHOWN_MAX = 96;
/** What people type is whole units; the API counts minor ones. */
const MINOR = 100;
const NAMES = new Set([
  ..."q category bbox lat lon radius_m place near price_min price_max currency condition seller_kind".split(" "),
  ..."delivery with_photo since_days sort seller cursor view shown before".split(" "),
]);
const DIGITS = /^\d{1,13}$/;

/** The known parameters of an address, several values of one joined by commas, prices in minor units. */
export function readParams(raw: RawParams | URLSearchParams): URLSearchParams {
  const grouped = new Map<string, string[]>();
  const add = (name: string, value: string) => {
    const text = value.trim();
    if (text && (NAMES.has(name) || name.startsWith("attr.") || name === "price_from" || name === "price_to")) {
      grouped.set(name, [...(grouped.get(name) ?? []), text]);
    }
  };
  if (raw instanceof URLSearchParams) raw.forEach((value, name) => add(name, value));
  else {
    for (const [name, value] of Object.entries(raw)) {
      for (const one of Array.isArray(value) ? value : [value ?? ""]) add(name, one);
    }
  }
  const out = new URLSearchParams();
  for (const [name, values] of grouped) {
    if (name === "price_from" || name === "price_to") {
      const digits = (values[0] ?? "").replace(/[\s.,\u00a0]/g, "");
      if (DIGITS.test(digits))
        out.set(name === "price_from" ? "price_min" : "price_max", String(Number(digits) * MINOR));
    } else {
      out.set(name, [...new Set(values)].join(name === "q" ? " " : ","));
    }
  }
  if (!out.has("price_min") && !out.has("price_max")) out.delete("currency");
  if (out.get("view") === "grid") out.delete("view");
  if (out.get("sort") === "relevance") out.delete("sort");
  return out;
}

export function viewOf(params: URLSearchParams): View {
  const view = params.get("view");
  return view === "list" || view === "map" ? view : "grid";
}

/** How many ads to show: whole pages, as "more" asked for. */
export function shownOf(params: URLSearchParams): number {
  const shown = Number(params.get("shown") ?? PAGE);
  return Number.isInteger(shown) ? Math.min(SHOWN_MAX, Math.max(PAGE, Math.ceil(shown / PAGE) * PAGE)) : PAGE;
}

/** What the API is asked: the filters without what only the site knows. */
export function apiQuery(params: URLSearchParams, category?: string): URLSearchParams {
  const query = new URLSearchParams(params);
  for (const name of ["view", "shown", "near", "before"]) query.delete(name);
  if (category) query.set("category", category);
  return query;
}

/** The same address with some parameters changed (`null` takes one away); it begins again at the first page. */
export function change(params: URLSearchParams, changes: Record<string, string | null>): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of ["cursor", "shown", "before"]) next.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function withQuery(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

/** Takes one of several values away from a parameter. */
export function without(params: URLSearchParams, name: string, value: string): URLSearchParams {
  const left = (params.get(name) ?? "").split(",").filter((one) => one !== value);
  return change(params, { [name]: left.join(",") || null });
}
