import type { ListingState, MyListing, Page } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { chipClass } from "@svetu/ui/chip";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { Tag } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { AdRow } from "@/account/ad-row";
import { PageHeading } from "@/account/heading";
import { asked, MoreLink, type PageParams } from "@/account/paging";
import { get } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<PageParams & { state?: string | string[] }>;
}

const PATH = "/account/ads";
const STATES = [
  "live",
  "reserved",
  "in_review",
  "draft",
  "paused",
  "expired",
  "sold",
  "refused",
  "removed",
] as const satisfies readonly ListingState[];
type Tab = (typeof STATES)[number];

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("ads.title"), alternates: alternates(locale, PATH) };
}

export default async function MyAds({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  const person = await member(locale);
  const state = STATES.find((one): one is Tab => one === query.state);
  const [t, answer] = await Promise.all([
    getTranslations("account"),
    get<Page<MyListing>>(locale, "/marketplace/listings/mine", { ...asked(query), state }),
  ]);
  const tabs = [{ path: PATH, text: t("ads.all"), current: !state }].concat(
    STATES.map((one) => ({
      path: `${PATH}?state=${one}`,
      text: t(`ads.states.${one}`),
      current: state === one,
    })),
  );
  return (
    <>
      <PageHeading title={t("ads.title")} />
      <nav aria-label={t("ads.filter")} className="no-scrollbar -mx-4 overflow-x-auto px-4 py-1 lg:-mx-1 lg:px-1">
        <ul className="flex gap-2">
          {tabs.map(({ path, text, current }) => (
            <li key={path}>
              <Link
                href={href(locale, path)}
                scroll={false}
                aria-current={current ? "page" : undefined}
                className={chipClass(current)}
              >
                {text}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {answer.items.length > 0 ? (
        <ul className="mt-2">
          {answer.items.map((ad) => (
            <li key={ad.id}>
              <AdRow locale={locale} ad={ad} />
            </li>
          ))}
        </ul>
      ) : (
        <EmptyState
          icon={<Tag />}
          title={state ? t("ads.noneIn") : t("ads.none")}
          actions={
            (state || !person.support_until) && (
              <Link
                href={href(locale, state ? PATH : "/post")}
                className={buttonClass(state ? "secondary" : "primary")}
              >
                {state ? t("ads.showAll") : t("post")}
              </Link>
            )
          }
        >
          {!state && t("ads.noneText")}
        </EmptyState>
      )}
      <MoreLink locale={locale} path={PATH} query={{ state }} page={query} cursor={answer.cursor} />
    </>
  );
}
