"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { ListingReport, ModerationRule, Page } from "@svetu/api-client/types";
import { formatAge } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import { Button } from "@svetu/ui/button";
import { EmptyState } from "@svetu/ui/state";
import { toast } from "@svetu/ui/toast";
import { Flag } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "@/api/browser";
import { DecisionForm } from "./decision-form";
import { ListingLine } from "./listing-line";
import { More } from "./more";
import { usePages } from "./pages";

export interface ReportsProps {
  locale: Locale;
  first: Page<ListingReport>;
  rules: ModerationRule[];
  now: string;
}

/** What readers reported: close it, or decide about the ad, which closes all its reports. */
export function Reports({ locale, first, rules, now }: ReportsProps) {
  const t = useTranslations("staff.reports");
  const pages = usePages("/moderation/reports", first);
  const [against, setAgainst] = useState<ListingReport | null>(null);
  const [busy, setBusy] = useState("");

  const close = async (report: ListingReport) => {
    setBusy(report.id);
    try {
      await api("POST", `/moderation/reports/${report.id}/close`);
      pages.remove(({ id }) => id === report.id);
      toast(t("closed"));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) pages.remove(({ id }) => id === report.id);
      else toast(t("failed"), "danger");
    } finally {
      setBusy("");
    }
  };

  if (pages.items.length === 0 && !pages.hasMore) {
    return (
      <EmptyState icon={<Flag />} title={t("emptyTitle")}>
        {t("empty")}
      </EmptyState>
    );
  }
  const decision = against?.listing.state === "in_review" ? "refuse" : "remove";
  return (
    <>
      <ul className="divide-y divide-line border-y border-line">
        {pages.items.map((report) => (
          <li key={report.id} className="grid gap-3 py-4 md:grid-cols-[minmax(0,1fr)_auto] md:items-start">
            <div className="min-w-0">
              <ListingLine locale={locale} listing={lineOf(report)} />
              <p className="mt-3 text-sm">
                <strong className="font-[600]">{t(`reason.${report.reason}`)}</strong>{" "}
                <span className="text-quiet">{formatAge(locale, report.created_at, new Date(now))}</span>
              </p>
              {report.text && <p className="measure mt-1 text-base whitespace-pre-line">{report.text}</p>}
            </div>
            <div className="flex flex-wrap gap-2 md:w-44 md:flex-col">
              <Button variant="secondary" busy={busy === report.id} onClick={() => void close(report)}>
                {t("close")}
              </Button>
              {["in_review", "live", "reserved", "paused", "expired", "sold"].includes(report.listing.state) && (
                <Button variant="danger" onClick={() => setAgainst(report)}>
                  {report.listing.state === "in_review" ? t("refuse") : t("remove")}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      <More pages={pages} />
      {against && (
        <DecisionForm
          listing={against.listing}
          decision={decision}
          rules={rules}
          onDone={() => {
            pages.remove(({ listing }) => listing.id === against.listing.id);
            setAgainst(null);
            toast(t("decided"));
          }}
          onClose={() => setAgainst(null)}
        />
      )}
    </>
  );
}

function lineOf({ listing }: ListingReport) {
  return { ...listing, picture: listing.pictures[0] ?? null };
}
