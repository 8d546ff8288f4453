import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { MailCheck } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requestRecovery } from "@/auth/actions";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels, MailSent } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("auth");
  return { title: t("recovery.title"), alternates: alternates(locale, "/recovery"), robots: { index: false } };
}

/** Asks for a letter; the letter's link leads to /recover. */
export default async function Recovery({ params }: Props) {
  const locale = await pageLocale(params);
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  return (
    <AuthFrame
      title={t("recovery.title")}
      lead={t("recovery.lead")}
      after={
        <Link href={href(locale, "/sign-in")} className="inline-block min-h-6 text-accent hover:underline">
          {t("recovery.back")}
        </Link>
      }
    >
      <ActionForm
        action={requestRecovery}
        hidden={{ locale }}
        labels={labels}
        submit={t("recovery.submit")}
        fields={[{ name: "email", kind: "email", label: t("email"), autoComplete: "username", maxLength: 254 }]}
        done={
          <MailSent icon={<MailCheck />} title={t("sent.title")}>
            <p>{t("sent.recovery")}</p>
            <p>{t("sent.spam")}</p>
          </MailSent>
        }
      />
    </AuthFrame>
  );
}
