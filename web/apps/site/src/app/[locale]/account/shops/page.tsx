import type { Shop } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { Badge } from "@svetu/ui/badge";
import { Link } from "@svetu/ui/link";
import { ChevronRight, Store } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { PageHeading } from "@/account/heading";
import { OutcomeNotice } from "@/account/outcome";
import { createShop } from "@/account/shop-actions";
import { get } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("shops.title"), alternates: alternates(locale, "/account/shops") };
}

/** The shops whose team the person is in, and a new one. */
export default async function Shops({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  const [t, labels, { items }, { done }] = await Promise.all([
    getTranslations("account"),
    formLabels(),
    get<{ items: Shop[] }>(locale, "/identity/shops"),
    searchParams,
  ]);
  return (
    <div className="max-w-2xl">
      <OutcomeNotice done={done} />
      <PageHeading title={t("shops.title")} lead={t("shops.text")} />
      {items.length > 0 ? (
        <ul className="divide-y divide-line border-y border-line">
          {items.map(({ id, name, role, members }) => (
            <li key={id}>
              <Link
                href={href(locale, `/account/shops/${id}`)}
                className="flex min-h-16 items-center gap-4 px-2 py-2 hover:bg-surface focus-visible:-outline-offset-2"
              >
                <Store aria-hidden className="size-6 shrink-0 text-accent" />
                <span className="min-w-0 grow">
                  <span lang="" className="block truncate text-base font-[550]">
                    {name}
                  </span>
                  <span className="block text-sm text-quiet">{t("shops.members", { count: members })}</span>
                </span>
                <Badge tone={role === "owner" ? "accent" : "neutral"}>{t(`shops.role.${role}`)}</Badge>
                <ChevronRight aria-hidden className="size-5 shrink-0 text-quiet" />
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <p className="rounded-card bg-surface px-4 py-3 text-base text-quiet">{t("shops.none")}</p>
      )}
      <section aria-labelledby="new-shop" className="mt-8">
        <h2 id="new-shop" className="mb-4 text-lg">
          {t("shops.new")}
        </h2>
        <ActionForm
          action={createShop}
          hidden={{ locale }}
          labels={labels}
          submit={t("shops.create")}
          fields={[
            {
              name: "name",
              kind: "text",
              label: t("shops.name"),
              help: t("shops.nameHelp"),
              autoComplete: "organization",
              minLength: 2,
              maxLength: 60,
            },
          ]}
        />
      </section>
    </div>
  );
}
