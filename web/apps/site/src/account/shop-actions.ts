"use server";

import type { Shop } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { redirect } from "next/navigation";
import { act } from "@/api/act";
import { hindrance, localeOf, refused, text } from "@/auth/faults";
import { press, refusedAt } from "@/auth/press";
import type { FormState } from "@/auth/state";

/** A shop has an owner, always. */
const OWNED = { "shops.last_owner": "lastOwner" };

const shopOf = (form: FormData) => encodeURIComponent(text(form, "shop"));
const pageOf = (form: FormData) => `/account/shops/${shopOf(form)}`;
const pathOf = (form: FormData) => `/identity/shops/${shopOf(form)}`;
const memberOf = (form: FormData) => `${pathOf(form)}/members/${encodeURIComponent(text(form, "user"))}`;

export async function createShop(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { name: text(form, "name") };
  const stop = await hindrance(locale, form, ["name"], values);
  if (stop) return stop;
  let id: string;
  try {
    id = (await act<Shop>(locale, "POST", "/identity/shops", { body: values })).data.id;
  } catch (error) {
    return refused(locale, error, values);
  }
  redirect(href(locale, `/account/shops/${id}?done=saved`));
}

export async function renameShop(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { name: text(form, "name") };
  const stop = await hindrance(locale, form, ["name"], values);
  if (stop) return stop;
  try {
    await act(locale, "PUT", pathOf(form), { body: values });
  } catch (error) {
    return refused(locale, error, values);
  }
  redirect(href(locale, `${pageOf(form)}?done=saved`));
}

export async function invite(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { email: text(form, "email"), role: text(form, "role") };
  const stop = await hindrance(locale, form, ["email"], values);
  if (stop) return stop;
  try {
    await act(locale, "POST", `${pathOf(form)}/invitations`, { body: values });
  } catch (error) {
    return refusedAt(pageOf(form), locale, error, values);
  }
  redirect(href(locale, `${pageOf(form)}?done=invited`));
}

export async function takeBack(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, pageOf(form), "takenBack", () =>
    act(localeOf(form), "DELETE", `${pathOf(form)}/invitations/${id}`),
  );
}

export async function setShopRole(form: FormData) {
  const body = { role: text(form, "role") };
  await press(form, pageOf(form), "saved", () => act(localeOf(form), "PUT", memberOf(form), { body }), OWNED);
}

export async function removeMember(form: FormData) {
  await press(form, pageOf(form), "removed", () => act(localeOf(form), "DELETE", memberOf(form)), OWNED);
}

export async function leaveShop(form: FormData) {
  await press(form, "/account/shops", "left", () => act(localeOf(form), "POST", `${pathOf(form)}/leave`), OWNED);
}

export async function closeShop(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["sure"], {});
  if (stop) return stop;
  try {
    await act(locale, "DELETE", pathOf(form));
  } catch (error) {
    return refusedAt(pageOf(form), locale, error, {});
  }
  redirect(href(locale, "/account/shops?done=closed"));
}

export async function acceptInvitation(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  let id: string;
  try {
    const body = { token: text(form, "token") };
    id = (await act<Shop>(locale, "POST", "/identity/invitations/accept", { body })).data.id;
  } catch (error) {
    return refused(locale, error, {});
  }
  redirect(href(locale, `/account/shops/${id}?done=joined`));
}
