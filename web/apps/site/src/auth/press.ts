import "server-only";

import { ApiError } from "@svetu/api-client/problem";
import { href, type Locale } from "@svetu/i18n/locales";
import { redirect } from "next/navigation";
import { sameOrigin } from "@/api/act";
import { localeOf, refused } from "./faults";
import type { FormState } from "./state";
import { needsStepUp, stepUpFor } from "./step-up";

/** What the API says of the form; or the page asks once more who the person is, and comes back. */
export function refusedAt(
  page: string,
  locale: Locale,
  error: unknown,
  values: FormState["values"],
): Promise<FormState> {
  if (needsStepUp(error)) redirect(stepUpFor(locale, page, error));
  return refused(locale, error, values);
}

/** One write by a button, then back to the page that says how it went. `told`: refusals that the page has words for. */
export async function press(
  form: FormData,
  page: string,
  done: string,
  write: () => Promise<unknown>,
  told: Record<string, string> = {},
): Promise<never> {
  const locale = localeOf(form);
  let outcome = done;
  try {
    if (await sameOrigin()) await write();
    else outcome = "failed";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (needsStepUp(error)) redirect(stepUpFor(locale, page, error));
    // What is gone already is as good as ended.
    if (error.status !== 404) outcome = told[error.code ?? ""] ?? "failed";
  }
  redirect(href(locale, `${page}?done=${outcome}`));
}
