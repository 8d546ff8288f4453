import type { Locale } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { getTranslations } from "next-intl/server";
import { upstreams } from "@/api/server";
import { BrandMark } from "./brand-mark";
import { Or } from "./or";

const STOPS = ["over", "declined", "unproven", "taken", "busy", "unavailable", "failed"] as const;
type Stop = (typeof STOPS)[number];

/** To a provider elsewhere and back: no page of the site's, so the browser itself goes there. */
export const upstreamStart = (locale: Locale, id: string, return_to: string, more: Record<string, string> = {}) =>
  `/api/v1/identity/upstreams/${encodeURIComponent(id)}/start?${new URLSearchParams({ return_to, lang: locale, ...more })}`;

/** A button for each provider; nothing where the operator configured none. */
export async function Upstreams({ locale, next, or }: { locale: Locale; next: string; or?: string }) {
  const items = await upstreams(locale);
  if (items.length === 0) return null;
  const t = await getTranslations("auth.upstream");
  return (
    <>
      {or && <Or>{or}</Or>}
      <ul className="flex flex-col gap-3">
        {items.map(({ id, name, brand }) => (
          <li key={id}>
            <a href={upstreamStart(locale, id, next)} className={buttonClass("secondary", "large", "w-full")}>
              <BrandMark brand={brand} />
              {t("continue", { name })}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

interface NoticeProps {
  locale: Locale;
  /** Why nobody came back from a provider. */
  stop?: string | string[];
  /** The provider whose account waits until its person has signed in here. */
  linking?: string | string[];
}

export async function UpstreamNotice({ locale, stop, linking }: NoticeProps) {
  const t = await getTranslations("auth.upstream");
  if (STOPS.includes(stop as Stop)) {
    return (
      <Notice tone="danger" role="alert" className="mb-5">
        {t(`stop.${stop as Stop}`)}
      </Notice>
    );
  }
  const waiting = linking && (await upstreams(locale)).find(({ id }) => id === linking);
  if (!waiting) return null;
  return (
    <Notice role="status" className="mb-5">
      {t("linking", { name: waiting.name })}
    </Notice>
  );
}
