import type { LinkedUpstream } from "@svetu/api-client/types";
import { formatAge, formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Button, buttonClass } from "@svetu/ui/button";
import { LogIn } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { get, upstreams } from "@/api/server";
import { upstreamStart } from "@/auth/upstreams";
import { unlinkUpstream } from "./actions";
import { LIST, Row, Section } from "./ways-in";

/** Accounts elsewhere that open this one; nothing where there are none and none can be linked. */
export async function LinkedUpstreams({ locale }: { locale: Locale }) {
  const [t, known, { items }] = await Promise.all([
    getTranslations("account.security"),
    upstreams(locale),
    get<{ items: LinkedUpstream[] }>(locale, "/identity/me/upstreams"),
  ]);
  const free = known.filter(({ id }) => !items.some(({ upstream }) => upstream.id === id));
  if (items.length === 0 && free.length === 0) return null;
  const now = new Date();
  return (
    <Section id="upstreams" title={t("upstreams")} lead={t("upstreamsLead")}>
      {items.length > 0 && (
        <ul className={LIST}>
          {items.map(({ upstream, email, created_at, last_used_at }) => (
            <Row
              key={upstream.id}
              icon={<LogIn />}
              title={
                <>
                  <span lang="">{upstream.name}</span>
                  {email && <span lang=""> · {email}</span>}
                </>
              }
              detail={`${t("linked", { date: formatDate(locale, created_at) })} · ${
                last_used_at ? t("used", { age: formatAge(locale, last_used_at, now) }) : t("neverUsed")
              }`}
              action={
                <form action={unlinkUpstream}>
                  <input type="hidden" name="locale" value={locale} />
                  <input type="hidden" name="id" value={upstream.id} />
                  <Button type="submit" variant="quiet" size="small" className="text-danger">
                    {t("remove")}
                    <span lang="" className="sr-only">
                      {upstream.name}
                    </span>
                  </Button>
                </form>
              }
            />
          ))}
        </ul>
      )}
      {free.map(({ id, name }) => (
        <a
          key={id}
          href={upstreamStart(locale, id, href(locale, "/account/security"), { link: "1" })}
          className={buttonClass("secondary", "normal", "mt-4 mr-3")}
        >
          {t("upstreamLink", { name })}
        </a>
      ))}
    </Section>
  );
}
