import type { SavedSearch } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { Bell } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { PageHeading } from "@/account/heading";
import { OutcomeNotice } from "@/account/outcome";
import { SearchRow } from "@/account/search-row";
import { get } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

const PATH = "/account/searches";

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("searches.title"), alternates: alternates(locale, PATH) };
}

export default async function Searches({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  const [t, { items }, { done }] = await Promise.all([
    getTranslations("account"),
    get<{ items: SavedSearch[] }>(locale, "/marketplace/saved-searches"),
    searchParams,
  ]);
  return (
    <>
      <OutcomeNotice done={done} />
      <PageHeading title={t("searches.title")} lead={t("searches.lead")} />
      {items.length > 0 ? (
        <ul className="border-t border-line">
          {items.map((search) => (
            <li key={search.id}>
              <SearchRow locale={locale} search={search} />
            </li>
          ))}
        </ul>
      ) : (
        <EmptyState
          icon={<Bell />}
          title={t("searches.none")}
          actions={
            <Link href={href(locale, "/search")} className={buttonClass()}>
              {t("searches.begin")}
            </Link>
          }
        >
          {t("searches.noneText")}
        </EmptyState>
      )}
    </>
  );
}
