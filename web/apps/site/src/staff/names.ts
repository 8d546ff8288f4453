import type { Locale } from "@svetu/i18n/locales";

/** A name in the languages that are written by hand; Serbian Cyrillic follows from Latin. */
export interface Names {
  sr: string;
  ru: string;
  en: string;
}

export const LANGUAGES = ["sr", "ru", "en"] as const;
export const EDITED_LOCALES: readonly Locale[] = ["sr-Latn", "ru", "en"];
export const NAME_MAX = 100;

/** What changed, as a merge patch; `undefined` for nothing. */
export function changedNames(before: Names, after: Names): Partial<Names> | undefined {
  const changed = LANGUAGES.filter((language) => before[language] !== after[language].trim());
  if (changed.length === 0) return undefined;
  return Object.fromEntries(changed.map((language) => [language, after[language].trim()]));
}
