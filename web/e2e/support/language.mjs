// Whether a page speaks one language: words of another in the interface are found, what people wrote is theirs.
import { readdirSync, readFileSync } from "node:fs";
import { cookieOf, people } from "./accounts.mjs";
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

function textsOf(locale) {
  const folder = new URL("../../packages/i18n/", import.meta.url);
  const ending = `.${locale === "sr-Latn" ? "sr" : locale}.json`;
  const documents = new URL(locale === "sr-Cyrl" ? "generated/documents/" : "documents/", folder);
  const long = readdirSync(documents)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(new URL(name, documents), "utf8"));
  return [...messages(locale).values(), ...long];
}

/** Names of months, as dates are written. */
const monthsOf = (locale) =>
  ["short", "long"].flatMap((month) => {
    const format = new Intl.DateTimeFormat(locale, { month });
    return Array.from({ length: 12 }, (_, i) => format.format(new Date(2026, i, 15)));
  });

const wordsOf = (locale) =>
  new Set([...monthsOf(locale), ...textsOf(locale)].flatMap((text) => tokens(text.replace(/\{\w+/g, " "))));

const international = new Set(
  readFileSync(new URL("../../packages/i18n/data/exceptions.txt", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .flatMap(tokens),
);
// The name of the house; works and licences that the pages thank; technical terms that are the same everywhere.
const TERMS = "sve tu svetu geonames cc by natural earth openstreetmap euro argon cookie bluetooth keyless go kw hi fi";
for (const word of TERMS.split(" ")) international.add(word);
/** SUV, ABS, XL: read letter by letter in every language. */
const ABBREVIATION = /^\p{Lu}{2,5}$/u;

const foreign = new Map();

/** Words that the texts of another language have and this one's have not. */
function foreignWords(locale, other) {
  const key = `${locale}:${other}`;
  if (!foreign.has(key)) {
    const own = wordsOf(locale);
    const all = [...wordsOf(other)].filter((word) => word.length >= LETTERS_MIN && !own.has(word));
    foreign.set(key, new Set(all));
  }
  return foreign.get(key);
}

const whole = new Map();

/** Messages of the other language of the same script that this one says otherwise. */
function foreignMessages(locale, other) {
  const key = `${locale}:${other}`;
  if (!whole.has(key)) {
    const own = new Set(messages(locale).values());
    whole.set(key, new Set([...messages(other).values()].filter((text) => !own.has(text) && !text.includes("{"))));
  }
  return whole.get(key);
}

const neighbour = { "sr-Latn": "en", en: "sr-Latn", "sr-Cyrl": "ru", ru: "sr-Cyrl" };

/** Whether a word is wrong on a page in this language. Serbian Cyrillic and Russian share too many words to tell by one. */
function isForeign(locale, word) {
  switch (locale) {
    case "sr-Latn":
    case "en":
      return CYRILLIC.test(word) || foreignWords(locale, neighbour[locale]).has(word.toLowerCase());
    case "sr-Cyrl":
      return RUSSIAN_ONLY.test(word) || (LATIN.test(word) && !ABBREVIATION.test(word));
    default:
      return SERBIAN_ONLY.test(word) || (LATIN.test(word) && !ABBREVIATION.test(word));
  }
}

/** Everything the page says in its own language: text, and what is read out or shown in fields. */
function spoken(page) {
  return page.evaluate(() => {
    const own = document.documentElement.lang;
    // The pins of a map carry titles of ads.
    const others = "script, style, noscript, code, kbd, textarea, .maplibregl-marker";
    const inOwn = (element) => element?.closest("[lang]")?.lang === own && !element.closest(others);
    // A description is cut where it grows too long, maybe inside a word.
    const description = document.querySelector('meta[name="description"]')?.content ?? "";
    const texts = [document.title, description.replace(/\S*$/, "")];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (inOwn(walker.currentNode.parentElement)) texts.push(walker.currentNode.data);
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
      if (!inOwn(element)) continue;
      for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.push(element.getAttribute(name) ?? "");
    }
    return texts.map((text) => text.trim()).filter((text) => text !== "");
  });
}

/** What names things or is a person's own: it keeps its language. Everything else an answer says is the site's. */
const OWN_KEYS = new Set([
  "title",
  "description",
  "name",
  "text",
  "display_name",
  "parent_name",
  "facts",
  "note",
  "label",
]);
const written = new Map();

/** The words that people wrote and the names of makes, models and places that the pages of this walk show. */
export async function writtenWords(locale, { listing, seller }) {
  if (!written.has(locale)) {
    const [staff, ...cookies] = await Promise.all(
      [people.moderator, people.buyer, people.operator].map((who) => cookieOf(who)),
    );
    const search = (query) => api("GET", `/marketplace/search?limit=100&lang=${locale}&${query}`, { locale });
    const as = (cookie, path) => api("GET", path, { locale, cookie });
    const answers = await Promise.all([
      ...["sort=newest", "q=stan", "category=cars&facets=true", `seller=${seller}`].map(search),
      api("GET", `/marketplace/listings/${listing.id}?lang=${locale}`, { locale }),
      api("GET", `/marketplace/listings/${listing.id}/similar?lang=${locale}`, { locale }),
      api("GET", `/marketplace/sellers/${seller}`, { locale }),
      ...[staff, ...cookies].map((cookie) => as(cookie, "/identity/me")),
      ...["queue", "reports", "appeals"].map((list) => as(staff, `/moderation/${list}?limit=50`)),
    ]);
    const all = new Set();
    const add = (text) => {
      const found = tokens(text);
      for (const word of found) all.add(word);
      // An avatar shows how a name begins.
      all.add(
        found
          .slice(0, 2)
          .map((word) => word[0])
          .join(""),
      );
    };
    const walk = (value, key) => {
      if (typeof value === "string") {
        if (OWN_KEYS.has(key)) add(value);
      } else if (value && typeof value === "object") {
        for (const [name, inner] of Object.entries(value)) {
          if (name !== "category" && name !== "facets") walk(inner, Array.isArray(value) ? key : name);
        }
      }
    };
    for (const { data } of answers) walk(data, "");
    // The taxonomy knows more of the language's words than the messages do.
    if (locale === "sr-Latn" || locale === "en") {
      const [own, other] = await Promise.all([locale, neighbour[locale]].map(taxonomyWords));
      for (const word of own) if (!other.has(word)) all.add(word);
    }
    for (const facet of Object.values(answers[2].data.facets ?? {})) {
      if (["make", "model"].includes(facet.kind)) walk(facet.buckets, "");
    }
    written.set(locale, all);
  }
  return written.get(locale);
}

/** The words of the taxonomy that the pages of this walk show: all categories, one with its attributes. */
async function taxonomyWords(locale) {
  const [tree, cars] = await Promise.all(
    ["", "/cars"].map((path) => api("GET", `/marketplace/categories${path}?lang=${locale}`, { locale })),
  );
  const { attributes } = cars.data;
  const named = [...tree.data.categories, ...attributes, ...attributes.flatMap(({ options }) => options ?? [])];
  return new Set(named.flatMap(({ name }) => tokens(name)));
}

/** Words of another language on this page, each with the text it stands in. `typed`: what the address asks for. */
export async function strangers(page, locale, allowed, typed = "") {
  const found = new Map();
  const own = new Set(tokens(typed));
  const wholes = foreignMessages(locale, neighbour[locale]);
  for (const text of await spoken(page)) {
    if (wholes.has(text) && !tokens(text).every((word) => allowed.has(word))) found.set(text, text);
    // Addresses and file types are the same everywhere; what stands in quotes is an example or somebody's words.
    const plain = text.replace(/\S*[@/]\S*|\S+\.\p{L}\S*/gu, " ").replace(/„[^“”]*[“”]|«[^»]*»|“[^”]*”/gu, " ");
    for (const word of plain.match(WORD) ?? []) {
      const lower = word.toLowerCase();
      if (international.has(lower) || allowed.has(lower) || own.has(lower) || found.has(word)) continue;
      if (isForeign(locale, word)) found.set(word, text.slice(0, 80));
    }
  }
  return [...found].map(([word, text]) => `«${word}» in «${text}»`);
}
