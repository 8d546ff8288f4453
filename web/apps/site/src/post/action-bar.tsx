"use client";

import { Button } from "@svetu/ui/button";
import { CircleAlert, Cloud, CloudCheck, CloudOff, CloudUpload } from "lucide-react";
import { useTranslations } from "next-intl";
import type { SyncState } from "./sync";

const icons: Record<SyncState, typeof Cloud> = {
  idle: Cloud,
  saving: CloudUpload,
  saved: CloudCheck,
  offline: CloudOff,
  failed: CircleAlert,
  conflict: CircleAlert,
  signed_out: CircleAlert,
};
const MISSING_SHOWN = 3;

/** Stays in view: what is still missing, whether it is saved, and the way on. */
export function ActionBar(props: {
  state: SyncState;
  automatic: boolean;
  missing: string[];
  waiting: boolean;
  busy: boolean;
  action: string;
  onPreview: () => void;
}) {
  const { state, automatic, missing, waiting, busy, action, onPreview } = props;
  const t = useTranslations("post");
  const Icon = icons[state];
  const names = missing.slice(0, MISSING_SHOWN).join(", ");
  const left = missing.length - MISSING_SHOWN;
  return (
    <div className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-bg px-4 pt-3 pb-[calc(0.75rem+env(safe-area-inset-bottom))]">
      <div className="min-w-0 grow text-sm text-quiet">
        <p className="truncate">
          {waiting
            ? t("waiting")
            : missing.length > 0
              ? left > 0
                ? t("missingMore", { names, count: left })
                : t("missing", { names })
              : t("complete")}
        </p>
        {automatic && (
          <p role="status" className="flex items-center gap-1">
            <Icon aria-hidden className="size-4" />
            {t(`sync.${state}`)}
          </p>
        )}
      </div>
      <div className="flex gap-2 max-sm:w-full">
        <Button variant="secondary" onClick={onPreview}>
          {t("preview.open")}
        </Button>
        <Button type="submit" busy={busy || waiting} className="max-sm:grow">
          {action}
        </Button>
      </div>
    </div>
  );
}
