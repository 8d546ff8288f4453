import "server-only";

import type { Locale } from "@svetu/i18n/locales";

export const documentNames = ["help", "safety", "price-list", "terms", "privacy"] as const;
export type DocumentName = (typeof documentNames)[number];

export interface DocumentText {
  title: string;
  description: string;
  lead: string;
  sections: {
    title: string;
    /** A paragraph, or a list of short ones. */
    blocks: (string | string[])[];
    link?: { text: string; href: string };
  }[];
}

type Loaders = Record<Locale, () => Promise<{ default: DocumentText }>>;

const documents: Record<DocumentName, Loaders> = {
  help: {
    "sr-Latn": () => import("@svetu/i18n/documents/help.sr-Latn.json"),
    "sr-Cyrl": () => import("@svetu/i18n/documents/help.sr-Cyrl.json"),
    ru: () => import("@svetu/i18n/documents/help.ru.json"),
    en: () => import("@svetu/i18n/documents/help.en.json"),
  },
  safety: {
    "sr-Latn": () => import("@svetu/i18n/documents/safety.sr-Latn.json"),
    "sr-Cyrl": () => import("@svetu/i18n/documents/safety.sr-Cyrl.json"),
    ru: () => import("@svetu/i18n/documents/safety.ru.json"),
    en: () => import("@svetu/i18n/documents/safety.en.json"),
  },
  "price-list": {
    "sr-Latn": () => import("@svetu/i18n/documents/price-list.sr-Latn.json"),
    "sr-Cyrl": () => import("@svetu/i18n/documents/price-list.sr-Cyrl.json"),
    ru: () => import("@svetu/i18n/documents/price-list.ru.json"),
    en: () => import("@svetu/i18n/documents/price-list.en.json"),
  },
  terms: {
    "sr-Latn": () => import("@svetu/i18n/documents/terms.sr-Latn.json"),
    "sr-Cyrl": () => import("@svetu/i18n/documents/terms.sr-Cyrl.json"),
    ru: () => import("@svetu/i18n/documents/terms.ru.json"),
    en: () => import("@svetu/i18n/documents/terms.en.json"),
  },
  privacy: {
    "sr-Latn": () => import("@svetu/i18n/documents/privacy.sr-Latn.json"),
    "sr-Cyrl": () => import("@svetu/i18n/documents/privacy.sr-Cyrl.json"),
    ru: () => import("@svetu/i18n/documents/privacy.ru.json"),
    en: () => import("@svetu/i18n/documents/privacy.en.json"),
  },
};

export async function readDocument(locale: Locale, name: DocumentName): Promise<DocumentText> {
  return (await documents[name][locale]()).default;
}
