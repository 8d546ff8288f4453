import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { AccountNav } from "@/account/nav";
import { me } from "@/api/server";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  children: ReactNode;
  params: Promise<{ locale: string }>;
}

export const metadata: Metadata = { robots: { index: false, follow: false } };

export default async function AccountLayout({ children, params }: Props) {
  const locale = await pageLocale(params);
  const [t, person] = await Promise.all([getTranslations("account"), me(locale)]);
  return (
    <div className="container-page grid grid-cols-[minmax(0,1fr)] gap-5 pt-3 lg:grid-cols-[16rem_minmax(0,1fr)] lg:gap-10 lg:pt-8">
      <AccountNav
        locale={locale}
        label={t("label")}
        standsIn={Boolean(person?.support_until)}
        names={{
          ads: t("ads.title"),
          favourites: t("favourites.title"),
          searches: t("searches.title"),
          viewed: t("viewed.title"),
          shops: t("shops.title"),
          settings: t("settings.title"),
          security: t("security.title"),
          keys: t("keys.title"),
          privacy: t("privacy.title"),
        }}
      />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
