import type { Listing } from "@svetu/api-client/types";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { author } from "@/account/access";
import { get, orNull } from "@/api/server";
import { ClientMessages } from "@/i18n/client-messages";
import { pageLocale } from "@/i18n/page-locale";
import { PostWizard } from "@/post/wizard";
import { alternates } from "@/seo/links";

interface Props {
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("post");
  return { title: t("pageTitle"), description: t("lead"), alternates: alternates(locale, "/post") };
}

/** Goes on with the last draft, whichever device began it. */
export default async function PostPage({ params }: Props) {
  const locale = await pageLocale(params);
  const person = await author(locale);
  const [t, draft] = await Promise.all([
    getTranslations("post"),
    orNull(
      get<Listing | undefined>(locale, "/marketplace/listings/latest-draft", { lang: locale }),
      0,
      404,
      429,
      500,
      503,
    ),
  ]);
  return (
    <div className="container-page pt-6 lg:pt-10">
      <header className="mx-auto mb-8 max-w-2xl">
        <h1 className="text-xl font-[700]">{t("pageTitle")}</h1>
        <p className="mt-2 text-quiet">{t("lead")}</p>
      </header>
      <ClientMessages namespaces={["post"]}>
        <PostWizard account={person.account_id} initial={draft ?? null} edited={null} />
      </ClientMessages>
    </div>
  );
}
