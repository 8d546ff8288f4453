import { href } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Mail } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { meAtProvider } from "@/api/server";
import { signIn } from "@/auth/actions";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { Or } from "@/auth/or";
import { PasskeyButton } from "@/auth/passkey-button";
import { entering, localPath, withNext } from "@/auth/next";
import { UpstreamNotice, Upstreams } from "@/auth/upstreams";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("auth");
  return { title: t("signIn.title"), alternates: alternates(locale, "/sign-in"), robots: { index: false } };
}

export default async function SignIn({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  const next = localPath(locale, query.next);
  // An application may want somebody to sign in anew, or as another person.
  if (query.again !== "1" && (await meAtProvider(locale))) redirect(entering(next));
  const email = typeof query.email === "string" ? query.email.slice(0, 254) : undefined;
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  return (
    <AuthFrame
      title={t("signIn.title")}
      after={
        <p>
          {t("signIn.none")}{" "}
          <Link href={withNext(locale, "/sign-up", next)} className="inline-block min-h-6 text-accent hover:underline">
            {t("signIn.signUp")}
          </Link>
        </p>
      }
    >
      {query.failed === "1" && (
        <Notice tone="danger" role="alert" className="mb-5">
          {t("failed")}
        </Notice>
      )}
      <UpstreamNotice locale={locale} stop={query.upstream} linking={query.linking} />
      <ActionForm
        action={signIn}
        hidden={{ locale, next }}
        labels={labels}
        submit={t("signIn.submit")}
        fields={[
          {
            name: "email",
            kind: "email",
            label: t("email"),
            autoComplete: "username webauthn",
            maxLength: 254,
            initial: email,
          },
          {
            name: "password",
            kind: "password",
            label: t("password"),
            autoComplete: "current-password",
            maxLength: 256,
          },
          { name: "remember", kind: "checkbox", label: t("signIn.remember"), help: t("signIn.shared"), initial: "on" },
        ]}
      />
      <p className="mt-5">
        <Link href={href(locale, "/recovery")} className="inline-block min-h-6 text-accent hover:underline">
          {t("signIn.forgotten")}
        </Link>
      </p>
      <Or>{t("or")}</Or>
      <div className="flex flex-col gap-3">
        <PasskeyButton
          purpose="sign-in"
          next={next}
          suggest
          labels={{ button: t("passkey.signIn"), none: t("passkey.none"), failed: t("passkey.failed") }}
        />
        <Link href={withNext(locale, "/sign-in/code", next)} className={buttonClass("secondary", "large", "w-full")}>
          <Mail aria-hidden className="size-5" />
          {t("signInByCode")}
        </Link>
        <Upstreams locale={locale} next={next} />
      </div>
    </AuthFrame>
  );
}
