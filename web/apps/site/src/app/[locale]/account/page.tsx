import { formatDate } from "@svetu/i18n/format";
import { href } from "@svetu/i18n/locales";
import { Avatar } from "@svetu/ui/avatar";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { ChevronRight, LogOut, Plus, ShieldCheck } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { OutcomeNotice } from "@/account/outcome";
import { sectionsFor } from "@/account/sections";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";
import { worksHere } from "@/staff/rooms";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("title"), alternates: alternates(locale, "/account") };
}

/** Where the account's pages are found on a phone. */
export default async function Account({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const [person, { done }, t] = await Promise.all([member(locale), searchParams, getTranslations("account")]);
  const staff = worksHere(person.roles);
  const standsIn = Boolean(person.support_until);
  const row = "flex min-h-16 items-center gap-4 px-2 py-2 hover:bg-surface focus-visible:-outline-offset-2";
  return (
    <div className="max-w-2xl">
      <OutcomeNotice done={done} />
      <header className="flex items-center gap-4">
        <span lang="">
          <Avatar name={person.display_name} className="size-14" />
        </span>
        <div className="min-w-0">
          <h1 lang="" className="truncate text-xl font-[700]">
            {person.display_name}
          </h1>
          <p className="truncate text-sm text-quiet">
            {person.email} · {t("since", { date: formatDate(locale, person.created_at) })}
          </p>
        </div>
      </header>
      <div className="mt-5 flex flex-wrap gap-3">
        {!standsIn && (
          <Link href={href(locale, "/post")} className={buttonClass()}>
            <Plus aria-hidden className="size-5" />
            {t("post")}
          </Link>
        )}
        <Link href={href(locale, `/sellers/${person.user_id}`)} className={buttonClass("secondary")}>
          {t("public")}
        </Link>
      </div>
      <ul className="mt-6 divide-y divide-line border-y border-line">
        {sectionsFor(standsIn).map(({ id, path, icon: Icon }) => (
          <li key={id}>
            <Link href={href(locale, path)} className={row}>
              <Icon aria-hidden className="size-6 shrink-0 text-accent" />
              <span className="min-w-0 grow">
                <span className="block text-base font-[550]">{t(`${id}.title`)}</span>
                <span className="block text-sm text-quiet">{t(`${id}.lead`)}</span>
              </span>
              <ChevronRight aria-hidden className="size-5 shrink-0 text-quiet" />
            </Link>
          </li>
        ))}
        {staff && (
          <li>
            <Link href={href(locale, "/staff")} className={row}>
              <ShieldCheck aria-hidden className="size-6 shrink-0 text-accent" />
              <span className="grow text-base font-[550]">{t("staff")}</span>
              <ChevronRight aria-hidden className="size-5 shrink-0 text-quiet" />
            </Link>
          </li>
        )}
      </ul>
      <form method="post" action="/session/end" className="mt-6">
        <input type="hidden" name="next" value={href(locale, "/")} />
        <Button type="submit" variant="secondary">
          <LogOut aria-hidden className="size-5" />
          {t("signOut")}
        </Button>
      </form>
    </div>
  );
}
