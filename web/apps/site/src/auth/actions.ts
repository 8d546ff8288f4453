"use server";

import type { Answer } from "@svetu/api-client/client";
import type { Session, SignInAnswer, WaitingUpstream } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { act, keepCookies } from "@/api/act";
import { hindrance, localeOf, refused, text, workOf } from "./faults";
import { entering, localPath } from "./next";
import type { FormState } from "./state";

const YEAR_S = 31_536_000;

async function enter(answer: Answer<Session | SignInAnswer>): Promise<void> {
  await keepCookies(answer);
  const theme = answer.data.me?.theme;
  if (theme === "light" || theme === "dark" || theme === "system") {
    (await cookies()).set("theme", theme, { path: "/", maxAge: YEAR_S, sameSite: "lax" });
  }
}

/** On to where the person was going; Next.js takes every path for a page of its own when its script sent the form. */
async function goOn(next: string): Promise<FormState> {
  if (/^\/(oauth|session)\//.test(next) && (await headers()).has("next-action")) {
    return { errors: {}, values: {}, leave: next };
  }
  redirect(next);
}

/** In; somebody who asked to be erased and comes back is asked whether they stay. */
async function entered(locale: Locale, answer: Answer<SignInAnswer>, next: string): Promise<FormState> {
  await enter(answer);
  return goOn(entering(answer.data.erasure_due_at ? href(locale, "/account/privacy") : next));
}

/** In, or on to the page that asks for the second factor. */
async function admitted(locale: Locale, answer: Answer<SignInAnswer>, next: string): Promise<FormState> {
  const second = answer.data.second_factor;
  if (!second) return entered(locale, answer, next);
  await enter(answer);
  const query = new URLSearchParams({ next });
  if (second.methods.includes("recovery_code")) query.set("recovery", "1");
  if (second.passkeys) query.set("passkeys", "1");
  redirect(`${href(locale, "/sign-in/factor")}?${query}`);
}

export async function signIn(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { email: text(form, "email"), remember: form.has("remember") ? "on" : "" };
  const stop = await hindrance(locale, form, ["email", "password"], values);
  if (stop) return stop;
  let answer: Answer<SignInAnswer>;
  try {
    const body = { email: values.email, password: text(form, "password"), remember: form.has("remember") };
    answer = await act<SignInAnswer>(locale, "POST", "/identity/sign-in", { body, headers: workOf(form) });
  } catch (error) {
    return refused(locale, error, values);
  }
  return admitted(locale, answer, localPath(locale, form.get("next")));
}

/** The answer is the same whether the address has an account or not. */
export async function requestCode(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { address: text(form, "address") };
  const stop = await hindrance(locale, form, ["address"], values);
  if (stop) return stop;
  try {
    const body = /[@\p{L}]/u.test(values.address) ? { email: values.address } : { phone: values.address };
    await keepCookies(await act(locale, "POST", "/identity/sign-in/code", { body }));
  } catch (error) {
    const state = await refused(locale, error, values);
    const fault = state.errors.email ?? state.errors.phone;
    return fault ? { ...state, errors: { address: fault } } : state;
  }
  const query = new URLSearchParams({ sent: "1", next: localPath(locale, form.get("next")) });
  redirect(`${href(locale, "/sign-in/code")}?${query}`);
}

export async function signInByCode(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { remember: form.has("remember") ? "on" : "" };
  const stop = await hindrance(locale, form, ["code"], values);
  if (stop) return stop;
  let answer: Answer<SignInAnswer>;
  try {
    const body = { code: text(form, "code"), remember: form.has("remember") };
    answer = await act<SignInAnswer>(locale, "POST", "/identity/sign-in/code/complete", { body });
  } catch (error) {
    return refused(locale, error, values);
  }
  return admitted(locale, answer, localPath(locale, form.get("next")));
}

export async function completeFactor(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["code"], {});
  if (stop) return stop;
  let answer: Answer<SignInAnswer>;
  try {
    const method = form.get("method") === "recovery_code" ? "recovery_code" : "totp";
    const body = { method, code: text(form, "code"), trust_device: form.has("trust") };
    answer = await act<SignInAnswer>(locale, "POST", "/identity/sign-in/factor", { body });
  } catch (error) {
    return refused(locale, error, {});
  }
  return entered(locale, answer, localPath(locale, form.get("next")));
}

/** Proves the signed-in person once more: by a password or a code. */
export async function stepUp(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const method = text(form, "method");
  const field = method === "password" ? "password" : "code";
  const stop = await hindrance(locale, form, [field], {});
  if (stop) return stop;
  try {
    const body = { method, [field]: text(form, field) };
    await keepCookies(await act(locale, "POST", "/identity/me/step-up", { body }));
  } catch (error) {
    return refused(locale, error, {});
  }
  return goOn(localPath(locale, form.get("next")));
}

/** A code for [`stepUp`] goes to the person's own address. */
export async function mailStepUpCode(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["email"], {});
  if (stop) return stop;
  try {
    const body = { email: text(form, "email") };
    await keepCookies(await act(locale, "POST", "/identity/sign-in/code", { body }));
  } catch (error) {
    return refused(locale, error, {});
  }
  const query = new URLSearchParams({ sent: "1", next: localPath(locale, form.get("next")) });
  redirect(`${href(locale, "/step-up")}?${query}`);
}

/** The answer is the same whether the address has an account or not. */
export async function signUp(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const accept_terms = form.has("accept_terms");
  const values = {
    display_name: text(form, "display_name"),
    email: text(form, "email"),
    accept_terms: accept_terms ? "on" : "",
  };
  const withPassword = form.get("without_password") !== "1";
  const needed = ["display_name", "email", ...(withPassword ? ["password"] : [])];
  const stop = await hindrance(locale, form, needed, values);
  if (stop) return stop;
  try {
    const password = withPassword ? { password: text(form, "password") } : {};
    const body = { ...values, accept_terms, ...password, language: locale };
    await act(locale, "POST", "/identity/sign-up", { body, headers: workOf(form) });
  } catch (error) {
    return refused(locale, error, values);
  }
  return { errors: {}, values, done: true };
}

/** A code to the address that a provider elsewhere named and does not vouch for. */
export async function sendUpstreamCode(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  try {
    await act(locale, "POST", "/identity/upstreams/waiting/code", { body: { language: locale } });
  } catch (error) {
    return refused(locale, error, {});
  }
  const query = new URLSearchParams({ sent: "1", next: localPath(locale, form.get("next")) });
  redirect(`${href(locale, "/sign-up/upstream/address")}?${query}`);
}

/** Once the address is proven it is told whether somebody has it here: who does signs in and links. */
export async function confirmUpstream(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["code"], {});
  if (stop) return stop;
  let answer: Answer<WaitingUpstream>;
  try {
    const body = { code: text(form, "code") };
    answer = await act<WaitingUpstream>(locale, "POST", "/identity/upstreams/waiting/confirm", { body });
    await keepCookies(answer);
  } catch (error) {
    return refused(locale, error, {});
  }
  const { waits_for, upstream } = answer.data;
  if (waits_for === "link") {
    const query = new URLSearchParams({ linking: upstream.id, next: href(locale, "/account/security/link") });
    redirect(`${href(locale, "/sign-in")}?${query}`);
  }
  const query = new URLSearchParams({ next: localPath(locale, form.get("next")) });
  redirect(`${href(locale, "/sign-up/upstream")}?${query}`);
}

/** An account of what a provider elsewhere said of the person. */
export async function signUpByUpstream(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const accept_terms = form.has("accept_terms");
  const values = { display_name: text(form, "display_name"), accept_terms: accept_terms ? "on" : "" };
  const stop = await hindrance(locale, form, ["display_name"], values);
  if (stop) return stop;
  try {
    const body = { display_name: values.display_name, accept_terms, language: locale };
    await enter(await act<Session>(locale, "POST", "/identity/upstreams/sign-up", { body }));
  } catch (error) {
    return refused(locale, error, values);
  }
  return goOn(entering(localPath(locale, form.get("next"))));
}

/** The answer is the same whether the address has an account or not. */
export async function requestRecovery(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { email: text(form, "email") };
  const stop = await hindrance(locale, form, ["email"], values);
  if (stop) return stop;
  try {
    await act(locale, "POST", "/identity/recovery", { body: values, headers: workOf(form) });
  } catch (error) {
    return refused(locale, error, values);
  }
  return { errors: {}, values, done: true };
}

export async function completeRecovery(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const withPassword = form.get("without_password") !== "1";
  const stop = await hindrance(locale, form, withPassword ? ["password"] : [], {});
  if (stop) return stop;
  let answer: Answer<SignInAnswer>;
  try {
    const body = { token: text(form, "token"), ...(withPassword ? { password: text(form, "password") } : {}) };
    answer = await act<SignInAnswer>(locale, "POST", "/identity/recovery/complete", { body });
  } catch (error) {
    return refused(locale, error, {});
  }
  return admitted(locale, answer, href(locale, withPassword ? "/account?done=password" : "/account/security"));
}

/** A press of the button, not the link itself, proves the address: programs that look at mail open links too. */
export async function verifyEmail(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  let password: boolean;
  try {
    const body = { token: text(form, "token") };
    const answer = await act<Session>(locale, "POST", "/identity/verify-email", { body });
    await enter(answer);
    password = answer.data.me.has_password;
  } catch (error) {
    return refused(locale, error, {});
  }
  // Who chose no password makes a passkey next.
  return goOn(entering(href(locale, password ? "/account?done=verified" : "/account/security?done=verified")));
}
