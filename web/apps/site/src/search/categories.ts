import type { CategorySummary } from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import { categoryTree } from "@/api/server";

/** The tree of categories in one language, with the ways up and down. */
export interface Categories {
  all: CategorySummary[];
  byId: ReadonlyMap<string, CategorySummary>;
  /** From the root down to the category itself. */
  path: (id: string) => CategorySummary[];
  children: (id: string | undefined) => CategorySummary[];
  /** The address of a category's page: its slugs from the root down. */
  href: (id: string) => string;
}

const LEVELS_MAX = 3;

export async function categories(locale: Locale): Promise<Categories> {
  const { categories: all } = await categoryTree(locale);
  const byId = new Map(all.map((category) => [category.id, category]));
  const path = (id: string) => {
    const steps: CategorySummary[] = [];
    let step = byId.get(id);
    while (step && steps.length < LEVELS_MAX) {
      steps.unshift(step);
      step = step.parent ? byId.get(step.parent) : undefined;
    }
    return steps;
  };
  return {
    all,
    byId,
    path,
    children: (id) => all.filter((category) => (category.parent ?? undefined) === id),
    href: (id) =>
      `/c/${path(id)
        .map(({ slug }) => slug)
        .join("/")}`,
  };
}

/** The category that an address names, in whatever language its slugs are. */
export function findBySlugs({ all }: Categories, slugs: string[]): CategorySummary | undefined {
  let found: CategorySummary | undefined;
  for (const slug of slugs) {
    const parent = found?.id;
    const siblings = all.filter((category) => (category.parent ?? undefined) === parent);
    found =
      siblings.find((category) => category.slug === slug) ??
      siblings.find((category) => Object.values(category.slugs).includes(slug));
    if (!found) return undefined;
  }
  return found;
}
