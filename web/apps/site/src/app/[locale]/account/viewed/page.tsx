import type { KeptListing, Page } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { Clock, Trash2 } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { clearViewed } from "@/account/actions";
import { PageHeading } from "@/account/heading";
import { KeptCards } from "@/account/kept-cards";
import { OutcomeNotice } from "@/account/outcome";
import { asked, MoreLink, type PageParams } from "@/account/paging";
import { favouriteIds, get } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<PageParams & { done?: string | string[] }>;
}

const PATH = "/account/viewed";

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("viewed.title"), alternates: alternates(locale, PATH) };
}

export default async function Viewed({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  await member(locale);
  const [t, answer, kept] = await Promise.all([
    getTranslations("account"),
    get<Page<{ at: string; listing: KeptListing }>>(locale, "/marketplace/viewed", asked(query)),
    favouriteIds(locale),
  ]);
  const some = answer.items.length > 0;
  return (
    <>
      <OutcomeNotice done={query.done} />
      <PageHeading
        title={t("viewed.title")}
        lead={t("viewed.lead")}
        actions={
          some && (
            <form action={clearViewed}>
              <input type="hidden" name="locale" value={locale} />
              <Button type="submit" variant="secondary" size="small">
                <Trash2 aria-hidden className="size-4" />
                {t("viewed.clear")}
              </Button>
            </form>
          )
        }
      />
      {some ? (
        <KeptCards locale={locale} items={answer.items} kept={kept} />
      ) : (
        <EmptyState
          icon={<Clock />}
          title={t("viewed.none")}
          actions={
            <Link href={href(locale, "/search")} className={buttonClass()}>
              {t("browse")}
            </Link>
          }
        >
          {t("viewed.noneText")}
        </EmptyState>
      )}
      <MoreLink locale={locale} path={PATH} page={query} cursor={answer.cursor} />
    </>
  );
}
