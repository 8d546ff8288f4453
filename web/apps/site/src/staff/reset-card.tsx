import type { FactorReset } from "@svetu/api-client/types";
import { formatDateTime } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Button } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { getTranslations } from "next-intl/server";
import { approveReset, withdrawReset } from "./actions";

interface Props {
  locale: Locale;
  reset: FactorReset;
  /** Who looks: their own request is for others to approve. */
  viewer: string;
  approves: boolean;
  /** On the person's own page, where the buttons come back to. */
  onPage?: boolean;
}

/** A request to take away somebody's second factors: why, by whom, and what can be done about it. */
export async function ResetCard({ locale, reset, viewer, approves, onPage = false }: Props) {
  const t = await getTranslations("office.reset");
  const own = reset.asked_by === viewer;
  const hidden = (
    <>
      <input type="hidden" name="locale" value={locale} />
      <input type="hidden" name="reset" value={reset.id} />
      {onPage && <input type="hidden" name="account" value={reset.account_id} />}
    </>
  );
  return (
    <article className="rounded-card border border-line p-4">
      {!onPage && (
        <h3 className="text-base font-[600]">
          <Link
            href={href(locale, `/staff/people/${reset.account_id}`)}
            className="inline-flex min-h-6 items-center text-accent hover:underline"
          >
            <span lang="">{reset.account_name}</span>
          </Link>
        </h3>
      )}
      <p lang="" className="measure mt-1 text-base whitespace-pre-line wrap-anywhere">
        {reset.reason}
      </p>
      <p className="mt-1 text-sm text-quiet">
        {own ? t("byYou") : t("by", { name: reset.asked_by_name })} ·{" "}
        <time dateTime={reset.asked_at}>{formatDateTime(locale, reset.asked_at)}</time> ·{" "}
        {t("until", { at: formatDateTime(locale, reset.expires_at) })}
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        {approves && !own && (
          <form action={approveReset}>
            {hidden}
            <Button type="submit" size="small">
              {t("approve")}
            </Button>
          </form>
        )}
        <form action={withdrawReset}>
          {hidden}
          <Button type="submit" variant="secondary" size="small">
            {t("withdraw")}
          </Button>
        </form>
        {own && <p className="text-sm text-quiet">{t("others")}</p>}
      </div>
    </article>
  );
}
