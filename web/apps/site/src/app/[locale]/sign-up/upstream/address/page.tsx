import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { waitingUpstream } from "@/api/server";
import { confirmUpstream, sendUpstreamCode } from "@/auth/actions";
import { ActionForm } from "@/auth/form";
import { AuthFrame, formLabels } from "@/auth/frame";
import { localPath, withNext } from "@/auth/next";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ next?: string | string[]; sent?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("auth.upstream.address");
  return { title: t("title"), robots: { index: false } };
}

/** An address that a provider elsewhere does not vouch for is proven by a code, whosever it is. */
export default async function ConfirmAddress({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const query = await searchParams;
  const next = localPath(locale, query.next);
  const sent = query.sent === "1";
  const waiting = await waitingUpstream(locale);
  if (waiting?.waits_for !== "confirm") redirect(href(locale, "/sign-in?upstream=over"));
  const [t, labels] = await Promise.all([getTranslations("auth"), formLabels()]);
  const told = { name: waiting.upstream.name, email: waiting.email ?? "" };
  return (
    <AuthFrame
      title={t("upstream.address.title")}
      lead={sent ? t("upstream.address.sent", told) : t("upstream.address.lead", told)}
      after={
        <p>
          <Link
            href={withNext(locale, sent ? "/sign-up/upstream/address" : "/sign-in", next)}
            className="inline-block min-h-6 text-accent hover:underline"
          >
            {sent ? t("byCode.again") : t("byCode.back")}
          </Link>
        </p>
      }
    >
      {sent ? (
        <ActionForm
          key="code"
          action={confirmUpstream}
          hidden={{ locale, next }}
          labels={labels}
          submit={t("upstream.address.submit")}
          fields={[{ name: "code", kind: "code", label: t("code"), autoComplete: "one-time-code", maxLength: 12 }]}
        />
      ) : (
        <ActionForm
          key="send"
          action={sendUpstreamCode}
          hidden={{ locale, next }}
          labels={labels}
          submit={t("byCode.send")}
          fields={[]}
        />
      )}
    </AuthFrame>
  );
}
