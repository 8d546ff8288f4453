/** The languages of the site: BCP 47 tags, the default first. */
export const locales = ["sr-Latn", "sr-Cyrl", "ru", "en"] as const;
export type Locale = (typeof locales)[number];
export const defaultLocale: Locale = "sr-Latn";

/** What the URL of each language begins with. */
export const prefixes: Record<Locale, string> = { "sr-Latn": "", "sr-Cyrl": "/sr-cyrl", ru: "/ru", en: "/en" };

/** Each language named in itself. */
export const localeNames: Record<Locale, string> = {
  "sr-Latn": "Srpski",
  "sr-Cyrl": "Српски",
  ru: "Русский",
  en: "English",
};

export function isLocale(value: unknown): value is Locale {
  return (locales as readonly unknown[]).includes(value);
}

/** Splits the path of a visible URL into the language and the page's own path (which begins with a slash). */
export function splitPath(path: string): { locale: Locale; path: string } {
  for (const locale of locales) {
    const prefix = prefixes[locale];
    if (prefix && (path === prefix || path.startsWith(`${prefix}/`))) {
      return { locale, path: path.slice(prefix.length) || "/" };
    }
  }
  return { locale: defaultLocale, path: path || "/" };
}

/** The visible URL of a page in a language. `path` begins with a slash and may carry a query. */
export function href(locale: Locale, path: string): string {
  const prefix = prefixes[locale];
  if (path === "/") return prefix || "/";
  return path.startsWith("/?") ? `${prefix || "/"}${path.slice(1)}` : `${prefix}${path}`;
}
