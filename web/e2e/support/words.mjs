// The site's own words: tests find things by what people read, and the texts stay in one place.
import { readFileSync } from "node:fs";
import { parse, TYPE } from "@formatjs/icu-messageformat-parser";

const files = { "sr-Latn": "messages/sr", "sr-Cyrl": "generated/sr-Cyrl", ru: "messages/ru", en: "messages/en" };
const read = (locale) =>
  JSON.parse(readFileSync(new URL(`../../packages/i18n/${files[locale]}.json`, import.meta.url), "utf8"));
const kept = new Map();

export const locales = Object.keys(files);
export const prefixes = { "sr-Latn": "", "sr-Cyrl": "/sr-cyrl", ru: "/ru", en: "/en" };

/** All messages of a language by their whole key. */
export function messages(locale) {
  if (!kept.has(locale)) {
    const flat = new Map();
    const walk = (node, path) => {
      for (const [key, value] of Object.entries(node)) {
        const name = path ? `${path}.${key}` : key;
        if (typeof value === "string") flat.set(name, value);
        else walk(value, name);
      }
    };
    walk(read(locale), "");
    kept.set(locale, flat);
  }
  return kept.get(locale);
}

function render(elements, values, locale, count) {
  return elements
    .map((element) => {
      if (element.type === TYPE.literal) return element.value;
      if (element.type === TYPE.pound) return String(count);
      if (element.type === TYPE.plural) {
        const number = values[element.value];
        const form = new Intl.PluralRules(locale).select(number);
        const option = element.options[form] ?? element.options.other;
        return render(option.value, values, locale, number);
      }
      if (element.type === TYPE.select) {
        const option = element.options[values[element.value]] ?? element.options.other;
        return render(option.value, values, locale, count);
      }
      return String(values[element.value] ?? "");
    })
    .join("");
}

/** `t("favourite.add")`: a message as the page shows it. A key that is gone fails the test that uses it. */
export function words(locale = "sr-Latn") {
  const all = messages(locale);
  return (key, values = {}) => {
    const text = all.get(key);
    if (text === undefined) throw new Error(`no message ${key}`);
    return render(parse(text), values, locale);
  };
}

/** A message as a pattern: placeholders stand for anything. */
export function pattern(locale, key) {
  const text = messages(locale).get(key);
  if (text === undefined) throw new Error(`no message ${key}`);
  const escape = (part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const of = (elements) =>
    elements.map((element) => (element.type === TYPE.literal ? escape(element.value) : ".+")).join("");
  return new RegExp(of(parse(text)));
}
