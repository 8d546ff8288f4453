"use server";

import type { CreatedApiKey, RecoveryCodes } from "@svetu/api-client/types";
import { href, isLocale, type Locale } from "@svetu/i18n/locales";
import { revalidatePath } from "next/cache";
import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { act, keepCookies } from "@/api/act";
import { hindrance, localeOf, refused, text } from "@/auth/faults";
import { withNext } from "@/auth/next";
import { press, refusedAt } from "@/auth/press";
import type { FormState } from "@/auth/state";

const YEAR_S = 31_536_000;
const saved = (values: FormState["values"]): FormState => ({ errors: {}, values, done: true });

export async function saveProfile(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { display_name: text(form, "display_name"), about: text(form, "about") };
  const stop = await hindrance(locale, form, ["display_name"], values);
  if (stop) return stop;
  try {
    await act(locale, "PATCH", "/identity/me", { body: { display_name: values.display_name } });
    await act(locale, "PATCH", "/marketplace/sellers/me", { body: { about: values.about.trim() || null } });
  } catch (error) {
    return refused(locale, error, values);
  }
  return saved(values);
}

export async function saveLook(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { language: text(form, "language"), theme: text(form, "theme") };
  const stop = await hindrance(locale, form, [], values);
  if (stop) return stop;
  try {
    await act(locale, "PATCH", "/identity/me", { body: values });
  } catch (error) {
    return refused(locale, error, values);
  }
  (await cookies()).set("theme", values.theme, { path: "/", maxAge: YEAR_S, sameSite: "lax" });
  redirect(href(isLocale(values.language) ? values.language : locale, "/account/settings?done=saved"));
}

export async function saveLetters(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const price_mail = form.has("price_mail");
  const values = { price_mail: price_mail ? "on" : "" };
  const stop = await hindrance(locale, form, [], values);
  if (stop) return stop;
  try {
    await act(locale, "PATCH", "/marketplace/sellers/me", { body: { price_mail } });
  } catch (error) {
    return refused(locale, error, values);
  }
  return saved(values);
}

export async function confirmTotp(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["code"], {});
  if (stop) return stop;
  try {
    const body = { state: text(form, "state"), code: text(form, "code") };
    const { data } = await act<RecoveryCodes>(locale, "PUT", "/identity/me/totp", { body });
    return { ...saved({}), codes: data.recovery_codes };
  } catch (error) {
    return refusedAt("/account/security/totp", locale, error, {});
  }
}

export async function renewCodes(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  try {
    const { data } = await act<RecoveryCodes>(locale, "POST", "/identity/me/recovery-codes");
    return { ...saved({}), codes: data.recovery_codes };
  } catch (error) {
    return refusedAt("/account/security/codes", locale, error, {});
  }
}

/** A new password begins a new session: the provider, which knows it, hands it to the site. */
const newSession = (locale: Locale) => withNext(locale, "/sign-in", href(locale, "/account/security?done=password"));

export async function setPassword(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["new"], {});
  if (stop) return stop;
  try {
    await keepCookies(await act(locale, "POST", "/identity/me/password", { body: { new: text(form, "new") } }));
  } catch (error) {
    return refusedAt("/account/security", locale, error, {});
  }
  redirect(newSession(locale));
}

export async function changePassword(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["current", "new"], {});
  if (stop) return stop;
  try {
    const body = { current: text(form, "current"), new: text(form, "new") };
    await keepCookies(await act(locale, "POST", "/identity/me/password", { body }));
  } catch (error) {
    return refusedAt("/account/security", locale, error, {});
  }
  redirect(newSession(locale));
}

export async function endSession(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, "/account/security", "ended", () => act(localeOf(form), "DELETE", `/identity/sessions/${id}`));
}

export async function endOtherSessions(form: FormData) {
  await press(form, "/account/security", "ended", () => act(localeOf(form), "DELETE", "/identity/sessions"));
}

export async function removePasskey(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, "/account/security", "removed", () => act(localeOf(form), "DELETE", `/identity/me/passkeys/${id}`));
}

export async function removeTotp(form: FormData) {
  await press(form, "/account/security", "totp", () => act(localeOf(form), "DELETE", "/identity/me/totp"));
}

export async function linkUpstream(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  try {
    await keepCookies(await act(locale, "POST", "/identity/me/upstreams"));
  } catch (error) {
    return refusedAt("/account/security/link", locale, error, {});
  }
  redirect(href(locale, "/account/security?done=linked"));
}

export async function unlinkUpstream(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, "/account/security", "removed", () =>
    act(localeOf(form), "DELETE", `/identity/me/upstreams/${id}`),
  );
}

/** A code goes to the number; the page then asks for it. */
export async function requestPhone(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { phone: text(form, "phone") };
  const stop = await hindrance(locale, form, ["phone"], values);
  if (stop) return stop;
  try {
    await keepCookies(await act(locale, "POST", "/identity/me/phone", { body: values }));
  } catch (error) {
    return refusedAt("/account/security/phone", locale, error, values);
  }
  redirect(href(locale, "/account/security/phone?sent=1"));
}

export async function confirmPhone(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["code"], {});
  if (stop) return stop;
  try {
    await keepCookies(await act(locale, "PUT", "/identity/me/phone", { body: { code: text(form, "code") } }));
  } catch (error) {
    return refusedAt("/account/security/phone", locale, error, {});
  }
  redirect(href(locale, "/account/security?done=phone"));
}

export async function removePhone(form: FormData) {
  await press(form, "/account/security", "removed", () => act(localeOf(form), "DELETE", "/identity/me/phone"));
}

export async function forgetDevice(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, "/account/security", "removed", () =>
    act(localeOf(form), "DELETE", `/identity/me/trusted-devices/${id}`),
  );
}

export async function createKey(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const scopes = form.getAll("scope").filter((scope) => typeof scope === "string");
  const values = {
    name: text(form, "name"),
    days: text(form, "days"),
    ...Object.fromEntries(scopes.map((scope) => [scope, "on"])),
  };
  const stop = await hindrance(locale, form, ["name"], values);
  if (stop) return stop;
  try {
    const body = { name: values.name, days: Number(values.days), scopes };
    const { data } = await act<CreatedApiKey>(locale, "POST", "/identity/api-keys", { body });
    revalidatePath(href(locale, "/account/keys"));
    return { errors: {}, values: {}, secret: data.secret };
  } catch (error) {
    return refusedAt("/account/keys", locale, error, values);
  }
}

export async function revokeKey(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, "/account/keys", "revoked", () => act(localeOf(form), "DELETE", `/identity/api-keys/${id}`));
}

export async function refuseReset(form: FormData) {
  await press(form, "/account/security", "refused", () => act(localeOf(form), "DELETE", "/identity/me/factor-reset"));
}

export async function clearViewed(form: FormData) {
  await press(form, "/account/viewed", "cleared", () => act(localeOf(form), "DELETE", "/marketplace/viewed"));
}

export async function updateSearch(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  const name = text(form, "name").trim();
  const body = { frequency: text(form, "frequency"), ...(name ? { name } : {}) };
  await press(form, "/account/searches", "saved", () =>
    act(localeOf(form), "PATCH", `/marketplace/saved-searches/${id}`, { body }),
  );
}

export async function deleteSearch(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, "/account/searches", "deleted", () =>
    act(localeOf(form), "DELETE", `/marketplace/saved-searches/${id}`),
  );
}

/** Empty: who signed in just now need not say it again. */
const confirmation = (form: FormData) => {
  const password = text(form, "password");
  return password ? { password } : {};
};

export async function requestExport(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  try {
    await act(locale, "POST", "/identity/me/export", { body: confirmation(form) });
  } catch (error) {
    return refusedAt("/account/privacy", locale, error, {});
  }
  redirect(href(locale, "/account/privacy?done=export"));
}

export async function requestErasure(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["sure"], {});
  if (stop) return stop;
  try {
    await act(locale, "POST", "/identity/me/erasure", { body: confirmation(form) });
  } catch (error) {
    return refusedAt("/account/privacy", locale, error, {});
  }
  redirect(href(locale, "/account/privacy?done=erasure"));
}

export async function cancelErasure(form: FormData) {
  await press(form, "/account/privacy", "kept", () => act(localeOf(form), "DELETE", "/identity/me/erasure"));
}

export async function withdrawConsent(form: FormData) {
  const id = encodeURIComponent(text(form, "id"));
  await press(form, "/account/privacy", "withdrawn", () =>
    act(localeOf(form), "DELETE", `/identity/me/applications/${id}`),
  );
}
