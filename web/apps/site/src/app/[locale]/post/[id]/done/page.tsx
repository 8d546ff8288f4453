import type { Listing } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { CircleCheck, CircleX, Hourglass } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound, redirect } from "next/navigation";
import { member } from "@/account/access";
import { listing as readListing, orNull } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { ListingActions } from "@/listing/actions";
import { Statement } from "@/listing/statement";
import { listingPath } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string; id: string }>;
}

type Outcome = "live" | "in_review" | "refused";

const icons = { live: CircleCheck, in_review: Hourglass, refused: CircleX };
const tones = { live: "text-good", in_review: "text-warning", refused: "text-danger" };

function outcomeOf(state: Listing["state"]): Outcome | null {
  return state === "live" || state === "in_review" || state === "refused" ? state : null;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("post");
  return { title: t("pageTitle"), robots: { index: false } };
}

/** What became of an ad that was just published. */
export default async function DonePage({ params }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  const ad = await orNull(readListing(locale, (await params).id), 400, 403, 404, 410);
  if (!ad?.own) notFound();
  const outcome = outcomeOf(ad.state);
  if (!outcome) redirect(href(locale, ad.state === "draft" ? `/post/${ad.id}` : `/listings/${ad.id}`));
  const [t, words] = await Promise.all([getTranslations("post"), getTranslations("listing")]);
  const Icon = icons[outcome];
  return (
    <div className="container-page pt-8 lg:pt-14">
      <div className="mx-auto flex max-w-xl flex-col items-start gap-4">
        <Icon aria-hidden className={`size-12 ${tones[outcome]}`} />
        <h1 className="text-xl font-[700]">{t(`done.${outcome}.title`)}</h1>
        <p className="text-quiet">{t(`done.${outcome}.text`)}</p>
        <div className="flex flex-wrap gap-3">
          {outcome === "refused" ? (
            <Link href={href(locale, `/post/${ad.id}`)} className={buttonClass()}>
              {t("done.edit")}
            </Link>
          ) : (
            <Link href={href(locale, listingPath(ad.id, ad.title))} className={buttonClass()}>
              {t("done.view")}
            </Link>
          )}
          <Link href={href(locale, "/post")} className={buttonClass("secondary")}>
            {t("done.another")}
          </Link>
          <Link href={href(locale, "/account/ads")} className={buttonClass("quiet")}>
            {t("done.mine")}
          </Link>
        </div>
        {outcome === "live" && (
          <ListingActions
            id={ad.id}
            path={href(locale, listingPath(ad.id, ad.title))}
            title={ad.title}
            labels={{ share: words("share.share"), copied: words("share.copied") }}
            report={null}
          />
        )}
        {ad.reason && (
          <div className="w-full">
            <Statement locale={locale} id={ad.id} reason={ad.reason} level={2} mendable={ad.state === "refused"} />
          </div>
        )}
      </div>
    </div>
  );
}
