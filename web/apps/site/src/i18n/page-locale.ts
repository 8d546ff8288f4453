import { isLocale, type Locale } from "@svetu/i18n/locales";
import { notFound } from "next/navigation";
import { setRequestLocale } from "next-intl/server";

/** The language of a page from its `[locale]` parameter; call it first in every page and layout. */
export async function pageLocale(params: Promise<{ locale: string }>): Promise<Locale> {
  const { locale } = await params;
  if (!isLocale(locale)) notFound();
  setRequestLocale(locale);
  return locale;
}
