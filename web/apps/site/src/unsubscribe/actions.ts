"use server";

import { ApiError } from "@svetu/api-client/problem";
import { href } from "@svetu/i18n/locales";
import { redirect } from "next/navigation";
import { localeOf, text } from "@/auth/faults";
import { isKind, unsubscribe } from "./kinds";

export async function endLetters(form: FormData) {
  const locale = localeOf(form);
  const kind = text(form, "kind");
  let outcome = "done";
  try {
    if (isKind(kind)) await unsubscribe(locale, kind, text(form, "token"));
    else outcome = "broken";
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 0) throw error;
    outcome = "broken";
  }
  redirect(href(locale, `/unsubscribe/${isKind(kind) ? kind : "prices"}?outcome=${outcome}`));
}
