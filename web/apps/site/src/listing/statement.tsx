import type { StatementOfReasons } from "@svetu/api-client/types";
import { formatDate } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { ChevronDown } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { AppealForm } from "./lazy";
import { appealLabels } from "./labels";

/** Why an ad was refused or removed, who decided, and the way to another look (DSA articles 17 and 20). */
export async function Statement(props: {
  locale: Locale;
  id: string;
  reason: StatementOfReasons;
  /** Refused before anybody saw it: it can be mended. */
  mendable: boolean;
  /** Of its heading. */
  level?: 2 | 3;
}) {
  const { locale, id, reason, mendable, level = 3 } = props;
  const Heading = `h${level}` as const;
  const Under = level === 2 ? "h3" : "h4";
  const t = await getTranslations("listing");
  const open = new Date(reason.appeal_until) > new Date();
  const rows = [
    [t("statement.rule"), reason.rule_text],
    [t("statement.facts"), reason.facts],
    [t("statement.by"), reason.automated ? t("statement.machine") : t("statement.person")],
    [t("statement.decided"), formatDate(locale, reason.decided_at)],
  ].filter(([, text]) => text);
  return (
    <section aria-labelledby="statement" className="flex flex-col gap-4 border-t border-line pt-4">
      <Heading id="statement" className="text-base">
        {t("statement.title")}
      </Heading>
      <dl className="flex flex-col gap-2 text-sm">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt className="text-quiet">{name}</dt>
            <dd className="measure text-base">{withLinks(locale, text ?? "", t("statement.ad"))}</dd>
          </div>
        ))}
      </dl>
      {mendable && <p className="measure text-sm">{t("statement.mend")}</p>}
      {reason.appeal ? (
        <div className="flex flex-col gap-1 text-sm">
          <Under className="font-[600]">{t("appeal.yours", { date: formatDate(locale, reason.appeal.at) })}</Under>
          <p className="measure whitespace-pre-line">{reason.appeal.text}</p>
          {reason.appeal.answer ? (
            <p className="measure whitespace-pre-line">
              <strong className="font-[600]">{t("appeal.answer")}:</strong> {reason.appeal.answer}
            </p>
          ) : (
            <p className="text-quiet">{t("appeal.waiting")}</p>
          )}
        </div>
      ) : (
        open && (
          <details className="group">
            <summary className="inline-flex min-h-9 list-none items-center gap-1 text-sm text-accent hover:underline">
              {t("appeal.title")}
              <ChevronDown aria-hidden className="size-4 group-open:rotate-180" />
            </summary>
            <div className="mt-2">
              <AppealForm
                id={id}
                labels={await appealLabels()}
                help={t("appeal.until", { date: formatDate(locale, reason.appeal_until) })}
              />
            </div>
          </details>
        )
      )}
    </section>
  );
}

/** Ids of ads in a text as links: an id alone says nothing to a person. */
function withLinks(locale: Locale, text: string, name: string) {
  return text.split(/(listing_[0-9a-z]{20,30})/).map((part, i) =>
    i % 2 === 1 ? (
      <Link key={part} href={href(locale, `/listings/${part}`)} className="text-accent underline">
        {name}
      </Link>
    ) : (
      part
    ),
  );
}
