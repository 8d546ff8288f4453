import type { ListingAppeal, Page } from "@svetu/api-client/types";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { get } from "@/api/server";
import { ClientMessages } from "@/i18n/client-messages";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { Appeals } from "@/staff/appeals";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.appeals") };
}

export default async function AppealsPage({ params }: Props) {
  const locale = await pageLocale(params);
  await staff(locale, "appeals");
  const [t, first] = await Promise.all([
    getTranslations("staff"),
    get<Page<ListingAppeal>>(locale, "/moderation/appeals"),
  ]);
  return (
    <>
      <h1 className="mb-4 text-xl font-[700]">{t("rooms.appeals")}</h1>
      <ClientMessages namespaces={["staff", "price"]}>
        <Appeals locale={locale} first={first} now={new Date().toISOString()} />
      </ClientMessages>
    </>
  );
}
