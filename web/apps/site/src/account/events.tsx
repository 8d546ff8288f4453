import type { SecurityEvent } from "@svetu/api-client/types";
import { formatDateTime } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import { getTranslations } from "next-intl/server";

const SHOWN = 20;

/** The latest events of the account: what the person does not recognise is an alarm. */
export async function SecurityEvents({ locale, items }: { locale: Locale; items: SecurityEvent[] }) {
  const t = await getTranslations("account.security");
  const name = (kind: string) => {
    const key = `event.${kind}` as "event.other";
    return t(t.has(key) ? key : "event.other");
  };
  return (
    <section aria-labelledby="events" className="mt-10">
      <h2 id="events" className="text-lg">
        {t("events")}
      </h2>
      <p className="measure mt-1 text-sm text-quiet">{t("eventsLead")}</p>
      <ul className="mt-3 divide-y divide-line border-y border-line">
        {items.slice(0, SHOWN).map(({ at, kind, own, device, ip_prefix }) => (
          <li key={`${at}${kind}`} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2">
            <p className="text-base">{name(kind)}</p>
            <p className="text-sm text-quiet">
              {device && <span lang="">{device} · </span>}
              {ip_prefix && <>{t("network", { network: ip_prefix })} · </>}
              {!own && <>{t("notOwn")} · </>}
              <time dateTime={at}>{formatDateTime(locale, at)}</time>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
