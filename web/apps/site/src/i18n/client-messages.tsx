import type messages from "@svetu/i18n/messages/sr-Latn.json";
import { NextIntlClientProvider } from "next-intl";
import { getLocale, getMessages } from "next-intl/server";
import type { ReactNode } from "react";

type Namespace = keyof typeof messages;

/** Hands these namespaces, and no other words, to the client components inside. */
export async function ClientMessages({ namespaces, children }: { namespaces: Namespace[]; children: ReactNode }) {
  const [locale, all] = await Promise.all([getLocale(), getMessages()]);
  const some = Object.fromEntries(namespaces.map((name) => [name, all[name]]));
  return (
    <NextIntlClientProvider locale={locale} messages={some} timeZone="Europe/Belgrade">
      {children}
    </NextIntlClientProvider>
  );
}
