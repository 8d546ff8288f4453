import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { pageLocale } from "@/i18n/page-locale";
import NotFound from "../not-found";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("notFound");
  return { title: t("title"), robots: { index: false } };
}

/** What stands at an address that no page has (the proxy answers 404 with it). */
export default async function Missing({ params }: Props) {
  await pageLocale(params);
  return <NotFound />;
}
