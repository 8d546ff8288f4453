import type { Invited } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { ErrorState } from "@svetu/ui/state";
import { MailX } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { acceptInvitation } from "@/account/shop-actions";
import { get, orNull } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ token?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("account.shops.invitation");
  return { title: t("title"), robots: { index: false }, referrer: "same-origin" };
}

/** Where the letter's link leads: what the invitation is to, and the way to accept it. */
export default async function InvitationPage({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { token } = await searchParams;
  const [t, role, labels] = await Promise.all([
    getTranslations("account.shops.invitation"),
    getTranslations("account.shops"),
    formLabels(),
  ]);
  const asked =
    typeof token === "string" && token
      ? await orNull(get<Invited>(locale, `/identity/invitations/${encodeURIComponent(token)}`), 400, 404)
      : null;
  if (typeof token !== "string" || !asked) {
    return (
      <div className="container-page">
        <ErrorState
          level={1}
          icon={<MailX />}
          title={t("over")}
          actions={
            <Link href={href(locale, "/")} className={buttonClass("secondary")}>
              {t("home")}
            </Link>
          }
        >
          <p>{t("overText")}</p>
        </ErrorState>
      </div>
    );
  }
  const here = `${href(locale, "/invitation")}?token=${encodeURIComponent(token)}`;
  const to = (path: string, more = "") => `${href(locale, path)}?${more}next=${encodeURIComponent(here)}`;
  const facts = [
    { label: t("shop"), value: asked.shop, theirs: true },
    { label: t("by"), value: asked.invited_by, theirs: true },
    { label: role("roleLabel"), value: role(`role.${asked.role}`), theirs: false },
    { label: t("address"), value: asked.email, theirs: true },
    { label: t("until"), value: formatDate(locale, asked.expires_at), theirs: false },
  ];
  return (
    <AuthFrame title={t("title")}>
      <dl className="divide-y divide-line rounded-card bg-surface px-4 text-base">
        {facts.map(({ label, value, theirs }) => (
          <div key={label} className="flex flex-wrap justify-between gap-x-4 py-3">
            <dt className="text-quiet">{label}</dt>
            <dd lang={theirs ? "" : undefined} className="min-w-0 font-[550] break-words">
              {value}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-6 flex flex-col gap-4">
        {asked.yours === true ? (
          <ActionForm
            action={acceptInvitation}
            hidden={{ locale, token }}
            labels={labels}
            submit={t("accept")}
            fields={[]}
          />
        ) : asked.yours === false ? (
          <>
            <p className="text-base text-quiet">{t("another")}</p>
            <Link href={to("/sign-in", "again=1&")} className={buttonClass("primary", "large")}>
              {t("other")}
            </Link>
          </>
        ) : (
          <>
            <p className="text-base text-quiet">{t("visitor")}</p>
            <Link href={to("/sign-in")} className={buttonClass("primary", "large")}>
              {t("signIn")}
            </Link>
            <Link href={to("/sign-up")} className={buttonClass("secondary", "large")}>
              {t("signUp")}
            </Link>
          </>
        )}
      </div>
    </AuthFrame>
  );
}
