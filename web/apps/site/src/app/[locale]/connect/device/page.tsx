import { href } from "@svetu/i18n/locales";
import { Notice } from "@svetu/ui/badge";
import { Button, buttonClass } from "@svetu/ui/button";
import { Field, Input } from "@svetu/ui/field";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { MonitorCheck, MonitorX } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { deviceRequest, meAtProvider, orNull } from "@/api/server";
import { AuthFrame } from "@/auth/frame";
import { answerDevice, typeDeviceCode } from "@/connect/actions";
import { DEVICE_CODE_CHARS_MAX, typedCode } from "@/connect/typed";
import { Scopes } from "@/connect/scopes";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

/** Latin letters in every script: an argument, for messages are transliterated. */
const EXAMPLE = "BCDF-GHJK";

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("connect");
  return { title: t("device.title"), robots: { index: false } };
}

/**
 * Where a person types the code that a device shows (RFC 8628 §3.3). Also when it stands in the address: a link that somebody
 * sent fills in nothing, so that nobody lets in a device that they do not see.
 */
export default async function Device({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const [t, query] = await Promise.all([getTranslations("connect"), searchParams]);
  const done = query.done;
  if (done === "allowed" || done === "denied") {
    return (
      <div className="container-page">
        <EmptyState
          level={1}
          icon={done === "allowed" ? <MonitorCheck /> : <MonitorX />}
          title={t(`device.${done}`)}
          actions={
            <Link href={href(locale, "/")} className={buttonClass("secondary")}>
              {t("broken.home")}
            </Link>
          }
        >
          <p>{t(`device.${done}Text`)}</p>
        </EmptyState>
      </div>
    );
  }
  const person = await meAtProvider(locale);
  if (!person) redirect(`${href(locale, "/sign-in")}?next=${encodeURIComponent(href(locale, "/connect/device"))}`);
  const code = query.typed === "1" ? await typedCode() : "";
  const asked = code ? await orNull(deviceRequest(locale, code), 404, 400, 429) : null;
  if (!asked) {
    const wrong = query.typed === "1" || done === "failed";
    return (
      <AuthFrame title={t("device.title")} lead={t("device.lead")}>
        {wrong && (
          <Notice tone="danger" role="alert" className="mb-5" title={t("device.wrong")}>
            {t("device.wrongText")}
          </Notice>
        )}
        <form action={typeDeviceCode} className="flex flex-col gap-5">
          <input type="hidden" name="locale" value={locale} />
          <Field id="user_code" label={t("device.code")} help={t("device.example", { code: EXAMPLE })}>
            <Input
              id="user_code"
              name="user_code"
              aria-describedby="user_code-help"
              required
              maxLength={DEVICE_CODE_CHARS_MAX}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              className="uppercase tracking-widest"
            />
          </Field>
          <Button type="submit" size="large" className="w-full sm:w-auto sm:self-start">
            {t("device.next")}
          </Button>
        </form>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={t("device.heading", { name: asked.client_name })} lead={t("device.check", { code })}>
      <p className="rounded-card bg-surface px-4 py-3 text-base break-words">{asked.email}</p>
      {asked.network && <p className="mt-3 text-base">{t("device.network", { network: asked.network })}</p>}
      <Scopes scopes={asked.scopes} />
      <form action={answerDevice} className="mt-8 flex flex-col gap-3 sm:flex-row">
        <input type="hidden" name="locale" value={locale} />
        <Button type="submit" size="large" name="decision" value="allow">
          {t("allow")}
        </Button>
        <Button type="submit" size="large" variant="secondary" name="decision" value="deny">
          {t("deny")}
        </Button>
      </form>
      <p className="mt-5 text-sm text-quiet">{t("later")}</p>
    </AuthFrame>
  );
}
