import { href } from "@svetu/i18n/locales";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { BellOff, Link2Off, MailX } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { pageLocale } from "@/i18n/page-locale";
import { endLetters } from "@/unsubscribe/actions";
import { isKind } from "@/unsubscribe/kinds";

interface Props {
  params: Promise<{ locale: string; kind: string }>;
  searchParams: Promise<{ token?: string | string[]; outcome?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("unsubscribe");
  return { title: t("title"), robots: { index: false }, referrer: "same-origin" };
}

/** Where a letter's link leads. A press of the button ends the letters: programs that look at mail open links too. */
export default async function Unsubscribe({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { kind } = await params;
  if (!isKind(kind)) notFound();
  const [{ token, outcome }, t] = await Promise.all([searchParams, getTranslations("unsubscribe")]);
  const settings = (
    <Link
      href={href(locale, kind === "prices" ? "/account/settings" : "/account/searches")}
      className={buttonClass("secondary")}
    >
      {t("settings")}
    </Link>
  );
  if (outcome === "done") {
    return (
      <EmptyState level={1} icon={<BellOff />} title={t("done")} actions={settings}>
        {t("doneText")}
      </EmptyState>
    );
  }
  if (outcome === "broken" || typeof token !== "string" || !token) {
    return (
      <EmptyState level={1} icon={<Link2Off />} title={t("title")} actions={settings}>
        {t("broken")}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      level={1}
      icon={<MailX />}
      title={t("title")}
      actions={
        <form action={endLetters}>
          <input type="hidden" name="locale" value={locale} />
          <input type="hidden" name="kind" value={kind} />
          <input type="hidden" name="token" value={token} />
          <Button type="submit" size="large">
            {t("submit")}
          </Button>
        </form>
      }
    >
      {t(kind === "prices" ? "prices" : "searches")}
    </EmptyState>
  );
}
