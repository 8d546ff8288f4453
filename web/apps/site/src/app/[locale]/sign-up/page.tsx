import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { MailCheck } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { meAtProvider } from "@/api/server";
import { signUp } from "@/auth/actions";
import { ActionForm, type FormField } from "@/auth/form";
import { AuthFrame, formLabels, MailSent } from "@/auth/frame";
import { entering, localPath, withNext } from "@/auth/next";
import { Upstreams } from "@/auth/upstreams";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ next?: string | string[]; passkey?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("auth");
  return {
    title: t("signUp.title"),
    description: t("signUp.lead"),
    alternates: alternates(locale, "/sign-up"),
    robots: { index: false },
  };
}

export default async function SignUp({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  const next = localPath(locale, query.next);
  const withPassword = query.passkey !== "1";
  if (await meAtProvider(locale)) redirect(entering(next));
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  const password: FormField = {
    name: "password",
    kind: "password",
    label: t("password"),
    help: t("passwordHelp"),
    autoComplete: "new-password",
    minLength: 8,
    maxLength: 256,
  };
  const rules = (path: string, text: string) => (
    <Link href={href(locale, path)} className="inline-block min-h-6 text-accent underline">
      {text}
    </Link>
  );
  return (
    <AuthFrame
      title={t("signUp.title")}
      lead={withPassword ? t("signUp.lead") : t("withoutPasswordLead")}
      after={
        <p>
          {t("signUp.have")}{" "}
          <Link href={withNext(locale, "/sign-in", next)} className="inline-block min-h-6 text-accent hover:underline">
            {t("signUp.signIn")}
          </Link>
        </p>
      }
    >
      <ActionForm
        action={signUp}
        key={String(withPassword)}
        hidden={{ locale, ...(withPassword ? {} : { without_password: "1" }) }}
        labels={labels}
        submit={t("signUp.submit")}
        fields={[
          {
            name: "display_name",
            kind: "text",
            label: t("name"),
            help: t("nameHelp"),
            autoComplete: "name",
            minLength: 2,
            maxLength: 60,
          },
          { name: "email", kind: "email", label: t("email"), autoComplete: "email", maxLength: 254 },
          ...(withPassword ? [password] : []),
          {
            name: "accept_terms",
            kind: "checkbox",
            label: t("signUp.accept"),
            help: (
              <>
                {rules("/terms", t("signUp.terms"))} · {rules("/privacy", t("signUp.privacy"))}
              </>
            ),
          },
        ]}
        done={
          <MailSent icon={<MailCheck />} title={t("sent.title")}>
            <p>{t("sent.signUp")}</p>
            <p>{t("sent.spam")}</p>
          </MailSent>
        }
      />
      <p className="mt-5">
        <Link
          href={href(locale, withPassword ? "/sign-up?passkey=1" : "/sign-up")}
          className="inline-block min-h-6 text-accent hover:underline"
        >
          {withPassword ? t("withoutPassword") : t("withPassword")}
        </Link>
      </p>
      <Upstreams locale={locale} next={next} or={t("or")} />
    </AuthFrame>
  );
}
