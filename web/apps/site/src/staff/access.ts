import "server-only";

import type { Me } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { forbidden, redirect } from "next/navigation";
import { me } from "@/api/server";
import { type Room, rooms, roomsOf } from "./rooms";

/** Who works in this room: nobody signed in goes to sign in and comes back, others get a 403. */
export async function staff(locale: Locale, room: Room, path?: string): Promise<Me> {
  const person = await me(locale);
  const here = path ?? rooms.find(({ id }) => id === room)?.path ?? "/staff";
  if (!person) redirect(href(locale, `/sign-in?next=${encodeURIComponent(href(locale, here))}`));
  if (!roomsOf(person.roles).some(({ id }) => id === room)) forbidden();
  return person;
}
