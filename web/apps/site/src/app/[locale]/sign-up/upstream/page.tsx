import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { waitingUpstream } from "@/api/server";
import { signUpByUpstream } from "@/auth/actions";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { localPath } from "@/auth/next";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ next?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("auth.upstream.signUp");
  return { title: t("title"), robots: { index: false } };
}

/** Whose address a provider elsewhere vouches for, or a code proved, opens an account: a name and the terms are all that is missing. */
export default async function SignUpByUpstream({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const next = localPath(locale, (await searchParams).next);
  const waiting = await waitingUpstream(locale);
  if (waiting?.waits_for !== "sign_up") redirect(href(locale, "/sign-in?upstream=over"));
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  const rules = (path: string, text: string) => (
    <Link href={href(locale, path)} className="inline-block min-h-6 text-accent underline">
      {text}
    </Link>
  );
  return (
    <AuthFrame title={t("upstream.signUp.title")} lead={t("upstream.signUp.lead", { email: waiting.email ?? "" })}>
      <ActionForm
        action={signUpByUpstream}
        hidden={{ locale, next }}
        labels={labels}
        submit={t("signUp.submit")}
        fields={[
          {
            name: "display_name",
            kind: "text",
            label: t("name"),
            help: t("nameHelp"),
            autoComplete: "name",
            initial: waiting.display_name ?? undefined,
            minLength: 2,
            maxLength: 60,
          },
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
      />
    </AuthFrame>
  );
}
