import { formatDateTime, formatRate } from "@svetu/i18n/format";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { rates } from "@/api/server";
import { ClientMessages } from "@/i18n/client-messages";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { RateForm } from "@/staff/rate-form";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.rate") };
}

/** The rate by which prices are shown in the other currency. */
export default async function RatePage({ params }: Props) {
  const locale = await pageLocale(params);
  await staff(locale, "rate");
  const [t, rate] = await Promise.all([getTranslations("staff.rate"), rates(locale)]);
  return (
    <>
      <h1 className="text-xl font-[700]">{t("title")}</h1>
      <p className="measure mt-1 text-base text-quiet">{t("lead")}</p>
      <p className="mt-4 text-base">
        {rate
          ? t("now", { rate: formatRate(locale, rate.rsd_per_eur), at: formatDateTime(locale, rate.valid_from) })
          : t("none")}
      </p>
      <ClientMessages namespaces={["staff"]}>
        <RateForm locale={locale} />
      </ClientMessages>
    </>
  );
}
