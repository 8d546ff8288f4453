import "server-only";

import { defaultLocale, type Locale, locales } from "@svetu/i18n/locales";
import { publicSearch } from "@/api/server";
import { documentNames } from "@/documents/read";
import { categories } from "@/search/categories";
import { absolute, listingPath } from "./links";

export interface Entry {
  url: string;
  /** When what the page shows last changed, where that is known. */
  lastmod?: string;
}

interface Ad {
  id: string;
  title: string;
  at: string;
}

/** What the protocol allows in one file. */
const URLS_MAX = 50_000;
export const ADS_PER_FILE = URLS_MAX / locales.length;
/** The freshest ads; what is older is found through the categories. */
const ADS_MAX = 100_000;
const PAGE = 100;
const FRESH_MS = 3_600_000;

let kept: { at: number; ads: Promise<Ad[]> } | undefined;

/** All live ads, the freshest first. Walked once an hour, whoever asks. */
function liveAds(): Promise<Ad[]> {
  if (kept && Date.now() - kept.at < FRESH_MS) return kept.ads;
  const ads = walk();
  const mine = { at: Date.now(), ads };
  kept = mine;
  ads.catch(() => {
    if (kept === mine) kept = undefined;
  });
  return ads;
}

async function walk(): Promise<Ad[]> {
  const ads: Ad[] = [];
  let cursor: string | undefined;
  do {
    const answer = await publicSearch(defaultLocale, { sort: "newest", limit: PAGE, lang: defaultLocale, cursor });
    for (const { id, title, refreshed_at } of answer.items) ads.push({ id, title, at: refreshed_at });
    cursor = answer.items.length > 0 ? (answer.cursor ?? undefined) : undefined;
  } while (cursor && ads.length < ADS_MAX);
  return ads;
}

/** The names of the files, and what the freshest page in each is from. */
export async function sitemapFiles(): Promise<{ name: string; lastmod?: string }[]> {
  const ads = await liveAds();
  const files = Array.from({ length: Math.ceil(ads.length / ADS_PER_FILE) }, (_, i) => ({
    name: `listings-${i + 1}.xml`,
    lastmod: ads[i * ADS_PER_FILE]?.at,
  }));
  return [{ name: "pages.xml" }, ...files];
}

/** One file's pages in every language; `null` where there is no such file. */
export async function sitemapEntries(file: string): Promise<Entry[] | null> {
  if (file === "pages.xml") return pages();
  const number = Number(/^listings-(\d{1,3})\.xml$/.exec(file)?.[1] ?? 0);
  if (number < 1) return null;
  const ads = (await liveAds()).slice((number - 1) * ADS_PER_FILE, number * ADS_PER_FILE);
  if (ads.length === 0) return null;
  return ads.flatMap(({ id, title, at }) =>
    locales.map((locale) => ({ url: absolute(locale, listingPath(id, title)), lastmod: at })),
  );
}

async function pages(): Promise<Entry[]> {
  const fixed = ["/", "/search", ...documentNames.map((name) => `/${name}`)];
  const all = await Promise.all(
    locales.map(async (locale: Locale) => {
      const tree = await categories(locale);
      return [...fixed, ...tree.all.map(({ id }) => tree.href(id))].map((path) => ({ url: absolute(locale, path) }));
    }),
  );
  return all.flat().slice(0, URLS_MAX);
}

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

export function sitemapXml(root: "sitemapindex" | "urlset", entries: Entry[]): string {
  const item = root === "urlset" ? "url" : "sitemap";
  const lines = entries.map(
    ({ url, lastmod }) =>
      `<${item}><loc>${escaped(url)}</loc>${lastmod ? `<lastmod>${escaped(lastmod)}</lastmod>` : ""}</${item}>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${lines.join("\n")}\n</${root}>\n`;
}

export const XML_HEADERS = {
  "content-type": "application/xml; charset=utf-8",
  "cache-control": "public, max-age=3600",
};
