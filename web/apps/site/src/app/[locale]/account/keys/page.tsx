import type { ApiKey, ApiKeyList } from "@svetu/api-client/types";
import { formatAge, formatDate } from "@svetu/i18n/format";
import { Badge } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { KeySquare } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { member } from "@/account/access";
import { createKey, revokeKey } from "@/account/actions";
import { PageHeading } from "@/account/heading";
import { KeyForm } from "@/account/key-form";
import { OutcomeNotice } from "@/account/outcome";
import { get } from "@/api/server";
import { formLabels } from "@/auth/frame";
import { wordsOf } from "@/connect/scopes";
import { pageLocale } from "@/i18n/page-locale";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("account");
  return { title: t("keys.title"), alternates: alternates(locale, "/account/keys") };
}

/** Keys for programs of one's own: what they are for, when they were used, and a new one. */
export default async function Keys({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await member(locale);
  const [t, words, labels, { items, scopes }, { done }] = await Promise.all([
    getTranslations("account"),
    getTranslations("connect"),
    formLabels(),
    get<ApiKeyList>(locale, "/identity/api-keys"),
    searchParams,
  ]);
  const now = new Date();
  const wording = (scope: string) => {
    const known = wordsOf(scope);
    return known ? words(`scopes.${known}`) : scope;
  };
  const used = (key: ApiKey) =>
    key.last_used_at ? t("keys.used", { age: formatAge(locale, key.last_used_at, now) }) : t("keys.unused");
  return (
    <div className="max-w-2xl">
      <OutcomeNotice done={done} />
      <PageHeading title={t("keys.title")} lead={t("keys.text")} />
      {items.length > 0 && (
        <ul className="divide-y divide-line border-y border-line">
          {items.map((key) => {
            const over = new Date(key.expires_at) <= now;
            return (
              <li key={key.id} className="flex items-start gap-4 py-3">
                <KeySquare aria-hidden className="mt-0.5 size-6 shrink-0 text-quiet" />
                <div className="min-w-0 grow">
                  <p className="flex flex-wrap items-center gap-2 text-base">
                    <span lang="" className="break-words">
                      {key.name}
                    </span>
                    <code translate="no" className="text-sm text-quiet">
                      {key.beginning}…
                    </code>
                    {over && <Badge>{t("keys.over")}</Badge>}
                  </p>
                  <p className="text-sm text-quiet">{key.scopes.map(wording).join("; ")}</p>
                  <p className="text-sm text-quiet">
                    {used(key)} · {t("keys.until", { date: formatDate(locale, key.expires_at) })}
                  </p>
                </div>
                {!over && (
                  <form action={revokeKey}>
                    <input type="hidden" name="locale" value={locale} />
                    <input type="hidden" name="id" value={key.id} />
                    <Button type="submit" variant="quiet" size="small" className="text-danger">
                      {t("keys.revoke")}
                      <span lang="" className="sr-only">
                        {key.name}
                      </span>
                    </Button>
                  </form>
                )}
              </li>
            );
          })}
        </ul>
      )}
      <section aria-labelledby="new-key" className="mt-8">
        <h2 id="new-key" className="text-lg">
          {t("keys.new")}
        </h2>
        <p className="measure mt-1 mb-4 text-sm text-quiet">{t("keys.newText")}</p>
        <KeyForm
          action={createKey}
          locale={locale}
          scopes={scopes.map((value) => ({ value, text: wording(value) }))}
          days={[7, 30, 90, 365].map((days) => ({ value: String(days), text: t("keys.days", { days }) }))}
          labels={{
            ...labels,
            name: t("keys.name"),
            nameHelp: t("keys.nameHelp"),
            scopes: t("keys.scopes"),
            life: t("keys.life"),
            submit: t("keys.create"),
            secret: t("keys.secret"),
          }}
        />
      </section>
    </div>
  );
}
