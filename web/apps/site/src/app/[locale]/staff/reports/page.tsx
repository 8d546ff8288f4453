import type { ListingReport, ModerationRule, Page } from "@svetu/api-client/types";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { get } from "@/api/server";
import { ClientMessages } from "@/i18n/client-messages";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { Reports } from "@/staff/reports";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.reports") };
}

export default async function ReportsPage({ params }: Props) {
  const locale = await pageLocale(params);
  await staff(locale, "reports");
  const [t, first, rules] = await Promise.all([
    getTranslations("staff"),
    get<Page<ListingReport>>(locale, "/moderation/reports"),
    get<{ items: ModerationRule[] }>(locale, "/moderation/rules"),
  ]);
  return (
    <>
      <h1 className="mb-4 text-xl font-[700]">{t("rooms.reports")}</h1>
      <ClientMessages namespaces={["staff", "price"]}>
        <Reports
          locale={locale}
          first={first}
          rules={rules.items.filter(({ id }) => id !== "none")}
          now={new Date().toISOString()}
        />
      </ClientMessages>
    </>
  );
}
