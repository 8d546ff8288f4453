"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { Listing, ModerationRule, Page, QueueItem } from "@svetu/api-client/types";
import { formatAge } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import { Badge } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { EmptyState } from "@svetu/ui/state";
import { toast } from "@svetu/ui/toast";
import { Check, ChevronLeft, ChevronRight, PartyPopper, Trash2, X } from "lucide-react";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/browser";
import { CaseView } from "./case-view";
import { type Decision, decide, DecisionForm } from "./decision-form";
import { useHotkeys, useHotkeysWanted } from "./hotkeys";
import { Legend } from "./legend";
import { ListingLine } from "./listing-line";

const Lightbox = dynamic(() => import("@/listing/lightbox"), { ssr: false });

/** The next page is fetched while this many still wait here. */
const AHEAD = 3;

export interface QueueProps {
  locale: Locale;
  first: Page<QueueItem>;
  rules: ModerationRule[];
  /** The server's clock at rendering: ages are the same in both renderings. */
  now: string;
}

/** One ad at a time: why it is here, what it is, what to do. Decided ones leave; the rest keep their order. */
export function Queue({ locale, first, rules, now }: QueueProps) {
  const t = useTranslations("staff.queue");
  const [items, setItems] = useState(first.items);
  const [cursor, setCursor] = useState(first.cursor ?? null);
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [against, setAgainst] = useState<"refuse" | "remove" | null>(null);
  const [zoom, setZoom] = useState<number | null>(null);
  const [wanted, setWanted] = useHotkeysWanted();
  const heading = useRef<HTMLHeadingElement>(null);
  const loading = useRef(false);
  const item = items[Math.min(at, items.length - 1)];

  useEffect(() => {
    if (!cursor || loading.current || items.length - at > AHEAD) return;
    loading.current = true;
    api<Page<QueueItem>>("GET", "/moderation/queue", { query: { cursor } })
      .then(
        ({ data }) => {
          setItems((all) => [...all, ...data.items.filter((next) => !all.some(sameListing(next)))]);
          setCursor(data.cursor ?? null);
        },
        () => toast(t("failed"), "danger"),
      )
      .finally(() => {
        loading.current = false;
      });
  }, [cursor, items.length, at, t]);

  const go = (to: number) => {
    setAt(Math.max(0, Math.min(items.length - 1, to)));
    window.scrollTo({ top: 0 });
    heading.current?.focus({ preventScroll: true });
  };
  const leave = (id: string) => {
    setItems((all) => all.filter(({ listing }) => listing.id !== id));
    setAt((now) => Math.max(0, Math.min(now, items.length - 2)));
    window.scrollTo({ top: 0 });
    heading.current?.focus({ preventScroll: true });
  };
  const done = (id: string, decision: Decision) => {
    setAgainst(null);
    toast(t(`done.${decision}`));
    leave(id);
  };
  const approve = async () => {
    if (!item || busy) return;
    setBusy(true);
    try {
      await decide(item.listing.id, "approve");
      done(item.listing.id, "approve");
    } catch (error) {
      const problem = error instanceof ApiError && error.status >= 400 && error.status < 500 ? error : undefined;
      toast(problem?.message ?? t("failed"), "danger");
      // Somebody else decided meanwhile, or the seller took the ad back.
      if (problem && [404, 409, 410].includes(problem.status)) leave(item.listing.id);
    } finally {
      setBusy(false);
    }
  };
  const waiting = item?.listing.state === "in_review";
  const oppose = (decision: "refuse" | "remove") => {
    if (!item) return;
    if ((decision === "refuse") !== waiting) toast(waiting ? t("notPublished") : t("isPublished"), "danger");
    else setAgainst(decision);
  };
  useHotkeys(
    {
      a: () => void approve(),
      r: () => oppose("refuse"),
      x: () => oppose("remove"),
      j: () => go(at + 1),
      k: () => go(at - 1),
      z: () => item && item.listing.pictures.length > 0 && setZoom(0),
    },
    wanted,
  );

  if (!item) {
    return (
      <EmptyState level={2} icon={<PartyPopper />} title={t("emptyTitle")}>
        {t("empty")}
      </EmptyState>
    );
  }
  const { listing, reasons, similar } = item;
  return (
    <>
      <div className="flex items-center justify-between gap-2 border-b border-line pb-2">
        <h2 ref={heading} tabIndex={-1} className="text-base font-normal text-quiet focus:outline-none">
          {t("position", {
            number: Math.min(at, items.length - 1) + 1,
            count: items.length,
            more: cursor ? "yes" : "no",
          })}
          {" · "}
          {t("since", { age: formatAge(locale, item.queued_at, new Date(now)) })}
        </h2>
        <div className="flex gap-1">
          <Button
            variant="secondary"
            size="icon"
            aria-label={t("previous")}
            disabled={at === 0}
            onClick={() => go(at - 1)}
          >
            <ChevronLeft aria-hidden className="size-5" />
          </Button>
          <Button
            variant="secondary"
            size="icon"
            aria-label={t("next")}
            disabled={at >= items.length - 1}
            onClick={() => go(at + 1)}
          >
            <ChevronRight aria-hidden className="size-5" />
          </Button>
        </div>
      </div>
      <div className="mt-4 grid gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0 xl:order-1">
          <CaseView locale={locale} listing={listing} onZoom={setZoom} />
        </div>
        <aside className="flex min-w-0 flex-col gap-5 max-xl:order-first xl:order-2">
          <Reasons reasons={reasons} />
          <div className="flex flex-wrap gap-2 max-lg:fixed max-lg:inset-x-0 max-lg:bottom-14 max-lg:z-20 max-lg:border-t max-lg:border-line max-lg:bg-bg max-lg:p-2">
            <Button className="grow" busy={busy} onClick={() => void approve()}>
              <Check aria-hidden className="size-5" />
              {t("approve")}
            </Button>
            {waiting ? (
              <Button className="grow" variant="danger" onClick={() => oppose("refuse")}>
                <X aria-hidden className="size-5" />
                {t("refuse")}
              </Button>
            ) : (
              <Button className="grow" variant="danger" onClick={() => oppose("remove")}>
                <Trash2 aria-hidden className="size-5" />
                {t("remove")}
              </Button>
            )}
          </div>
          <Legend wanted={wanted} onChange={setWanted} />
          {similar.length > 0 && (
            <section aria-labelledby="similar" className="max-xl:hidden">
              <Similar locale={locale} similar={similar} />
            </section>
          )}
        </aside>
        {similar.length > 0 && (
          <section aria-labelledby="similar-below" className="xl:hidden">
            <Similar locale={locale} similar={similar} id="similar-below" />
          </section>
        )}
      </div>
      {against && (
        <DecisionForm
          key={listing.id}
          listing={listing}
          decision={against}
          rules={rules}
          suggested={reasons[0]?.rule}
          onDone={() => done(listing.id, against)}
          onClose={() => setAgainst(null)}
        />
      )}
      {zoom !== null && <Zoom listing={listing} start={zoom} onClose={() => setZoom(null)} />}
    </>
  );
}

const sameListing = (next: QueueItem) => (item: QueueItem) => item.listing.id === next.listing.id;

/** The other ad that a reason speaks of. */
const otherListing = (detail: Record<string, unknown>): string | undefined =>
  typeof detail.listing === "string" ? detail.listing : undefined;

function Reasons({ reasons }: { reasons: QueueItem["reasons"] }) {
  const t = useTranslations("staff.queue");
  return (
    <section aria-labelledby="reasons">
      <h3 id="reasons" className="text-base">
        {t("reasons")}
      </h3>
      <ul className="mt-2 flex flex-col gap-3">
        {reasons.map((reason) => (
          <li key={reason.rule} className="border-l-2 border-warning pl-3 text-sm">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span className="font-[550]">{reason.rule_text}</span>
              <Badge tone={reason.score >= 80 ? "danger" : "warning"}>{t("score", { score: reason.score })}</Badge>
            </p>
            {reason.facts && <p className="whitespace-pre-line text-quiet">{reason.facts}</p>}
            {otherListing(reason.detail) && (
              <p className="text-quiet">
                {t("other")} <code className="text-xs break-all">{otherListing(reason.detail)}</code>
              </p>
            )}
          </li>
        ))}
        {reasons.length === 0 && <li className="text-sm text-quiet">{t("noReasons")}</li>}
      </ul>
    </section>
  );
}

function Similar({ locale, similar, id = "similar" }: { locale: Locale; similar: QueueItem["similar"]; id?: string }) {
  const t = useTranslations("staff.queue");
  return (
    <>
      <h3 id={id} className="text-base">
        {t("similar")}
      </h3>
      <ul className="mt-2 flex flex-col gap-3">
        {similar.map((listing) => (
          <li key={listing.id}>
            <ListingLine locale={locale} listing={listing} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Zoom({ listing, start, onClose }: { listing: Listing; start: number; onClose: () => void }) {
  const t = useTranslations("staff.case");
  const count = listing.pictures.length;
  return (
    <Lightbox
      pictures={listing.pictures}
      title={listing.title}
      start={start}
      onClose={onClose}
      labels={{
        gallery: t("gallery"),
        previous: t("previousPhoto"),
        next: t("nextPhoto"),
        enlarge: t("enlarge"),
        close: t("closePhoto"),
        zoom: t("enlarge"),
        photos: listing.pictures.map((_, i) => t("photo", { number: i + 1, count })),
      }}
    />
  );
}
