/// <reference types="next" />
import type { Locale } from "@svetu/i18n/locales";
import type messages from "@svetu/i18n/messages/sr-Latn.json";

declare module "use-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: typeof messages;
  }
}

declare module "*.css";
