import { EmptyState } from "@svetu/ui/state";
import { WifiOff } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { pageLocale } from "@/i18n/page-locale";
import { BackOnline } from "@/pwa/back-online";
import { SeenList } from "@/pwa/seen-list";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("offline");
  return { title: t("title"), robots: { index: false } };
}

/** The service worker keeps this page and shows it where the network does not answer. */
export default async function Offline({ params }: Props) {
  await pageLocale(params);
  const t = await getTranslations("offline");
  return (
    <div className="container-page">
      <EmptyState level={1} icon={<WifiOff />} title={t("title")} actions={<BackOnline retry={t("retry")} />}>
        {t("text")}
      </EmptyState>
      <SeenList title={t("seen")} none={t("none")} />
    </div>
  );
}
