import type { DeviceSession, Factors, SecurityEvent } from "@svetu/api-client/types";
import { formatAge, formatDateTime } from "@svetu/i18n/format";
import { Badge } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { Monitor, Smartphone } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { changePassword, endOtherSessions, endSession, setPassword } from "@/account/actions";
import { SecurityEvents } from "@/account/events";
import { PageHeading } from "@/account/heading";
import { LinkedUpstreams } from "@/account/linked-upstreams";
import { OutcomeNotice } from "@/account/outcome";
import { WaysIn } from "@/account/ways-in";
import { get } from "@/api/server";
import { ActionForm, type FormField } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { UpstreamNotice } from "@/auth/upstreams";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[]; upstream?: string | string[] }>;
}

const PHONE = /android|iphone|ipad|ios|mobile/i;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("security.title"), alternates: alternates(locale, "/account/security") };
}

/** The password, and where the account is signed in. Letters about the password lead here. */
export default async function Security({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const person = await member(locale);
  const [t, labels, { items }, factors, events, { done, upstream }] = await Promise.all([
    getTranslations("account"),
    formLabels(),
    get<{ items: DeviceSession[] }>(locale, "/identity/sessions"),
    get<Factors>(locale, "/identity/me/factors"),
    get<{ items: SecurityEvent[] }>(locale, "/identity/me/security-events"),
    searchParams,
  ]);
  const now = new Date();
  const current: FormField = {
    name: "current",
    kind: "password",
    label: t("security.currentPassword"),
    autoComplete: "current-password",
    maxLength: 256,
  };
  return (
    <div className="max-w-2xl">
      <OutcomeNotice done={done} />
      <PageHeading title={t("security.title")} />
      <UpstreamNotice locale={locale} stop={upstream} />
      <WaysIn locale={locale} factors={factors} />
      <LinkedUpstreams locale={locale} />
      <section aria-labelledby="sessions">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 id="sessions" className="text-lg">
            {t("security.sessions")}
          </h2>
          {items.length > 1 && (
            <form action={endOtherSessions}>
              <input type="hidden" name="locale" value={locale} />
              <Button type="submit" variant="secondary" size="small">
                {t("security.endOthers")}
              </Button>
            </form>
          )}
        </div>
        <p className="measure mt-1 text-sm text-quiet">{t("security.sessionsLead")}</p>
        <ul className="mt-3 divide-y divide-line border-y border-line">
          {items.map((session) => {
            const Icon = PHONE.test(session.device) ? Smartphone : Monitor;
            return (
              <li key={session.id} className="flex items-center gap-4 py-3">
                <Icon aria-hidden className="size-6 shrink-0 text-quiet" />
                <div className="min-w-0 grow">
                  <p className="flex flex-wrap items-center gap-2 text-base">
                    {session.device ? <span lang="">{session.device}</span> : t("security.unknown")}
                    {session.current && <Badge tone="good">{t("security.current")}</Badge>}
                  </p>
                  <p className="text-sm text-quiet">
                    <span title={formatDateTime(locale, session.last_seen_at)}>
                      {t("security.seen", { age: formatAge(locale, session.last_seen_at, now) })}
                    </span>{" "}
                    · {t("security.network", { network: session.ip_prefix })}
                  </p>
                </div>
                {!session.current && (
                  <form action={endSession}>
                    <input type="hidden" name="locale" value={locale} />
                    <input type="hidden" name="id" value={session.id} />
                    <Button type="submit" variant="quiet" size="small" className="text-danger">
                      {t("security.end")}
                      <span lang="" className="sr-only">
                        {session.device}
                      </span>
                    </Button>
                  </form>
                )}
              </li>
            );
          })}
        </ul>
      </section>
      <section aria-labelledby="password" className="mt-10">
        <h2 id="password" className="text-lg">
          {t("security.password")}
        </h2>
        <p className="measure mt-1 mb-4 text-sm text-quiet">
          {factors.password ? t("security.passwordLead") : t("security.noPassword")}
        </p>
        <ActionForm
          action={factors.password ? changePassword : setPassword}
          hidden={{ locale, username: person.email }}
          labels={labels}
          submit={factors.password ? t("security.change") : t("security.setPassword")}
          fields={[
            ...(factors.password ? [current] : []),
            {
              name: "new",
              kind: "password",
              label: t("security.newPassword"),
              help: t("security.passwordHelp"),
              autoComplete: "new-password",
              minLength: 8,
              maxLength: 256,
            },
          ]}
        />
      </section>
      <SecurityEvents locale={locale} items={events.items} />
    </div>
  );
}
