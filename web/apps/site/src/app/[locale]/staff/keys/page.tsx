import type { SigningKey } from "@svetu/api-client/types";
import { formatDateTime } from "@svetu/i18n/format";
import { Badge } from "@svetu/ui/badge";
import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageHeading } from "@/account/heading";
import { get } from "@/api/server";
import { ActionForm } from "@/auth/form";
import { formLabels } from "@/auth/frame";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { rotateKeys } from "@/staff/actions";
import { Told } from "@/staff/told";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<{ done?: string | string[] }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.keys") };
}

/** What tokens are signed with, and new keys in their place. */
export default async function Keys({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const [, { done }] = await Promise.all([staff(locale, "keys"), searchParams]);
  const [t, labels, { items }] = await Promise.all([
    getTranslations("office.keys"),
    formLabels(),
    get<{ items: SigningKey[] }>(locale, "/identity/signing-keys"),
  ]);
  const now = new Date();
  const state = (key: SigningKey) => {
    if (key.expires_at && new Date(key.expires_at) <= now) return "over";
    if (new Date(key.active_at) > now) return "next";
    return key.replaced_at && new Date(key.replaced_at) <= now ? "old" : "signs";
  };
  return (
    <div className="max-w-2xl">
      <Told done={done} />
      <PageHeading title={t("title")} lead={t("lead")} />
      {items.length === 0 ? (
        <p className="text-base text-quiet">{t("none")}</p>
      ) : (
        <ul className="divide-y divide-line border-y border-line">
          {items.map((key) => {
            const is = state(key);
            return (
              <li key={key.kid} className="flex items-start gap-4 py-3">
                <KeyRound aria-hidden className="mt-0.5 size-6 shrink-0 text-quiet" />
                <div className="min-w-0 grow">
                  <p className="flex flex-wrap items-center gap-2 text-base">
                    <span translate="no">{key.alg}</span>
                    <code translate="no" className="text-sm text-quiet wrap-anywhere">
                      {key.kid}
                    </code>
                    <Badge tone={is === "signs" ? "good" : "neutral"}>{t(`state.${is}`)}</Badge>
                  </p>
                  <p className="text-sm text-quiet">
                    {t("from", { at: formatDateTime(locale, key.active_at) })}
                    {key.expires_at && <> · {t("until", { at: formatDateTime(locale, key.expires_at) })}</>}
                  </p>
                </div>
              </li>
            );
          })}
        </ul>
      )}
      <section aria-labelledby="rotate" className="mt-10">
        <h2 id="rotate" className="text-lg">
          {t("rotate")}
        </h2>
        <p className="measure mt-1 mb-4 text-sm text-quiet">{t("rotateText")}</p>
        <ActionForm
          action={rotateKeys}
          hidden={{ locale, how: "in_time" }}
          labels={labels}
          submit={t("rotate")}
          fields={[]}
        />
      </section>
      <section aria-labelledby="at-once" className="mt-10">
        <h2 id="at-once" className="text-lg">
          {t("atOnce")}
        </h2>
        <p className="measure mt-1 mb-4 text-sm text-quiet">{t("atOnceText")}</p>
        <ActionForm
          action={rotateKeys}
          hidden={{ locale, how: "at_once" }}
          labels={labels}
          submit={t("atOnce")}
          variant="danger"
          prefix="at-once-"
          fields={[{ name: "sure", kind: "checkbox", label: t("sure") }]}
        />
      </section>
    </div>
  );
}
