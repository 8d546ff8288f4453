import { href } from "@svetu/i18n/locales";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { meAtProvider } from "@/api/server";
import { AuthFrame } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const HANDED_ON = ["client_id", "post_logout_redirect_uri", "state"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("connect");
  return { title: t("leave.title"), robots: { index: false } };
}

/** An application wants somebody signed out and cannot prove that they want it too. */
export default async function Leave({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const [t, query, person] = await Promise.all([getTranslations("connect"), searchParams, meAtProvider(locale)]);
  if (!person) redirect(href(locale, "/"));
  return (
    <AuthFrame title={t("leave.title")} lead={t("leave.text", { email: person.email })}>
      <form method="post" action="/oauth/logout" className="flex flex-col gap-3 sm:flex-row">
        <input type="hidden" name="confirm" value="yes" />
        {HANDED_ON.map((name) => {
          const value = query[name];
          return typeof value === "string" ? <input key={name} type="hidden" name={name} value={value} /> : null;
        })}
        <Button type="submit" size="large">
          {t("leave.yes")}
        </Button>
        <Link href={href(locale, "/")} className={buttonClass("secondary", "large")}>
          {t("leave.no")}
        </Link>
      </form>
    </AuthFrame>
  );
}
