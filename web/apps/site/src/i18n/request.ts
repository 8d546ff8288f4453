import { defaultLocale, isLocale, type Locale } from "@svetu/i18n/locales";
import { getRequestConfig } from "next-intl/server";

const messages: Record<Locale, () => Promise<{ default: object }>> = {
  "sr-Latn": () => import("@svetu/i18n/messages/sr-Latn.json"),
  "sr-Cyrl": () => import("@svetu/i18n/messages/sr-Cyrl.json"),
  ru: () => import("@svetu/i18n/messages/ru.json"),
  en: () => import("@svetu/i18n/messages/en.json"),
};

export default getRequestConfig(async ({ requestLocale }) => {
  const asked = await requestLocale;
  const locale = isLocale(asked) ? asked : defaultLocale;
  return {
    locale,
    messages: (await messages[locale]()).default,
    timeZone: "Europe/Belgrade",
    // A missing message is a defect that the check finds; a page never falls over one.
    onError: () => undefined,
    getMessageFallback: ({ key }) => key,
  };
});
