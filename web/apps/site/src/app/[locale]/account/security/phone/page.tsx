import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { confirmPhone, requestPhone } from "@/account/actions";
import { PageHeading } from "@/account/heading";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ sent?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("account.security.phonePage");
  return { title: t("title") };
}

/** First the number, then the code that went there. */
export default async function Phone({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  const sent = (await searchParams).sent === "1";
  const [t, labels] = await Promise.all([getTranslations("account.security.phonePage"), formLabels()]);
  return (
    <div className="max-w-2xl">
      <PageHeading title={t("title")} lead={sent ? t("sent") : t("lead")} />
      {sent ? (
        <>
          <ActionForm
            key="code"
            action={confirmPhone}
            hidden={{ locale }}
            labels={labels}
            submit={t("submit")}
            fields={[{ name: "code", kind: "code", label: t("code"), autoComplete: "one-time-code", maxLength: 12 }]}
          />
          <p className="mt-5">
            <Link
              href={href(locale, "/account/security/phone")}
              className="inline-block min-h-6 text-accent hover:underline"
            >
              {t("again")}
            </Link>
          </p>
        </>
      ) : (
        <ActionForm
          key="number"
          action={requestPhone}
          hidden={{ locale }}
          labels={labels}
          submit={t("send")}
          fields={[
            {
              name: "phone",
              kind: "text",
              label: t("number"),
              help: t("numberHelp"),
              autoComplete: "tel",
              maxLength: 40,
            },
          ]}
        />
      )}
    </div>
  );
}
