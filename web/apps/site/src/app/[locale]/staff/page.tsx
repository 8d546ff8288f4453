import type { ModerationNumbers } from "@svetu/api-client/types";
import { formatAge, formatDateTime, formatNumber, formatRate } from "@svetu/i18n/format";
import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { get, rates } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.dashboard") };
}

/** What waits and what was done today. */
export default async function Dashboard({ params }: Props) {
  const locale = await pageLocale(params);
  const person = await staff(locale, "dashboard");
  const moderates = person.roles.includes("moderator");
  const operates = person.roles.includes("operator");
  const [t, numbers, rate] = await Promise.all([
    getTranslations("staff.dashboard"),
    moderates ? get<ModerationNumbers>(locale, "/moderation/dashboard") : null,
    operates ? rates(locale) : null,
  ]);
  const number = (value: number) => formatNumber(locale, value);
  return (
    <>
      <h1 className="text-xl font-[700]">{t("title")}</h1>
      <p className="mt-1 text-base text-quiet">{t("hello", { name: person.display_name })}</p>
      {numbers && (
        <>
          <h2 className="mt-8 text-lg">{t("waiting")}</h2>
          <dl className="mt-2 divide-y divide-line border-y border-line sm:grid sm:grid-cols-3 sm:divide-x sm:divide-y-0">
            <Figure
              value={number(numbers.in_review)}
              text={t("inReview")}
              path={href(locale, "/staff/queue")}
              note={
                numbers.oldest_in_review
                  ? t("oldest", { age: formatAge(locale, numbers.oldest_in_review, new Date()) })
                  : undefined
              }
            />
            <Figure value={number(numbers.reports_open)} text={t("reports")} path={href(locale, "/staff/reports")} />
            <Figure value={number(numbers.appeals_open)} text={t("appeals")} path={href(locale, "/staff/appeals")} />
          </dl>
          <h2 className="mt-8 text-lg">{t("today")}</h2>
          <dl className="mt-2 divide-y divide-line border-y border-line sm:grid sm:grid-cols-3 sm:divide-x sm:divide-y-0">
            <Figure value={number(numbers.decided_today)} text={t("decided")} />
            <Figure value={number(numbers.automated_today)} text={t("automated")} />
            <Figure value={number(numbers.refused_today)} text={t("refused")} />
          </dl>
        </>
      )}
      {operates && (
        <>
          <h2 className="mt-8 text-lg">{t("rate")}</h2>
          <p className="mt-2 text-base">
            {rate
              ? t("rateSince", {
                  rate: formatRate(locale, rate.rsd_per_eur),
                  at: formatDateTime(locale, rate.valid_from),
                })
              : t("noRate")}
          </p>
          <p className="mt-1">
            <Link
              href={href(locale, "/staff/rate")}
              className="inline-flex min-h-9 items-center text-base text-accent hover:underline"
            >
              {t("changeRate")}
            </Link>
          </p>
        </>
      )}
    </>
  );
}

function Figure({ value, text, path, note }: { value: string; text: string; path?: string; note?: string }) {
  return (
    <div className="flex flex-col-reverse justify-end gap-1 px-1 py-4 sm:px-4 sm:first:pl-0">
      <dt className="text-sm text-quiet">
        {path ? (
          <Link href={path} className="inline-flex min-h-6 items-center text-accent hover:underline">
            {text}
          </Link>
        ) : (
          text
        )}
        {note && <span className="block">{note}</span>}
      </dt>
      <dd className="tabular text-xl font-[700]">{value}</dd>
    </div>
  );
}
