import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { completeFactor } from "@/auth/actions";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { localPath } from "@/auth/next";
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
  return { title: t("factor.title"), robots: { index: false } };
}

/** The password was right; the account asks for a code too. */
export default async function Factor({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  const next = localPath(locale, query.next);
  const recovery = query.method === "recovery";
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  const other = new URLSearchParams({ next });
  for (const name of ["recovery", "passkeys"]) if (query[name] === "1") other.set(name, "1");
  if (!recovery) other.set("method", "recovery");
  return (
    <AuthFrame
      title={t("factor.title")}
      lead={recovery ? t("factor.recoveryLead") : t("factor.totpLead")}
      after={
        (recovery || query.recovery === "1") && (
          <Link
            href={`${href(locale, "/sign-in/factor")}?${other}`}
            className="inline-block min-h-6 text-accent hover:underline"
          >
            {recovery ? t("factor.useTotp") : t("factor.useRecovery")}
          </Link>
        )
      }
    >
      <ActionForm
        key={String(recovery)}
        action={completeFactor}
        hidden={{ locale, next, method: recovery ? "recovery_code" : "totp" }}
        labels={labels}
        submit={t("factor.submit")}
        fields={
          recovery
            ? [{ name: "code", kind: "text", label: t("factor.recovery"), autoComplete: "off", maxLength: 20 }]
            : [
                { name: "code", kind: "code", label: t("factor.totp"), autoComplete: "one-time-code", maxLength: 12 },
                { name: "trust", kind: "checkbox", label: t("factor.trust"), help: t("signIn.shared") },
              ]
        }
      />
      {query.passkeys === "1" && (
        <>
          <Or>{t("or")}</Or>
          <PasskeyButton
            purpose="sign-in"
            next={next}
            labels={{ button: t("passkey.signIn"), none: t("passkey.none"), failed: t("passkey.failed") }}
          />
        </>
      )}
    </AuthFrame>
  );
}
