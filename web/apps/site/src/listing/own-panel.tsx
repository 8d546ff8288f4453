import type { Listing, ListingStatistics } from "@svetu/api-client/types";
import { formatDate, formatNumber } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Pencil } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { get, orNull } from "@/api/server";
import { OwnActions } from "./lazy";
import { actionsOf, EDITABLE } from "./labels";
import { Statement } from "./statement";

const DAYS_SHOWN = 30;
const RENEWABLE_AFTER_DAYS = 7;

/** What only the owner sees on an ad's page: its state, what can be done, its numbers, why it was refused. */
export async function OwnPanel({ locale, listing }: { locale: Locale; listing: Listing }) {
  const [t, statistics] = await Promise.all([
    getTranslations("listing"),
    orNull(
      get<ListingStatistics>(locale, `/marketplace/listings/${listing.id}/statistics`),
      0,
      403,
      404,
      429,
      500,
      503,
    ),
  ]);
  const { state } = listing;
  const date = listing.expires_at ? formatDate(locale, listing.expires_at) : "";
  const unfinished = state === "draft" || state === "refused";
  const actions = actionsOf[state].filter((name) => name !== "renew" || state === "expired" || isDue(listing));
  return (
    <section aria-labelledby="own" className="no-print flex flex-col gap-4 rounded-card bg-surface p-4">
      <div>
        <h2 id="own" className="text-lg">
          {t("own.title")}
        </h2>
        {state !== "purged" && <p className="mt-1 text-sm text-quiet">{t(`own.states.${state}`, { date })}</p>}
      </div>
      {EDITABLE.has(state) && (
        <Link
          href={href(locale, `/post/${listing.id}`)}
          className={buttonClass(unfinished ? "primary" : "secondary", "normal", "w-full")}
        >
          <Pencil aria-hidden className="size-5" />
          {state === "draft" ? t("own.finish") : t("own.edit")}
        </Link>
      )}
      {actions.length > 0 && (
        <OwnActions
          id={listing.id}
          home={href(locale, "/account/ads")}
          actions={actions.map((name) => ({
            name,
            text: t(`own.actions.${name}`),
            done: t(`own.done.${name}`),
            confirm: name === "sold" || name === "delete" ? t(`own.confirm.${name}`) : undefined,
          }))}
          labels={{ yes: t("own.confirm.yes"), no: t("own.confirm.no"), failed: t("own.failed") }}
        />
      )}
      {statistics && listing.published_at && <Numbers locale={locale} statistics={statistics} />}
      {listing.reason && (
        <Statement locale={locale} id={listing.id} reason={listing.reason} mendable={state === "refused"} />
      )}
    </section>
  );
}

function isDue({ refreshed_at }: Listing): boolean {
  return !refreshed_at || Date.now() - new Date(refreshed_at).getTime() > RENEWABLE_AFTER_DAYS * 86_400_000;
}

async function Numbers({ locale, statistics }: { locale: Locale; statistics: ListingStatistics }) {
  const t = await getTranslations("listing");
  const days = (statistics.by_day ?? []).slice(-DAYS_SHOWN);
  const most = Math.max(1, ...days.map(({ views }) => views));
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <dl className="grid grid-cols-3 gap-2">
        {(["views", "reveals", "favourites"] as const).map((name) => (
          <div key={name} className="flex flex-col-reverse">
            <dt className="text-xs text-quiet">{t(`own.${name}`)}</dt>
            <dd className="tabular text-lg font-[650]">{formatNumber(locale, statistics[name])}</dd>
          </div>
        ))}
      </dl>
      {days.length > 1 && (
        <figure>
          <figcaption className="text-xs text-quiet">{t("own.byDay")}</figcaption>
          <ol className="mt-2 flex h-16 items-end gap-0.5">
            {days.map(({ day, views }) => (
              <li
                key={day}
                title={t("own.day", { date: formatDate(locale, day), count: views })}
                style={{ height: `${Math.max(4, (views / most) * 100)}%` }}
                className="min-w-1 grow rounded-t-[2px] bg-accent"
              >
                <span className="sr-only">{t("own.day", { date: formatDate(locale, day), count: views })}</span>
              </li>
            ))}
          </ol>
        </figure>
      )}
    </div>
  );
}
