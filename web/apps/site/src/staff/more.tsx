"use client";

import { Button } from "@svetu/ui/button";
import { useTranslations } from "next-intl";

/** One more page of a list, and what to do when it did not come. */
export function More({ pages }: { pages: { hasMore: boolean; state: string; more: () => Promise<void> } }) {
  const t = useTranslations("staff.more");
  if (!pages.hasMore) return null;
  return (
    <div className="mt-6 flex flex-col items-center gap-2">
      {pages.state === "failed" && (
        <p role="alert" className="text-sm text-danger">
          {t("failed")}
        </p>
      )}
      <Button variant="secondary" busy={pages.state === "busy"} onClick={() => void pages.more()}>
        {t("more")}
      </Button>
    </div>
  );
}
