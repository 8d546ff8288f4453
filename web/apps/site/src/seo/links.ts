import { defaultLocale, href, type Locale, locales } from "@svetu/i18n/locales";
import type { Metadata } from "next";
import { env } from "@/env";

/** The absolute address of a page in a language. */
export const absolute = (locale: Locale, path: string) => `${env.siteUrl()}${href(locale, path)}`;

/** Canonical and hreflang links of a page that exists in every language under the same path. */
export function alternates(locale: Locale, path: string): NonNullable<Metadata["alternates"]> {
  return {
    canonical: absolute(locale, path),
    languages: {
      ...Object.fromEntries(locales.map((other) => [other, absolute(other, path)])),
      "x-default": absolute(defaultLocale, path),
    },
  };
}

/** The address of an ad: the id decides, the words are for people and search engines. */
export function listingPath(id: string, title: string): string {
  const slug = slugOf(title);
  return slug ? `/listings/${id}/${slug}` : `/listings/${id}`;
}

const SLUG_LETTERS_MAX = 60;
const plain: Record<string, string> = { đ: "dj", Đ: "dj", ß: "ss" };

function slugOf(title: string): string {
  return title
    .replace(/[đĐß]/g, (letter) => plain[letter] ?? letter)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, SLUG_LETTERS_MAX)
    .replace(/^-+|-+$/g, "");
}
