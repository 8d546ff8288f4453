import type { TotpOffer } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { renderSVG } from "uqr";
import { member } from "@/account/access";
import { confirmTotp } from "@/account/actions";
import { CodesForm } from "@/account/codes-form";
import { PageHeading } from "@/account/heading";
import { ask } from "@/api/act";
import { formLabels } from "@/auth/frame";
import { needsStepUp, stepUpFor } from "@/auth/step-up";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("account.security.totpPage");
  return { title: t("title") };
}

/** A secret for the authenticator; it is kept only when its first code comes back. */
export default async function Totp({ params }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  let offer: TotpOffer;
  try {
    offer = await ask<TotpOffer>(locale, "/identity/me/totp");
  } catch (error) {
    if (!needsStepUp(error)) throw error;
    redirect(stepUpFor(locale, "/account/security/totp"));
  }
  const [t, codes, labels] = await Promise.all([
    getTranslations("account.security.totpPage"),
    getTranslations("account.security.codesPage"),
    formLabels(),
  ]);
  const picture = `data:image/svg+xml,${encodeURIComponent(renderSVG(offer.uri, { border: 2 }))}`;
  return (
    <div className="max-w-2xl">
      <PageHeading title={t("title")} />
      <CodesForm
        action={confirmTotp}
        hidden={{ locale, state: offer.state }}
        labels={labels}
        submit={t("submit")}
        back={href(locale, "/account/security")}
        words={{ on: codes("on"), keep: codes("keep"), done: codes("done") }}
        before={
          <div className="flex flex-col gap-4">
            <p className="text-base">{t("scan")}</p>
            <img src={picture} alt={t("picture")} width={208} height={208} className="rounded-card bg-white" />
            <p className="text-sm text-quiet">
              {t("manual")}{" "}
              <code lang="" className="font-mono text-base text-ink wrap-anywhere">
                {offer.secret.replace(/(.{4})(?=.)/g, "$1 ")}
              </code>
            </p>
          </div>
        }
        fields={[{ name: "code", kind: "code", label: t("code"), autoComplete: "one-time-code", maxLength: 12 }]}
      />
    </div>
  );
}
