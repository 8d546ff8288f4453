import type { Factors } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { get, meAtProvider } from "@/api/server";
import { mailStepUpCode, stepUp } from "@/auth/actions";
import { ActionForm, type FormField } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { localPath, withNext } from "@/auth/next";
import { Or } from "@/auth/or";
import { PasskeyButton } from "@/auth/passkey-button";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("auth");
  return { title: t("stepUp.title"), robots: { index: false } };
}

/** Before a dangerous act, or because an application asks for it: the signed-in person once more. */
export default async function StepUp({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  const next = localPath(locale, query.next);
  // Somebody who signs in to another application need not be signed in to this site.
  const person = await meAtProvider(locale);
  if (!person) redirect(withNext(locale, "/sign-in", next));
  const [t, labels, factors] = await Promise.all([
    getTranslations("auth"),
    formLabels(),
    get<Factors>(locale, "/identity/me/factors"),
  ]);
  // What wants two factors is not opened by a password: who has no second one sets it up first.
  const two = query.two === "1";
  if (two && !factors.totp_since && factors.passkeys.length === 0) {
    redirect(href(locale, "/account/security?done=secondFactor"));
  }
  const recovery = query.method === "recovery";
  const code: FormField = {
    name: "code",
    kind: "code",
    label: t("code"),
    autoComplete: "one-time-code",
    maxLength: 12,
  };
  const hidden = { locale, next };
  const form = (method: string, field: FormField) => (
    <ActionForm
      key={method}
      action={stepUp}
      hidden={{ ...hidden, method }}
      labels={labels}
      submit={t("stepUp.submit")}
      fields={[field]}
    />
  );
  const byMail =
    query.sent === "1" ? (
      form("mail", code)
    ) : (
      <ActionForm
        action={mailStepUpCode}
        hidden={{ ...hidden, email: person.email }}
        labels={labels}
        submit={t("stepUp.mail", { email: person.email })}
        variant="secondary"
        prefix="mail-"
        fields={[]}
      />
    );
  return (
    <AuthFrame
      title={t("stepUp.title")}
      lead={t("stepUp.lead")}
      after={
        factors.totp_since &&
        factors.recovery_codes_left > 0 && (
          <Link
            href={`${href(locale, "/step-up")}?${new URLSearchParams({ next, ...(two && { two: "1" }), ...(!recovery && { method: "recovery" }) })}`}
            className="inline-block min-h-6 text-accent hover:underline"
          >
            {recovery ? t("factor.useTotp") : t("factor.useRecovery")}
          </Link>
        )
      }
    >
      {factors.passkeys.length > 0 && (
        <>
          <PasskeyButton
            purpose="step-up"
            next={next}
            labels={{ button: t("passkey.confirm"), none: t("passkey.none"), failed: t("passkey.failed") }}
          />
          {!(two && !factors.totp_since) && <Or>{t("or")}</Or>}
        </>
      )}
      {factors.totp_since
        ? recovery
          ? form("recovery_code", {
              name: "code",
              kind: "text",
              label: t("factor.recovery"),
              autoComplete: "off",
              maxLength: 20,
            })
          : form("totp", { ...code, label: t("factor.totp") })
        : two
          ? null
          : factors.password && query.sent !== "1"
            ? form("password", {
                name: "password",
                kind: "password",
                label: t("password"),
                autoComplete: "current-password",
                maxLength: 256,
              })
            : byMail}
    </AuthFrame>
  );
}
