// Whether a page speaks one language: words of another in the interface are found, what people wrote is theirs.
import { readFileSync } from "node:fs";
import { api } from "./site.mjs";
import { messages } from "./words.mjs";

const WORD = /\p{L}[\p{L}\p{M}]*/gu;
const LATIN = /\p{Script=Latin}/u;
const CYRILLIC = /\p{Script=Cyrillic}/u;
const SERBIAN_ONLY = /[ђјљњћџЂЈЉЊЋЏ]/u;
const RUSSIAN_ONLY = /[ёйщъыьэюяЁЙЩЪЫЬЭЮЯ]/u;
/** Shorter words belong to too many languages. */
const LETTERS_MIN = 3;

const tokens = (text) => text.toLowerCase().match(WORD) ?? [];
const wordsOf = (locale) =>
  new Set([...messages(locale).values()].flatMap((text) => tokens(text.replace(/\{\w+/g, " "))));

const international = new Set(
  readFileSync(new URL("../../packages/i18n/data/exceptions.txt", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .flatMap(tokens),
);
// The name of the house, and of the works and licences that the pages thank.
for (const word of ["sve", "tu", "euro", "geonames", "cc", "by", "natural", "earth", "openstreetmap", "svetu"])
  international.add(word);

const foreign = new Map();

/** Words that the messages of another language have and this one's have not. */
function foreignWords(locale, other) {
  const key = `${locale}:${other}`;
  if (!foreign.has(key)) {
    const own = wordsOf(locale);
    const all = [...wordsOf(other)].filter((word) => word.length >= LETTERS_MIN && !own.has(word));
    foreign.set(key, new Set(all));
  }
  return foreign.get(key);
}

/** Whether a word is wrong on a page in this language. */
function isForeign(locale, word) {
  switch (locale) {
    case "sr-Latn":
      return CYRILLIC.test(word) || foreignWords("sr-Latn", "en").has(word);
    case "sr-Cyrl":
      return LATIN.test(word) || RUSSIAN_ONLY.test(word);
    case "ru":
      return LATIN.test(word) || SERBIAN_ONLY.test(word) || foreignWords("ru", "sr-Cyrl").has(word);
    default:
      return CYRILLIC.test(word) || foreignWords("en", "sr-Latn").has(word);
  }
}

/** Everything the page says in its own language: text, and what is read out or shown in fields. */
function spoken(page) {
  return page.evaluate(() => {
    const own = document.documentElement.lang;
    const inOwn = (element) =>
      element && element.closest("[lang]")?.lang === own && !element.closest("script, style, noscript, code, textarea");
    const texts = [document.title, document.querySelector('meta[name="description"]')?.content ?? ""];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (inOwn(walker.currentNode.parentElement)) texts.push(walker.currentNode.data);
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
      if (!inOwn(element)) continue;
      for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.push(element.getAttribute(name) ?? "");
    }
    return texts.filter((text) => text.trim() !== "");
  });
}

/** Words that people wrote, or that name things (makes, models, places): they keep their own language. */
const written = new Map();

export async function writtenWords(locale, listing, seller) {
  if (!written.has(locale)) {
    const answers = await Promise.all([
      api("GET", `/marketplace/search?limit=100&facets=true&lang=${locale}`, { locale }),
      api("GET", `/marketplace/search?limit=100&q=stan&facets=true&lang=${locale}`, { locale }),
      api("GET", `/marketplace/search?limit=100&category=cars&facets=true&lang=${locale}`, { locale }),
      api("GET", `/marketplace/search?limit=100&seller=${seller}&lang=${locale}`, { locale }),
      api("GET", `/marketplace/listings/${listing}?lang=${locale}`, { locale }),
      api("GET", `/marketplace/listings/${listing}/similar?lang=${locale}`, { locale }),
      api("GET", `/marketplace/sellers/${seller}`, { locale }),
    ]);
    const all = new Set();
    const walk = (value, key) => {
      if (typeof value === "string" && !["category", "kind", "id"].includes(key))
        tokens(value).forEach((word) => all.add(word));
      else if (value && typeof value === "object") for (const [name, inner] of Object.entries(value)) walk(inner, name);
    };
    answers.forEach(({ data }) => walk(data.items ?? data, ""));
    for (const { data } of answers) {
      for (const facet of Object.values(data.facets ?? {})) {
        if (["make", "model", "size", "text"].includes(facet.kind)) walk(facet.buckets, "");
      }
    }
    written.set(locale, all);
  }
  return written.get(locale);
}

/** Words of another language on this page, each with the text it stands in. */
export async function strangers(page, locale, allowed) {
  const found = new Map();
  for (const text of await spoken(page)) {
    // Addresses and file types are the same everywhere; what stands in quotes is an example or somebody's words.
    const plain = text.replace(/\S*[@/]\S*|\S+\.\p{L}\S*/gu, " ").replace(/„[^“”]*[“”]|«[^»]*»|“[^”]*”/gu, " ");
    for (const word of tokens(plain)) {
      if (international.has(word) || allowed.has(word) || found.has(word)) continue;
      if (isForeign(locale, word)) found.set(word, text.trim().slice(0, 80));
    }
  }
  return [...found].map(([word, text]) => `«${word}» in «${text}»`);
}
