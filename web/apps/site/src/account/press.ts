import "server-only";

import { ApiError } from "@svetu/api-client/problem";
import { href, type Locale } from "@svetu/i18n/locales";
import { redirect } from "next/navigation";
import { sameOrigin } from "@/api/act";
import { localeOf, refused } from "@/auth/faults";
import { needsStepUp, stepUpFor } from "@/auth/step-up";
import type { FormState } from "@/auth/state";

/** What the API says of the form; or the page asks once more who the person is, and comes back. */
export function refusedAt(
  page: string,
  locale: Locale,
  error: unknown,
  values: FormState["values"],
): Promise<FormState> {
  if (needsStepUp(error)) redirect(stepUpFor(locale, page));
  return refused(locale, error, values);
}

/** One write by a button, then back to the page that says how it went. */
export async function press(form: FormData, page: string, done: string, write: () => Promise<unknown>): Promise<never> {
  const locale = localeOf(form);
  let outcome = done;
  try {
    if (await sameOrigin()) await write();
    else outcome = "failed";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (needsStepUp(error)) redirect(stepUpFor(locale, page));
    // What is gone already is as good as ended.
    if (error.status !== 404) outcome = error.code === "shops.last_owner" ? "lastOwner" : "failed";
  }
  redirect(href(locale, `${page}?done=${outcome}`));
}
