import { href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { Archive } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { favouriteIds, similar } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { Cards } from "@/listing/card";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ listing?: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("gone");
  return { title: t("title"), robots: { index: false } };
}

/** What stands where an ad was (the proxy answers 410 with it). */
export default async function Gone({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { listing } = await searchParams;
  const [t, kept, cards] = await Promise.all([
    getTranslations("gone"),
    favouriteIds(locale),
    listing ? similar(locale, listing) : [],
  ]);
  return (
    <div className="container-page">
      <EmptyState
        level={1}
        icon={<Archive />}
        title={t("title")}
        actions={
          <Link href={href(locale, "/search")} className={buttonClass()}>
            {t("search")}
          </Link>
        }
      >
        {t("text")}
      </EmptyState>
      {cards.length > 0 && (
        <section className="mt-4">
          <h2 className="mb-4 text-xl">{t("similar")}</h2>
          <Cards locale={locale} cards={cards} kept={kept} />
        </section>
      )}
    </div>
  );
}
