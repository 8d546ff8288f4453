import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { completeRecovery } from "@/auth/actions";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ token?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("auth");
  return { title: t("recover.title"), robots: { index: false }, referrer: "same-origin" };
}

/** Where the letter's link leads: a new password. */
export default async function Recover({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { token } = await searchParams;
  if (typeof token !== "string" || !token) redirect(href(locale, "/recovery"));
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  return (
    <AuthFrame
      title={t("recover.title")}
      lead={t("recover.lead")}
      after={
        <Link href={href(locale, "/recovery")} className="inline-block min-h-6 text-accent hover:underline">
          {t("recover.again")}
        </Link>
      }
    >
      <ActionForm
        action={completeRecovery}
        hidden={{ locale, token }}
        labels={labels}
        submit={t("recover.submit")}
        fields={[
          {
            name: "password",
            kind: "password",
            label: t("newPassword"),
            help: t("passwordHelp"),
            autoComplete: "new-password",
            minLength: 8,
            maxLength: 256,
          },
        ]}
      />
      <section className="mt-8 border-t border-line pt-5">
        <p className="mb-4 text-base text-quiet">{t("recoverWithout.lead")}</p>
        <ActionForm
          action={completeRecovery}
          hidden={{ locale, token, without_password: "1" }}
          labels={labels}
          submit={t("recoverWithout.submit")}
          variant="secondary"
          prefix="without-"
          fields={[]}
        />
      </section>
    </AuthFrame>
  );
}
