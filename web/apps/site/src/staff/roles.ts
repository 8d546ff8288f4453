import "server-only";

import type { Locale } from "@svetu/i18n/locales";
import { getTranslations } from "next-intl/server";

/** What a role is called; one that has no word yet stands by its own name. */
export async function roleNames(locale: Locale): Promise<(role: string) => string> {
  const t = await getTranslations({ locale, namespace: "office" });
  return (role) => (t.has(`role.${role as "member"}`) ? t(`role.${role as "member"}`) : role);
}
