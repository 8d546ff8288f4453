"use client";

import { Checkbox } from "@svetu/ui/field";
import { useTranslations } from "next-intl";

const KEYS = [
  ["A", "approve"],
  ["R", "refuse"],
  ["X", "remove"],
  ["J", "next"],
  ["K", "previous"],
  ["Z", "zoom"],
] as const;

/** What each key does, always in view where there is a keyboard; they can be turned off. */
export function Legend({ wanted, onChange }: { wanted: boolean; onChange: (wanted: boolean) => void }) {
  const t = useTranslations("staff.keys");
  return (
    <section aria-label={t("title")} className="hidden border-t border-line pt-3 lg:block">
      <Checkbox label={t("title")} checked={wanted} onChange={(event) => onChange(event.target.checked)} />
      <dl className="mt-1 grid grid-cols-2 gap-x-4 gap-y-1 text-sm">
        {KEYS.map(([key, name]) => (
          <div key={key} className="flex items-center gap-2">
            <dt>
              <kbd className="grid size-6 place-items-center rounded-control border border-control font-sans text-xs">
                {key}
              </kbd>
            </dt>
            <dd className="text-quiet">{t(name)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
