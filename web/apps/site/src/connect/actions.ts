"use server";

import { ApiError } from "@svetu/api-client/problem";
import { href } from "@svetu/i18n/locales";
import { redirect } from "next/navigation";
import { act, sameOrigin } from "@/api/act";
import { localeOf, text } from "@/auth/faults";

/** A person's word about a device that shows a code. */
export async function answerDevice(form: FormData): Promise<void> {
  const locale = localeOf(form);
  const code = text(form, "user_code");
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
  redirect(href(locale, `/connect/device?done=${outcome}`));
}
