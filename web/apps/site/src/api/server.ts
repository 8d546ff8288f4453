import "server-only";

import { type RequestOptions, send } from "@svetu/api-client/client";
import { ApiError } from "@svetu/api-client/problem";
import type {
  AuthorizationView,
  Card,
  Category,
  CategoryTree,
  Listing,
  Me,
  Page,
  Rates,
  SearchAnswer,
  Seller,
  Upstream,
  WaitingUpstream,
} from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import { cookies, headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { cache } from "react";
import { needsTwo, stepUpFor } from "@/auth/step-up";
import { env } from "@/env";
import { unlessOut } from "@/search/outage";
import { forwarded } from "./forwarded";

const TIMEOUT_MS = 8000;
/** Where there is something to show without it. */
const SEARCH_TIMEOUT_MS = 5000;
const TREE_FRESH_MS = 60_000;

/** A read as the visitor: with the visitor's session, language and address. */
export async function get<T>(
  locale: Locale,
  path: string,
  query?: RequestOptions["query"],
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const transport = { baseUrl: env.apiUrl(), headers: await forwarded(locale), timeoutMs };
  try {
    return (await send<T>(transport, "GET", path, { query })).data;
  } catch (error) {
    // A page that is not for whoever stands in for somebody says so, whatever it would show.
    if (error instanceof ApiError && error.code === "auth.standing_in") forbidden();
    // The staff's work wants two factors: proven on the way, then back to the page.
    if (needsTwo(error)) redirect(stepUpFor(locale, (await headers()).get("x-page") ?? "/staff", error));
    throw error;
  }
}

/** A read that is the same for everybody: no session goes along. */
async function getPublic<T>(
  locale: Locale,
  path: string,
  query?: RequestOptions["query"],
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const transport = { baseUrl: env.apiUrl(), headers: { "accept-language": locale }, timeoutMs };
  return (await send<T>(transport, "GET", path, { query })).data;
}

/** `null` where the API answers one of these statuses. */
export async function orNull<T>(promise: Promise<T>, ...statuses: number[]): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && statuses.includes(error.status)) return null;
    throw error;
  }
}

/** Who is signed in; `null` for a visitor. Asked once a request. */
export const me = cache(async (locale: Locale): Promise<Me | null> => {
  const jar = await cookies();
  if (!jar.getAll().some(({ name }) => name.endsWith("svetu_session"))) return null;
  return orNull(get<Me>(locale, "/identity/me"), 401, 0);
});

/** Whom the provider knows: on its own pages, where somebody may sign in to another application and not to this site. */
export const meAtProvider = cache((locale: Locale): Promise<Me | null> =>
  orNull(get<Me>(locale, "/identity/me"), 401, 0),
);

/** What an application asks the signed-in person for. */
export function authorizationRequest(locale: Locale, request: string): Promise<AuthorizationView> {
  return get<AuthorizationView>(locale, `/identity/authorization-requests/${encodeURIComponent(request)}`);
}

/** Providers elsewhere that people may sign in by; none where they cannot be asked for. */
export const upstreams = cache(async (locale: Locale): Promise<Upstream[]> => {
  const answer = await orNull(getPublic<{ items: Upstream[] }>(locale, "/identity/upstreams"), 0, 503);
  return answer?.items ?? [];
});

/** What a provider elsewhere said of whoever sits at this browser; `null` when nothing waits. */
export const waitingUpstream = (locale: Locale) =>
  orNull(get<WaitingUpstream>(locale, "/identity/upstreams/waiting"), 404);

/** What the device with this code asks the signed-in person for. */
export function deviceRequest(locale: Locale, code: string): Promise<AuthorizationView> {
  return get<AuthorizationView>(locale, `/identity/device-requests/${encodeURIComponent(code)}`);
}

const trees = new Map<Locale, { at: number; tree: Promise<CategoryTree> }>();

/** All categories in the reader's language; kept for a minute, for they change a few times a year. */
export function categoryTree(locale: Locale): Promise<CategoryTree> {
  const kept = trees.get(locale);
  const now = Date.now();
  if (kept && now - kept.at < TREE_FRESH_MS) return kept.tree;
  const tree = getPublic<CategoryTree>(locale, "/marketplace/categories", { lang: locale });
  trees.set(locale, { at: now, tree });
  tree.catch(() => trees.delete(locale));
  return tree;
}

export const category = (locale: Locale, id: string) =>
  getPublic<Category>(locale, `/marketplace/categories/${encodeURIComponent(id)}`, { lang: locale });

export const listing = cache((locale: Locale, id: string) =>
  get<Listing>(locale, `/marketplace/listings/${encodeURIComponent(id)}`, { lang: locale }),
);

/** None while search is out, and where there is nothing to compare with. */
export async function similar(locale: Locale, id: string): Promise<Card[]> {
  const path = `/marketplace/listings/${encodeURIComponent(id)}/similar`;
  const ask = () => getPublic<{ items: Card[] }>(locale, path, { lang: locale }, SEARCH_TIMEOUT_MS);
  const answer = await orNull(unlessOut(ask), 404, 410, 429, 500);
  return answer?.items ?? [];
}

export const seller = cache((locale: Locale, id: string) =>
  getPublic<Seller>(locale, `/marketplace/sellers/${encodeURIComponent(id)}`, { lang: locale }),
);

/** `null` while search is out: then there is `newest`. */
export const search = (locale: Locale, query: URLSearchParams): Promise<SearchAnswer | null> => {
  const params = new URLSearchParams(query);
  params.set("lang", locale);
  return unlessOut(() => get<SearchAnswer>(locale, "/marketplace/search", params, SEARCH_TIMEOUT_MS));
};

/** Ads of a category, or all, newest first, without search. A cursor that grew old begins again. */
export async function newest(
  locale: Locale,
  query: { category?: string; limit: number; cursor?: string },
): Promise<Page<Card>> {
  const ask = (cursor?: string) =>
    getPublic<Page<Card>>(locale, "/marketplace/listings", { ...query, cursor, lang: locale });
  return (query.cursor ? await orNull(ask(query.cursor), 400) : null) ?? ask();
}

/** A search that is the same for everybody: sitemaps walk by it. */
export const publicSearch = (locale: Locale, query: RequestOptions["query"]) =>
  getPublic<SearchAnswer>(locale, "/marketplace/search", query);

/** An ad as a stranger sees it: for the pictures of shared links. */
export const publicListing = (locale: Locale, id: string) =>
  getPublic<Listing>(locale, `/marketplace/listings/${encodeURIComponent(id)}`, { lang: locale });

export const rates = (locale: Locale) => orNull(getPublic<Rates>(locale, "/marketplace/rates"), 404, 0);

/** Ids of the ads the visitor keeps; none for somebody who is not signed in. */
export const favouriteIds = cache(async (locale: Locale): Promise<ReadonlySet<string>> => {
  if (!(await me(locale))) return new Set();
  const answer = await orNull(get<{ ids: string[] }>(locale, "/marketplace/favourites/ids"), 401, 0, 404);
  return new Set(answer?.ids ?? []);
});
