import { ApiError } from "@svetu/api-client/problem";
import type { AccountDossier } from "@svetu/api-client/types";
import { formatAge, formatDate, formatDateTime } from "@svetu/i18n/format";
import { href, isLocale, localeNames, type Locale } from "@svetu/i18n/locales";
import { Badge, Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { describedBy, Field, Textarea } from "@svetu/ui/field";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { PageHeading } from "@/account/heading";
import { get } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { endSessionsOf, requestReset } from "@/staff/actions";
import { ResetCard } from "@/staff/reset-card";
import { roleNames } from "@/staff/roles";
import { worksHere } from "@/staff/rooms";
import { Told } from "@/staff/told";

interface Props {
  params: Promise<{ locale: string; id: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.people") };
}

async function dossier(locale: Locale, id: string): Promise<AccountDossier> {
  try {
    return await get<AccountDossier>(locale, `/identity/accounts/${encodeURIComponent(id)}`);
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 400)) notFound();
    throw error;
  }
}

/** One person: where they are signed in, how they sign in, what happened, and what support can do for them. */
export default async function Person({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const [{ id }, { done }] = await Promise.all([params, searchParams]);
  const viewer = await staff(locale, "people", `/staff/people/${id}`);
  const [t, kinds, labels, role, person] = await Promise.all([
    getTranslations("office"),
    getTranslations("account.security"),
    formLabels(),
    roleNames(locale),
    dossier(locale, id),
  ]);
  const now = new Date();
  const hasSecond = person.totp_since !== undefined || person.passkeys > 0;
  const self = viewer.account_id === person.account_id;
  const kind = (name: string) => {
    const key = `event.${name}` as "event.other";
    return kinds(kinds.has(key) ? key : "event.other");
  };
  const facts: [string, ReactNode][] = [
    [t("person.email"), <span key="e">{person.email}</span>],
    [
      t("person.id"),
      <code key="i" translate="no" className="text-sm">
        {person.account_id}
      </code>,
    ],
    [t("person.language"), isLocale(person.language) ? localeNames[person.language] : person.language],
    [t("person.since"), formatDate(locale, person.created_at)],
    [t("person.password"), person.has_password ? t("person.yes") : t("person.no")],
    [
      t("person.totp"),
      person.totp_since ? t("person.totpSince", { date: formatDate(locale, person.totp_since) }) : t("person.no"),
    ],
    [t("person.passkeys"), String(person.passkeys)],
    [t("person.codes"), String(person.recovery_codes_left)],
    [t("person.devices"), String(person.trusted_devices)],
  ];
  return (
    <div className="max-w-3xl">
      <Told done={done} />
      <PageHeading
        title={
          <span className="flex flex-wrap items-center gap-2">
            <span lang="">{person.display_name}</span>
            {!person.verified && <Badge>{t("people.unproven")}</Badge>}
            {person.roles
              .filter((one) => one !== "member")
              .map((one) => (
                <Badge key={one}>{role(one)}</Badge>
              ))}
          </span>
        }
      />
      {person.erasure_due_at && (
        <Notice className="mb-5">{t("person.erasure", { date: formatDate(locale, person.erasure_due_at) })}</Notice>
      )}
      <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[12rem_minmax(0,1fr)]">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-sm text-quiet sm:pt-0.5">{name}</dt>
            <dd className="mb-1 text-base wrap-anywhere sm:mb-0">{value}</dd>
          </div>
        ))}
      </dl>
      <section aria-labelledby="sessions" className="mt-10">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 id="sessions" className="text-lg">
            {t("person.sessions")}
          </h2>
          {person.sessions.length > 0 && (
            <form action={endSessionsOf}>
              <input type="hidden" name="locale" value={locale} />
              <input type="hidden" name="account" value={person.account_id} />
              <Button type="submit" variant="secondary" size="small">
                {t("person.endAll")}
              </Button>
            </form>
          )}
        </div>
        {person.sessions.length === 0 ? (
          <p className="mt-2 text-base text-quiet">{t("person.noSessions")}</p>
        ) : (
          <ul className="mt-3 divide-y divide-line border-y border-line">
            {person.sessions.map((session) => (
              <li key={session.id} className="flex items-center gap-4 py-3">
                <div className="min-w-0 grow">
                  <p lang="" className="text-base">
                    {session.device || "?"}
                  </p>
                  <p className="text-sm text-quiet">
                    {kinds("seen", { age: formatAge(locale, session.last_seen_at, now) })} ·{" "}
                    {kinds("network", { network: session.ip_prefix })}
                  </p>
                </div>
                <form action={endSessionsOf}>
                  <input type="hidden" name="locale" value={locale} />
                  <input type="hidden" name="account" value={person.account_id} />
                  <input type="hidden" name="session" value={session.id} />
                  <Button type="submit" variant="quiet" size="small" className="text-danger">
                    {kinds("end")}
                    <span lang="" className="sr-only">
                      {session.device}
                    </span>
                  </Button>
                </form>
              </li>
            ))}
          </ul>
        )}
      </section>
      {(person.factor_reset || (hasSecond && !self)) && (
        <section aria-labelledby="reset" className="mt-10">
          <h2 id="reset" className="text-lg">
            {t("reset.title")}
          </h2>
          <p className="measure mt-1 mb-3 text-sm text-quiet">{t("reset.text")}</p>
          {person.factor_reset ? (
            <ResetCard
              locale={locale}
              reset={person.factor_reset}
              viewer={viewer.account_id}
              approves={viewer.roles.includes("operator") && !self}
              onPage
            />
          ) : (
            <ActionForm
              action={requestReset}
              hidden={{ locale, account: person.account_id }}
              labels={labels}
              submit={t("reset.ask")}
              variant="danger"
              fields={[
                {
                  name: "reason",
                  kind: "textarea",
                  label: t("reset.reason"),
                  help: t("reset.reasonHelp"),
                  minLength: 10,
                  maxLength: 500,
                },
              ]}
            />
          )}
        </section>
      )}
      {viewer.roles.includes("support") && person.verified && !worksHere(person.roles) && (
        <section aria-labelledby="stand-in" className="mt-10">
          <h2 id="stand-in" className="text-lg">
            {t("standIn.title")}
          </h2>
          <p className="measure mt-1 mb-3 text-sm text-quiet">{t("standIn.text")}</p>
          <form method="post" action={href(locale, "/staff/stand-in")} className="flex flex-col items-start gap-4">
            <input type="hidden" name="account" value={person.account_id} />
            <Field id="stand-in-reason" label={t("standIn.reason")} help={t("reset.reasonHelp")} className="w-full">
              <Textarea
                {...describedBy("stand-in-reason", true, false)}
                name="reason"
                required
                minLength={10}
                maxLength={300}
              />
            </Field>
            <Button type="submit" variant="secondary">
              {t("standIn.begin")}
            </Button>
          </form>
        </section>
      )}
      <section aria-labelledby="events" className="mt-10">
        <h2 id="events" className="text-lg">
          {t("person.events")}
        </h2>
        {person.events.length === 0 ? (
          <p className="mt-2 text-base text-quiet">{t("person.noEvents")}</p>
        ) : (
          <ul className="mt-3 divide-y divide-line border-y border-line">
            {person.events.map((event, place) => (
              <li key={place} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2">
                <p className="text-base">{kind(event.kind)}</p>
                <p className="text-sm text-quiet">
                  {event.actor !== person.account_id && (
                    <>
                      <code translate="no" className="wrap-anywhere">
                        {event.actor}
                      </code>{" "}
                      ·{" "}
                    </>
                  )}
                  <time dateTime={event.at}>{formatDateTime(locale, event.at)}</time>
                </p>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
