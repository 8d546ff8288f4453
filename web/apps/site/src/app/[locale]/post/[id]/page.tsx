import { href } from "@svetu/i18n/locales";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound, redirect } from "next/navigation";
import { author } from "@/account/access";
import { listing as readListing, orNull } from "@/api/server";
import { ClientMessages } from "@/i18n/client-messages";
import { pageLocale } from "@/i18n/page-locale";
import { EDITABLE } from "@/listing/labels";
import { Statement } from "@/listing/statement";
import { PostWizard } from "@/post/wizard";

interface Props {
  params: Promise<{ locale: string; id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("post");
  return { title: t("editTitle"), robots: { index: false } };
}

export default async function EditPage({ params }: Props) {
  const locale = await pageLocale(params);
  const person = await author(locale);
  const ad = await orNull(readListing(locale, (await params).id), 400, 403, 404, 410);
  if (!ad?.own) notFound();
  if (!EDITABLE.has(ad.state)) redirect(href(locale, `/listings/${ad.id}`));
  const t = await getTranslations("post");
  return (
    <div className="container-page pt-6 lg:pt-10">
      <header className="mx-auto mb-8 flex max-w-2xl flex-col gap-4">
        <h1 className="text-xl font-[700]">{ad.state === "draft" ? t("pageTitle") : t("editTitle")}</h1>
        {ad.reason && (
          <Statement locale={locale} id={ad.id} reason={ad.reason} level={2} mendable={ad.state === "refused"} />
        )}
      </header>
      <ClientMessages namespaces={["post"]}>
        <PostWizard account={person.account_id} initial={ad} edited={ad.id} />
      </ClientMessages>
    </div>
  );
}
