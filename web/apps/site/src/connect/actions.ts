"use server";

import { ApiError } from "@svetu/api-client/problem";
import { href } from "@svetu/i18n/locales";
import { redirect } from "next/navigation";
import { act, sameOrigin } from "@/api/act";
import { localeOf, text } from "@/auth/faults";
import { DEVICE_CODE_CHARS_MAX, forgetTyped, keepTyped, typedCode } from "./typed";

/** The code that a device shows, as it was typed: what it asks for is shown next. */
export async function typeDeviceCode(form: FormData): Promise<void> {
  const locale = localeOf(form);
  if (!(await sameOrigin())) redirect(href(locale, "/connect/device?done=failed"));
  await keepTyped(text(form, "user_code").slice(0, DEVICE_CODE_CHARS_MAX));
  redirect(href(locale, "/connect/device?typed=1"));
}

/** A person's word about a device that shows a code. */
export async function answerDevice(form: FormData): Promise<void> {
  const locale = localeOf(form);
  const code = await typedCode();
  const allow = text(form, "decision") === "allow";
  let outcome = allow ? "allowed" : "denied";
  if (!(await sameOrigin())) outcome = "failed";
  try {
    if (outcome !== "failed") {
      const path = `/identity/device-requests/${encodeURIComponent(code)}`;
      await act(locale, "POST", path, { body: { allow } });
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    outcome = "failed";
  }
  await forgetTyped();
  redirect(href(locale, `/connect/device?done=${outcome}`));
}
