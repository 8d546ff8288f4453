"use client";

import { buttonClass } from "@svetu/ui/button";
import { toast } from "@svetu/ui/toast";
import { Flag, Printer, Share2 } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { api } from "@/api/browser";
import type { ReportLabels } from "./report";

export interface ListingActionsLabels {
  share: string;
  copied: string;
  print?: string;
  report?: string;
}

const Report = lazy(() => import("./report"));

export function ListingActions(props: {
  id: string;
  title: string;
  /** The ad's own address, where the page is another. */
  path?: string;
  labels: ListingActionsLabels;
  report: ReportLabels | null;
}) {
  const { id, title, labels } = props;
  const [reporting, setReporting] = useState(false);
  const share = async () => {
    const url = location.origin + (props.path ?? location.pathname);
    try {
      if (navigator.share) await navigator.share({ title, url });
      else {
        await navigator.clipboard.writeText(url);
        toast(labels.copied);
      }
    } catch {
      // The person closed the sheet.
    }
  };
  const look = buttonClass("quiet", "small", "text-quiet");
  return (
    <div className="no-print flex flex-wrap gap-1">
      <button type="button" onClick={() => void share()} className={look}>
        <Share2 aria-hidden className="size-4" />
        {labels.share}
      </button>
      {labels.print && (
        <button type="button" onClick={() => window.print()} className={look}>
          <Printer aria-hidden className="size-4" />
          {labels.print}
        </button>
      )}
      {props.report && (
        <button type="button" onClick={() => setReporting(true)} className={look}>
          <Flag aria-hidden className="size-4" />
          {labels.report}
        </button>
      )}
      {reporting && props.report && (
        <Suspense>
          <Report id={id} labels={props.report} onClose={() => setReporting(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** Counts the view and remembers it among the recently seen, once the page is really looked at. */
export function CountView({ id, signedIn }: { id: string; signedIn: boolean }) {
  useEffect(() => {
    const timer = setTimeout(() => {
      void api("POST", `/marketplace/listings/${id}/view`).catch(() => undefined);
      if (signedIn) void api("PUT", `/marketplace/viewed/${id}`).catch(() => undefined);
    }, 1500);
    return () => clearTimeout(timer);
  }, [id, signedIn]);
  return null;
}
