import { href } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { member } from "@/account/access";
import { linkUpstream } from "@/account/actions";
import { PageHeading } from "@/account/heading";
import { waitingUpstream } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("account.security");
  return { title: t("upstreams"), robots: { index: false } };
}

/** An account elsewhere becomes a way into this one, by a press of its person's own. */
export default async function LinkUpstream({ params }: Props) {
  const locale = await pageLocale(params);
  const person = await member(locale);
  const waiting = await waitingUpstream(locale);
  if (waiting?.waits_for !== "link") redirect(href(locale, "/account/security?upstream=over"));
  const [t, labels] = await Promise.all([getTranslations("account.security"), formLabels()]);
  const { upstream, email } = waiting;
  const words = { name: upstream.name, own: person.email };
  return (
    <div className="max-w-2xl">
      <PageHeading
        title={t("linkPage.title", { name: upstream.name })}
        lead={email ? t("linkPage.leadOf", { ...words, email }) : t("linkPage.lead", words)}
      />
      <ActionForm action={linkUpstream} hidden={{ locale }} labels={labels} submit={t("linkPage.submit")} fields={[]} />
      <p className="mt-5">
        <Link href={href(locale, "/account/security")} className="inline-block min-h-6 text-accent hover:underline">
          {t("linkPage.back")}
        </Link>
      </p>
    </div>
  );
}
