import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { verifyEmail } from "@/auth/actions";
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
  return { title: t("verify.title"), robots: { index: false }, referrer: "same-origin" };
}

/** Where the letter's link leads: proves the address and signs in. */
export default async function Verify({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { token } = await searchParams;
  if (typeof token !== "string" || !token) redirect(href(locale, "/sign-in"));
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  return (
    <AuthFrame
      title={t("verify.title")}
      lead={t("verify.lead")}
      after={
        <p>
          {t("verify.late")}{" "}
          <Link href={href(locale, "/sign-in")} className="inline-block min-h-6 text-accent hover:underline">
            {t("verify.signIn")}
          </Link>
        </p>
      }
    >
      <ActionForm
        action={verifyEmail}
        hidden={{ locale, token }}
        labels={labels}
        submit={t("verify.submit")}
        fields={[]}
      />
    </AuthFrame>
  );
}
