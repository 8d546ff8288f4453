import type { Favourite, Page } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { Heart } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { PageHeading } from "@/account/heading";
import { KeptCards } from "@/account/kept-cards";
import { asked, MoreLink, type PageParams } from "@/account/paging";
import { favouriteIds, get } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<PageParams>;
}

const PATH = "/account/favourites";

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("favourites.title"), alternates: alternates(locale, PATH) };
}

export default async function Favourites({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  await member(locale);
  const [t, answer, kept] = await Promise.all([
    getTranslations("account"),
    get<Page<Favourite>>(locale, "/marketplace/favourites", asked(query)),
    favouriteIds(locale),
  ]);
  return (
    <>
      <PageHeading title={t("favourites.title")} lead={t("favourites.lead")} />
      {answer.items.length > 0 ? (
        <KeptCards locale={locale} items={answer.items} kept={kept} />
      ) : (
        <EmptyState
          icon={<Heart />}
          title={t("favourites.none")}
          actions={
            <Link href={href(locale, "/search")} className={buttonClass()}>
              {t("browse")}
            </Link>
          }
        >
          {t("favourites.noneText")}
        </EmptyState>
      )}
      <MoreLink locale={locale} path={PATH} page={query} cursor={answer.cursor} />
    </>
  );
}
