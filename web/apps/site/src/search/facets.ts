import type { AttributeFacet, AttributeView, FacetBucket, SearchAnswer } from "@svetu/api-client/types";

/** One filter as the panel draws it: choices with counts, a range or yes/no. */
export interface Filter {
  /** Name of the parameter. */
  name: string;
  title: string;
  kind: "choices" | "range" | "flag" | "dates";
  buckets: FacetBucket[];
  unit?: string;
  range?: { min: number; max: number };
  open: boolean;
}

const SHOWN_OPEN = 6;

export function buckets(answer: SearchAnswer, name: string): FacetBucket[] {
  const facet = answer.facets?.[name];
  if (!facet) return [];
  return Array.isArray(facet) ? facet : (facet.buckets ?? []);
}

/** Filters of a category's attributes: what the answer counted, and what is chosen already even where it counts nothing. */
export function attributeFilters(attributes: AttributeView[], answer: SearchAnswer, params: URLSearchParams): Filter[] {
  const filters: Filter[] = [];
  for (const attribute of attributes) {
    if (!attribute.filterable) continue;
    const name = `attr.${attribute.key}`;
    const facet = answer.facets?.[name] as AttributeFacet | undefined;
    const chosen = (params.get(name) ?? "").split(",").filter(Boolean);
    const bounded = params.has(`${name}_min`) || params.has(`${name}_max`);
    const base = { name, title: attribute.name, unit: attribute.unit ?? undefined };
    switch (attribute.kind) {
      case "number":
      case "integer":
      case "year":
        if (!bounded && !facet?.range) break;
        filters.push({ ...base, kind: "range", buckets: [], range: facet?.range ?? undefined, open: bounded });
        break;
      case "date":
        if (!bounded && !facet?.range) break;
        filters.push({ ...base, kind: "dates", buckets: [], open: bounded });
        break;
      case "boolean": {
        const yes = buckets(answer, name).filter(({ value }) => value === "true" || value === "1");
        if (yes.length > 0 || chosen.length > 0) {
          filters.push({ ...base, kind: "flag", buckets: yes, open: chosen.length > 0 });
        }
        break;
      }
      case "text":
        break;
      case "choice":
      case "choices":
      case "colour":
      case "size":
      case "make":
      case "model": {
        // A model means something only under its make.
        if (attribute.depends_on && !params.has(`attr.${attribute.depends_on}`)) break;
        const counted = buckets(answer, name);
        const named = new Map(
          [...(attribute.options ?? []), ...Object.values(attribute.models ?? {}).flat()].map((o) => [o.key, o.name]),
        );
        const missing = chosen
          .filter((value) => !counted.some((bucket) => bucket.value === value))
          .map((value) => ({ value, name: named.get(value) ?? value, count: 0 }));
        const all = [...missing, ...counted];
        if (all.length > 0) filters.push({ ...base, kind: "choices", buckets: all, open: chosen.length > 0 });
        break;
      }
    }
  }
  return filters.map((filter, i) => ({ ...filter, open: filter.open || i < SHOWN_OPEN }));
}
