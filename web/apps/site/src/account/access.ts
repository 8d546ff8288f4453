import "server-only";

import type { Me } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { headers } from "next/headers";
import { forbidden, redirect } from "next/navigation";
import { me } from "@/api/server";

/** Whose page this is; a visitor signs in first and comes back to this very address. */
export async function member(locale: Locale): Promise<Me> {
  const person = await me(locale);
  if (person) return person;
  const page = (await headers()).get("x-page") ?? "/account";
  redirect(href(locale, `/sign-in?next=${encodeURIComponent(href(locale, page))}`));
}

/** Whose ad is written here. What support would write in a person's place could not be kept, but in support's own browser. */
export async function author(locale: Locale): Promise<Me> {
  const person = await member(locale);
  if (person.support_until) forbidden();
  return person;
}
