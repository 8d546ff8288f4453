import type { AuditEntry, Page } from "@svetu/api-client/types";
import { formatDateTime } from "@svetu/i18n/format";
import { href } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { Field, Input } from "@svetu/ui/field";
import { Link } from "@svetu/ui/link";
import { Pagination } from "@svetu/ui/pagination";
import { EmptyState } from "@svetu/ui/state";
import { ScrollText } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { get, orNull } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { actionText, detailText } from "@/staff/audit";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ listing?: string; cursor?: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.audit") };
}

/** Who did what, the newest first; of one ad when its id is given. */
export default async function AuditPage({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  await staff(locale, "audit");
  const asked = await searchParams;
  // People paste the whole address of an ad as gladly as its id.
  const listing = /listing_[0-9a-z]+/.exec(asked.listing ?? "")?.[0];
  const wrong = Boolean(asked.listing?.trim()) && !listing;
  const [t, page] = await Promise.all([
    getTranslations("staff.audit"),
    wrong
      ? null
      : orNull(
          get<Page<AuditEntry>>(locale, "/moderation/audit", { listing, cursor: asked.cursor, limit: 50 }),
          400,
          404,
          422,
        ),
  ]);
  const here = (cursor?: string | null) => {
    const query = new URLSearchParams({ ...(listing && { listing }), ...(cursor && { cursor }) });
    return href(locale, `/staff/audit${query.size > 0 ? `?${query}` : ""}`);
  };
  return (
    <>
      <h1 className="text-xl font-[700]">{t("title")}</h1>
      <form action={href(locale, "/staff/audit")} className="mt-4 flex max-w-xl flex-wrap items-end gap-3">
        <Field id="listing" label={t("listing")} className="min-w-60 grow">
          <Input id="listing" name="listing" defaultValue={asked.listing ?? ""} autoComplete="off" maxLength={300} />
        </Field>
        <button className={buttonClass("secondary")}>{t("filter")}</button>
        {asked.listing && (
          <Link href={href(locale, "/staff/audit")} className={buttonClass("quiet")}>
            {t("all")}
          </Link>
        )}
      </form>
      {(wrong || !page) && (
        <Notice tone="warning" role="alert" className="mt-6">
          {t("wrong")}
        </Notice>
      )}
      {page && page.items.length === 0 && <EmptyState icon={<ScrollText />} title={t("empty")} />}
      {page && page.items.length > 0 && (
        <div className="mt-6 overflow-x-auto" tabIndex={0} role="region" aria-label={t("title")}>
          <table className="w-full text-sm">
            <thead>
              <tr className="border-b border-control text-left text-quiet">
                {(["at", "actor", "action", "listing", "details"] as const).map((name) => (
                  <th key={name} scope="col" className="py-2 pr-4 font-[550] whitespace-nowrap">
                    {t(`column.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {page.items.map((entry) => (
                <tr key={entry.id} className="border-b border-line align-top">
                  <td className="tabular py-2 pr-4 whitespace-nowrap">{formatDateTime(locale, entry.at)}</td>
                  <td className="max-w-40 py-2 pr-4">
                    <code className="block truncate text-xs" title={entry.actor}>
                      {entry.actor}
                    </code>
                  </td>
                  <td className="py-2 pr-4">{actionText(t, entry.action)}</td>
                  <td className="py-2 pr-4">
                    {entry.listing && (
                      <Link
                        href={href(locale, `/staff/audit?listing=${entry.listing}`)}
                        className="block max-w-40 truncate text-accent hover:underline"
                        title={t("onlyThis")}
                      >
                        <code className="text-xs">{entry.listing}</code>
                      </Link>
                    )}
                  </td>
                  <td className="min-w-48 py-2">
                    <code className="text-xs break-all text-quiet">{detailText(entry.details)}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="mt-6">
        <Pagination
          label={t("pages")}
          previous={asked.cursor ? { href: here(), text: t("newest") } : undefined}
          next={page?.cursor ? { href: here(page.cursor), text: t("older") } : undefined}
        />
      </div>
    </>
  );
}
