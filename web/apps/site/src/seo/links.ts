import { defaultLocale, href, type Locale, locales } from "@svetu/i18n/locales";
import type { Picture } from "@svetu/api-client/types";
import { toLatin } from "@svetu/i18n/cyrillic";
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

const SHARED_WIDTH = 1280;

/** The absolute address of a photo, large enough for a shared link. */
export function pictureUrl({ base_url, widths }: Picture): string {
  const width = widths.findLast((one) => one <= SHARED_WIDTH) ?? widths[0] ?? SHARED_WIDTH;
  return new URL(`${base_url}/${width}.jpg`, env.siteUrl()).toString();
}

/** The address of an ad: the id decides, the words are for people and search engines. The same in either script. */
export function listingPath(id: string, title: string): string {
  const slug = slugOf(title);
  return slug ? `/listings/${id}/${slug}` : `/listings/${id}`;
}

const SLUG_LETTERS_MAX = 60;
const plain: Record<string, string> = {
  ...{ đ: "dj", Đ: "dj", ß: "ss", ё: "e", й: "j", щ: "sc", ъ: "", ы: "y", ь: "", э: "e", ю: "ju", я: "ja" },
  ...{ Ё: "e", Й: "j", Щ: "sc", Ы: "y", Э: "e", Ю: "ju", Я: "ja" },
};

function slugOf(title: string): string {
  return toLatin(title)
    .replace(/[đĐßёйщъыьэюяЁЙЩЫЭЮЯ]/g, (letter) => plain[letter] ?? letter)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(0, SLUG_LETTERS_MAX)
    .replace(/^-+|-+$/g, "");
}
