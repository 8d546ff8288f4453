import { href } from "@svetu/i18n/locales";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { renewCodes } from "@/account/actions";
import { CodesForm } from "@/account/codes-form";
import { PageHeading } from "@/account/heading";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("account.security.codesPage");
  return { title: t("title") };
}

export default async function Codes({ params }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  const [t, labels] = await Promise.all([getTranslations("account.security.codesPage"), formLabels()]);
  return (
    <div className="max-w-2xl">
      <PageHeading title={t("title")} />
      <p className="measure mb-5 text-base text-quiet">{t("lead")}</p>
      <CodesForm
        action={renewCodes}
        hidden={{ locale }}
        labels={labels}
        submit={t("submit")}
        back={href(locale, "/account/security")}
        words={{ keep: t("keep"), done: t("done") }}
        fields={[]}
      />
    </div>
  );
}
