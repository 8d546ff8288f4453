import "../globals.css";
import { Toaster } from "@svetu/ui/toast";
import type { Metadata, Viewport } from "next";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { env } from "@/env";
import { pageLocale } from "@/i18n/page-locale";
import { shared } from "@/seo/shared";
import { chosenTheme, Footer } from "@/site/footer";
import { BottomBar, Header } from "@/site/header";
import { ServiceWorker } from "@/site/service-worker";
import { SoftLinks } from "@/site/soft-links";
import { StandingIn } from "@/site/standing-in";

interface Props {
  children: ReactNode;
  params: Promise<{ locale: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const locale = await pageLocale(params);
  const t = await getTranslations("site");
  return {
    metadataBase: new URL(env.siteUrl()),
    title: { default: t("title"), template: `%s · ${t("name")}` },
    description: t("description"),
    applicationName: t("name"),
    ...(await shared(locale, { title: t("title"), description: t("description") })),
    manifest: `/manifests/${locale}.webmanifest`,
    icons: {
      icon: [{ url: "/icons/icon.svg", type: "image/svg+xml" }],
      apple: [{ url: "/icons/apple-180.png", sizes: "180x180" }],
    },
    appleWebApp: { capable: true, title: t("name"), statusBarStyle: "default" },
    formatDetection: { telephone: false, address: false, email: false },
  };
}

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#131115" },
  ],
};

export default async function Layout({ children, params }: Props) {
  const locale = await pageLocale(params);
  const [t, theme] = await Promise.all([getTranslations("site"), chosenTheme()]);
  return (
    <html lang={locale} data-theme={theme} suppressHydrationWarning>
      <body className="flex flex-col">
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-raised focus:px-4 focus:py-3"
        >
          {t("skip")}
        </a>
        <StandingIn locale={locale} />
        <Header locale={locale} />
        <main id="content" tabIndex={-1} className="grow focus:outline-none">
          {children}
        </main>
        <Footer locale={locale} />
        <BottomBar locale={locale} />
        <Toaster />
        <SoftLinks />
        <ServiceWorker />
      </body>
    </html>
  );
}
