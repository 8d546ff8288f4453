"use client";

import type { ListingAppeal, Page } from "@svetu/api-client/types";
import { formatAge } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import { EmptyState } from "@svetu/ui/state";
import { toast } from "@svetu/ui/toast";
import { Scale } from "lucide-react";
import { useTranslations } from "next-intl";
import { Appeal } from "./appeal";
import { More } from "./more";
import { usePages } from "./pages";

/** Appeals against decisions, the oldest first. */
export function Appeals({ locale, first, now }: { locale: Locale; first: Page<ListingAppeal>; now: string }) {
  const t = useTranslations("staff.appeals");
  const pages = usePages("/moderation/appeals", first);
  if (pages.items.length === 0 && !pages.hasMore) {
    return (
      <EmptyState icon={<Scale />} title={t("emptyTitle")}>
        {t("empty")}
      </EmptyState>
    );
  }
  return (
    <>
      <ul className="divide-y divide-line border-y border-line">
        {pages.items.map((appeal) => (
          <li key={appeal.id} className="py-5">
            <Appeal
              locale={locale}
              appeal={appeal}
              age={formatAge(locale, appeal.created_at, new Date(now))}
              onGone={(verdict) => {
                pages.remove(({ id }) => id === appeal.id);
                if (verdict) toast(t(`done.${verdict}`));
              }}
            />
          </li>
        ))}
      </ul>
      <More pages={pages} />
    </>
  );
}
