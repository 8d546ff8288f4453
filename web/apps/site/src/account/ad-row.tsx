import type { ListingState, MyListing } from "@svetu/api-client/types";
import { formatDate, formatNumber } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Badge, type Tone } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Picture } from "@svetu/ui/picture";
import { Eye, Heart, ImageOff, Pencil, Phone } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { priceWords } from "@/listing/card";
import { textLanguage } from "@/listing/details";
import { actionsOf, EDITABLE } from "@/listing/labels";
import { OwnActions } from "@/listing/lazy";
import { previewOf } from "@/listing/preview";
import { priceText } from "@/listing/price";
import { listingPath } from "@/seo/links";

const tones: Record<ListingState, Tone> = {
  draft: "neutral",
  in_review: "warning",
  live: "good",
  reserved: "accent",
  sold: "neutral",
  paused: "warning",
  expired: "warning",
  archived: "neutral",
  refused: "danger",
  removed: "danger",
  purged: "neutral",
};
const RENEWABLE_AFTER_MS = 7 * 86_400_000;

/** One of the person's own ads: where it stands, its numbers, what can be done. */
export async function AdRow({ locale, ad }: { locale: Locale; ad: MyListing }) {
  const [t, own, words] = await Promise.all([getTranslations("account"), getTranslations("listing"), priceWords()]);
  const title = ad.title || t("ads.untitled");
  const cover = ad.pictures[0];
  const draft = ad.state === "draft";
  const page = draft ? `/post/${ad.id}` : listingPath(ad.id, ad.title);
  const renewable =
    ad.state === "expired" || !ad.refreshed_at || Date.now() - new Date(ad.refreshed_at).getTime() > RENEWABLE_AFTER_MS;
  const actions = actionsOf[ad.state].filter((name) => name !== "renew" || renewable);
  const until = ad.expires_at ? formatDate(locale, ad.expires_at) : "";
  const numbers = [
    { icon: Eye, name: t("ads.views"), value: ad.statistics.views },
    { icon: Phone, name: t("ads.reveals"), value: ad.statistics.reveals },
    { icon: Heart, name: t("ads.favourites"), value: ad.statistics.favourites },
  ].filter(({ value }) => typeof value === "number");
  return (
    <article className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-4 gap-y-3 border-b border-line py-4 sm:grid-cols-[10rem_minmax(0,1fr)]">
      <div className="relative aspect-[4/3] self-start sm:row-span-2 overflow-hidden rounded-card bg-surface">
        {cover ? (
          <Picture source={cover} alt="" sizes="(min-width: 40rem) 160px, 104px" preview={previewOf(cover.thumbhash)} />
        ) : (
          <span aria-hidden className="grid size-full place-items-center text-quiet">
            <ImageOff className="size-6" />
          </span>
        )}
      </div>
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge tone={tones[ad.state]}>{t(`ads.states.${ad.state}`)}</Badge>
          {until && ad.state === "live" && (
            <span className="text-sm text-quiet">{t("ads.until", { date: until })}</span>
          )}
        </div>
        <h2 className="mt-1 text-base leading-snug font-[600]">
          <Link
            href={href(locale, page)}
            lang={ad.title ? textLanguage(ad) : undefined}
            className="line-clamp-2 hover:underline"
          >
            {title}
          </Link>
        </h2>
        {ad.price && <p className="tabular text-base">{priceText(locale, ad.price, words)}</p>}
        {!draft && (
          <dl className="mt-1 flex flex-wrap gap-x-4 text-sm text-quiet">
            {numbers.map(({ icon: Icon, name, value }) => (
              <div key={name} className="flex items-center gap-1" title={name}>
                <dt>
                  <Icon aria-hidden className="size-4" />
                  <span className="sr-only">{name}</span>
                </dt>
                <dd className="tabular">{formatNumber(locale, value)}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
      <div className="col-span-2 flex flex-col gap-3 sm:col-span-1 sm:col-start-2">
        {ad.reason && (ad.state === "refused" || ad.state === "removed") && (
          <p className="rounded-control bg-danger-soft px-3 py-2 text-sm">
            <strong className="font-[600]">{ad.reason.rule_text}</strong>{" "}
            <Link href={href(locale, page)} className="inline-block min-h-6 underline">
              {t("ads.reason")}
            </Link>
          </p>
        )}
        <div className="flex flex-wrap gap-2 [&>div:not([role])]:contents">
          {EDITABLE.has(ad.state) && (
            <Link
              href={href(locale, `/post/${ad.id}`)}
              className={buttonClass(draft || ad.state === "refused" ? "primary" : "secondary", "small")}
            >
              <Pencil aria-hidden className="size-4" />
              {draft ? t("ads.finish") : t("ads.edit")}
            </Link>
          )}
          {actions.length > 0 && (
            <OwnActions
              id={ad.id}
              home={href(locale, "/account/ads")}
              actions={actions.map((name) => ({
                name,
                text: own(`own.actions.${name}`),
                done: own(`own.done.${name}`),
                confirm: name === "sold" || name === "delete" ? own(`own.confirm.${name}`) : undefined,
              }))}
              labels={{ yes: own("own.confirm.yes"), no: own("own.confirm.no"), failed: own("own.failed") }}
            />
          )}
        </div>
      </div>
    </article>
  );
}
