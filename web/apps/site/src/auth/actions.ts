"use server";

import type { Answer } from "@svetu/api-client/client";
import type { Session } from "@svetu/api-client/types";
import { href } from "@svetu/i18n/locales";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { act, keepCookies } from "@/api/act";
import { hindrance, localeOf, refused, text } from "./faults";
import { localPath } from "./next";
import type { FormState } from "./state";

const YEAR_S = 31_536_000;

async function enter(answer: Answer<Session>): Promise<void> {
  await keepCookies(answer);
  const theme = answer.data.me.theme;
  if (theme === "light" || theme === "dark" || theme === "system") {
    (await cookies()).set("theme", theme, { path: "/", maxAge: YEAR_S, sameSite: "lax" });
  }
}

export async function signIn(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { email: text(form, "email"), remember: form.has("remember") ? "on" : "" };
  const stop = await hindrance(locale, form, ["email", "password"], values);
  if (stop) return stop;
  try {
    const body = { email: values.email, password: text(form, "password"), remember: form.has("remember") };
    await enter(await act<Session>(locale, "POST", "/identity/sign-in", { body }));
  } catch (error) {
    return refused(locale, error, values);
  }
  const next = localPath(locale, form.get("next"));
  // Next.js takes every path for a page of its own when its script sent the form.
  if (next.startsWith("/oauth/") && (await headers()).has("next-action")) return { errors: {}, values, leave: next };
  redirect(next);
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
  const stop = await hindrance(locale, form, ["display_name", "email", "password"], values);
  if (stop) return stop;
  try {
    const body = { ...values, accept_terms, password: text(form, "password"), language: locale };
    await act(locale, "POST", "/identity/sign-up", { body });
  } catch (error) {
    return refused(locale, error, values);
  }
  return { errors: {}, values, done: true };
}

/** The answer is the same whether the address has an account or not. */
export async function requestRecovery(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const values = { email: text(form, "email") };
  const stop = await hindrance(locale, form, ["email"], values);
  if (stop) return stop;
  try {
    await act(locale, "POST", "/identity/recovery", { body: values });
  } catch (error) {
    return refused(locale, error, values);
  }
  return { errors: {}, values, done: true };
}

export async function completeRecovery(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, ["password"], {});
  if (stop) return stop;
  try {
    const body = { token: text(form, "token"), password: text(form, "password") };
    await enter(await act<Session>(locale, "POST", "/identity/recovery/complete", { body }));
  } catch (error) {
    return refused(locale, error, {});
  }
  redirect(href(locale, "/account?done=password"));
}

/** A press of the button, not the link itself, proves the address: programs that look at mail open links too. */
export async function verifyEmail(_: FormState, form: FormData): Promise<FormState> {
  const locale = localeOf(form);
  const stop = await hindrance(locale, form, [], {});
  if (stop) return stop;
  try {
    const body = { token: text(form, "token") };
    await enter(await act<Session>(locale, "POST", "/identity/verify-email", { body }));
  } catch (error) {
    return refused(locale, error, {});
  }
  redirect(href(locale, "/account?done=verified"));
}
