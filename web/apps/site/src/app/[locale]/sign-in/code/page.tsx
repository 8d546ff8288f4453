import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requestCode, signInByCode } from "@/auth/actions";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { localPath, withNext } from "@/auth/next";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("auth");
  return { title: t("byCode.title"), alternates: alternates(locale, "/sign-in/code"), robots: { index: false } };
}

/** First the address, then the code that went there. */
export default async function ByCode({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  const next = localPath(locale, query.next);
  const sent = query.sent === "1";
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  const link = (path: string, text: string) => (
    <Link href={withNext(locale, path, next)} className="inline-block min-h-6 text-accent hover:underline">
      {text}
    </Link>
  );
  return (
    <AuthFrame
      title={t("byCode.title")}
      lead={sent ? t("byCode.sent") : t("byCode.lead")}
      after={<p>{sent ? link("/sign-in/code", t("byCode.again")) : link("/sign-in", t("byCode.back"))}</p>}
    >
      {sent ? (
        <ActionForm
          key="code"
          action={signInByCode}
          hidden={{ locale, next }}
          labels={labels}
          submit={t("byCode.submit")}
          fields={[
            { name: "code", kind: "code", label: t("code"), autoComplete: "one-time-code", maxLength: 12 },
            {
              name: "remember",
              kind: "checkbox",
              label: t("signIn.remember"),
              help: t("signIn.shared"),
              initial: "on",
            },
          ]}
        />
      ) : (
        <ActionForm
          key="address"
          action={requestCode}
          hidden={{ locale, next }}
          labels={labels}
          submit={t("byCode.send")}
          fields={[
            { name: "address", kind: "text", label: t("emailOrPhone"), autoComplete: "username", maxLength: 254 },
          ]}
        />
      )}
    </AuthFrame>
  );
}
