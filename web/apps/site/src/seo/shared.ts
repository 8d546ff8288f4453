import "server-only";

import type { Locale } from "@svetu/i18n/locales";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { env } from "@/env";
import { absolute } from "./links";

const SIZE = { width: 1200, height: 630 };

/** The address of the picture that stands for the site, or for an ad, where a link is shared. */
export const sharedPicture = (locale: Locale, listing?: string) =>
  `${env.siteUrl()}/og/${locale}/${listing ?? "site"}.png`;

/** What a shared link shows. `listing`: the picture is drawn from the ad. */
export async function shared(
  locale: Locale,
  page: { title: string; description: string; path?: string; listing?: string },
): Promise<Pick<Metadata, "openGraph" | "twitter">> {
  const t = await getTranslations("site");
  const { title, description, path, listing } = page;
  const images = [{ url: sharedPicture(locale, listing), ...SIZE, alt: title }];
  return {
    openGraph: {
      title,
      description,
      images,
      url: path === undefined ? undefined : absolute(locale, path),
      siteName: t("name"),
      locale: locale.replace("-", "_"),
      type: "website",
    },
    twitter: { card: "summary_large_image", title, description, images },
  };
}
