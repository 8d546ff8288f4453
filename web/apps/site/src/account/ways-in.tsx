import type { Factors } from "@svetu/api-client/types";
import { formatAge, formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { KeySquare, ShieldCheck, Smartphone } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { stepUpFor } from "@/auth/step-up";
import { forgetDevice, refuseReset, removePasskey, removePhone, removeTotp } from "./actions";
import { PasskeyForm } from "./passkey-form";

const PAGE = "/account/security";

export function Section({
  id,
  title,
  lead,
  children,
}: {
  id: string;
  title: string;
  lead: string;
  children: ReactNode;
}) {
  return (
    <section aria-labelledby={id} className="mb-10">
      <h2 id={id} className="text-lg">
        {title}
      </h2>
      <p className="measure mt-1 text-sm text-quiet">{lead}</p>
      {children}
    </section>
  );
}

interface RowProps {
  icon: ReactNode;
  title: ReactNode;
  detail: string;
  action?: ReactNode;
}

export function Row({ icon, title, detail, action }: RowProps) {
  return (
    <li className="flex items-center gap-4 py-3">
      <span aria-hidden className="shrink-0 text-quiet [&>svg]:size-6">
        {icon}
      </span>
      <div className="min-w-0 grow">
        <p className="text-base wrap-anywhere">{title}</p>
        <p className="text-sm text-quiet">{detail}</p>
      </div>
      {action}
    </li>
  );
}

export const LIST = "mt-3 divide-y divide-line border-y border-line";

/** Passkeys, the authenticator, recovery codes and the devices that are remembered. */
export async function WaysIn({ locale, factors }: { locale: Locale; factors: Factors }) {
  const t = await getTranslations("account.security");
  const auth = await getTranslations("auth");
  const now = new Date();
  const press = (action: (form: FormData) => Promise<void>, id: string, text: string, of: string) => (
    <form action={action}>
      <input type="hidden" name="locale" value={locale} />
      <input type="hidden" name="id" value={id} />
      <Button type="submit" variant="quiet" size="small" className="text-danger">
        {text}
        <span className="sr-only">{of}</span>
      </Button>
    </form>
  );
  return (
    <>
      {factors.reset && (
        <Notice tone="warning" role="status" title={t("resetTitle")} className="mb-8">
          <p className="wrap-anywhere">{t("resetText", { reason: factors.reset.reason })}</p>
          <form action={refuseReset} className="mt-3">
            <input type="hidden" name="locale" value={locale} />
            <Button type="submit" size="small">
              {t("resetRefuse")}
            </Button>
          </form>
        </Notice>
      )}
      <Section id="passkeys" title={t("passkeys")} lead={t("passkeysLead")}>
        {factors.passkeys.length > 0 ? (
          <ul className={LIST}>
            {factors.passkeys.map(({ id, name, created_at, last_used_at }) => (
              <Row
                key={id}
                icon={<KeySquare />}
                title={<span lang="">{name}</span>}
                detail={`${t("created", { date: formatDate(locale, created_at) })} · ${
                  last_used_at ? t("used", { age: formatAge(locale, last_used_at, now) }) : t("neverUsed")
                }`}
                action={press(removePasskey, id, t("remove"), name)}
              />
            ))}
          </ul>
        ) : (
          <p className="mt-3 text-base">{t("noPasskeys")}</p>
        )}
        <PasskeyForm
          done={href(locale, `${PAGE}?done=passkey`)}
          stepUp={stepUpFor(locale, PAGE)}
          labels={{
            name: t("passkeyName"),
            help: t("passkeyNameHelp"),
            add: t("addPasskey"),
            none: auth("passkey.none"),
            failed: auth("passkey.failed"),
            script: t("passkeyScript"),
          }}
        />
      </Section>
      <Section id="totp" title={t("totp")} lead={t("totpLead")}>
        {factors.totp_since ? (
          <>
            <ul className={LIST}>
              <Row
                icon={<ShieldCheck />}
                title={t("totpOn", { date: formatDate(locale, factors.totp_since) })}
                detail={t("codesLeft", { count: factors.recovery_codes_left })}
                action={press(removeTotp, "totp", t("totpOff"), t("totp"))}
              />
            </ul>
            <Link href={href(locale, `${PAGE}/codes`)} className={buttonClass("secondary", "normal", "mt-4")}>
              {t("newCodes")}
            </Link>
          </>
        ) : (
          <Link href={href(locale, `${PAGE}/totp`)} className={buttonClass("secondary", "normal", "mt-4")}>
            {t("totpAdd")}
          </Link>
        )}
      </Section>
      <Section id="phone" title={t("phone")} lead={t("phoneLead")}>
        {factors.phone && (
          <ul className={LIST}>
            <Row
              icon={<Smartphone />}
              title={<span lang="">{factors.phone}</span>}
              detail={t("phoneOn")}
              action={press(removePhone, "phone", t("remove"), t("phone"))}
            />
          </ul>
        )}
        <Link href={href(locale, `${PAGE}/phone`)} className={buttonClass("secondary", "normal", "mt-4")}>
          {factors.phone ? t("phoneChange") : t("phoneAdd")}
        </Link>
      </Section>
      {factors.trusted_devices.length > 0 && (
        <Section id="devices" title={t("devices")} lead={t("devicesLead")}>
          <ul className={LIST}>
            {factors.trusted_devices.map(({ id, device, ip_prefix, expires_at }) => (
              <Row
                key={id}
                icon={<ShieldCheck />}
                title={<span lang="">{device}</span>}
                detail={`${t("network", { network: ip_prefix })} · ${t("until", { date: formatDate(locale, expires_at) })}`}
                action={press(forgetDevice, id, t("forget"), device)}
              />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
