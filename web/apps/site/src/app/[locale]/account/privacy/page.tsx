import type { Privacy as PrivacyFacts } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Download } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { cancelErasure, requestErasure, requestExport, withdrawConsent } from "@/account/actions";
import { PageHeading } from "@/account/heading";
import { OutcomeNotice } from "@/account/outcome";
import { get } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

/** What the retention table may name; what it names beside is shown by no page. */
const KEPT = [
  "ended_session",
  "security_event",
  "application_grant",
  "export",
  "erasure_grace",
  "unverified_account",
  "shop_invitation",
  "closed_shop",
] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("privacy.title"), alternates: alternates(locale, "/account/privacy") };
}

/** Everything about oneself in a file, applications that were let in, what is kept, and the way out. */
export default async function Privacy({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  const [t, labels, facts, { done }] = await Promise.all([
    getTranslations("account"),
    formLabels(),
    get<PrivacyFacts>(locale, "/identity/me/privacy"),
    searchParams,
  ]);
  const { erasure, export: file, applications, retention } = facts;
  const password = {
    name: "password",
    kind: "password",
    label: t("privacy.password"),
    help: t("privacy.passwordHelp"),
    autoComplete: "current-password",
    optional: true,
    maxLength: 256,
  } as const;
  const kept = KEPT.flatMap((what) =>
    retention.filter((rule) => rule.what === what).map((rule) => ({ ...rule, what })),
  );
  return (
    <div className="max-w-2xl">
      <OutcomeNotice done={done} />
      <PageHeading title={t("privacy.title")} lead={t("privacy.lead")} />
      {erasure && (
        <Notice
          tone="danger"
          title={t("privacy.erasureDue", { date: formatDate(locale, erasure.due_at) })}
          className="mb-8"
        >
          <p className="mt-1">{t("privacy.erasureText")}</p>
          <form action={cancelErasure} className="mt-3">
            <input type="hidden" name="locale" value={locale} />
            <Button type="submit" variant="secondary">
              {t("privacy.keep")}
            </Button>
          </form>
        </Notice>
      )}
      <section aria-labelledby="export">
        <h2 id="export" className="text-lg">
          {t("privacy.export")}
        </h2>
        <p className="measure mt-1 mb-4 text-sm text-quiet">{t("privacy.exportLead")}</p>
        {file?.ready ? (
          <>
            <p className="mb-3 text-base">{t("privacy.exportReady", { date: formatDate(locale, file.expires_at) })}</p>
            <a href="/api/v1/identity/me/export/file" download className={buttonClass()}>
              <Download aria-hidden className="size-5" />
              {t("privacy.download")}
            </a>
          </>
        ) : file ? (
          <Notice role="status">{t("privacy.exportWaits")}</Notice>
        ) : (
          <ActionForm
            action={requestExport}
            hidden={{ locale }}
            labels={labels}
            submit={t("privacy.exportAsk")}
            variant="secondary"
            prefix="export-"
            fields={[password]}
          />
        )}
      </section>
      <section aria-labelledby="applications" className="mt-10">
        <h2 id="applications" className="text-lg">
          {t("privacy.applications")}
        </h2>
        <p className="measure mt-1 text-sm text-quiet">
          {applications.length > 0 ? t("privacy.applicationsLead") : t("privacy.noApplications")}
        </p>
        {applications.length > 0 && (
          <ul className="mt-3 divide-y divide-line border-y border-line">
            {applications.map((application) => (
              <li key={application.client_id} className="flex items-center gap-4 py-3">
                <div className="min-w-0 grow">
                  <p lang="" className="truncate text-base">
                    {application.name}
                  </p>
                  <p className="text-sm text-quiet">
                    {t("privacy.since", { date: formatDate(locale, application.given_at) })}
                  </p>
                </div>
                <form action={withdrawConsent}>
                  <input type="hidden" name="locale" value={locale} />
                  <input type="hidden" name="id" value={application.client_id} />
                  <Button type="submit" variant="quiet" size="small" className="text-danger">
                    {t("privacy.withdraw")}
                    <span lang="" className="sr-only">
                      {application.name}
                    </span>
                  </Button>
                </form>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="kept" className="mt-10">
        <h2 id="kept" className="text-lg">
          {t("privacy.kept")}
        </h2>
        <dl className="mt-3 divide-y divide-line border-y border-line text-base">
          {kept.map(({ what, kept_days }) => (
            <div key={what} className="flex flex-wrap justify-between gap-x-4 py-2">
              <dt>{t(`privacy.what.${what}`)}</dt>
              <dd className="text-quiet">{t("privacy.days", { count: kept_days })}</dd>
            </div>
          ))}
        </dl>
        <p className="measure mt-3 text-sm text-quiet">{t("privacy.keptText")}</p>
        <Link href={href(locale, "/privacy")} className="mt-2 inline-block text-base text-accent underline">
          {t("privacy.more")}
        </Link>
      </section>
      {!erasure && (
        <section aria-labelledby="erase" className="mt-10">
          <h2 id="erase" className="text-lg">
            {t("privacy.erase")}
          </h2>
          <p className="measure mt-1 mb-4 text-sm text-quiet">{t("privacy.eraseLead")}</p>
          <ActionForm
            action={requestErasure}
            hidden={{ locale }}
            labels={labels}
            submit={t("privacy.eraseAsk")}
            variant="danger"
            prefix="erase-"
            fields={[{ name: "sure", kind: "checkbox", label: t("privacy.sure") }, password]}
          />
        </section>
      )}
    </div>
  );
}
