import type { ModerationRule, Page, QueueItem } from "@svetu/api-client/types";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { get } from "@/api/server";
import { ClientMessages } from "@/i18n/client-messages";
import { pageLocale } from "@/i18n/page-locale";
import { staff } from "@/staff/access";
import { Queue } from "@/staff/queue";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("staff");
  return { title: t("rooms.queue") };
}

/** Ads that wait for a person, who waits longest first. */
export default async function QueuePage({ params }: Props) {
  const locale = await pageLocale(params);
  await staff(locale, "queue");
  const [t, first, rules] = await Promise.all([
    getTranslations("staff"),
    get<Page<QueueItem>>(locale, "/moderation/queue", { limit: 20 }),
    get<{ items: ModerationRule[] }>(locale, "/moderation/rules"),
  ]);
  return (
    <>
      <h1 className="mb-2 text-xl font-[700]">{t("rooms.queue")}</h1>
      <ClientMessages namespaces={["staff", "price", "search"]}>
        <Queue
          locale={locale}
          first={first}
          rules={rules.items.filter(({ id }) => id !== "none")}
          now={new Date().toISOString()}
        />
      </ClientMessages>
    </>
  );
}
