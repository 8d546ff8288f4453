import { ApiError } from "@svetu/api-client/problem";
import { href, type Locale } from "@svetu/i18n/locales";

const TWO = "auth.two_factors_required";

/** Once more who one is, then back to the page. What only two factors open says so: a password alone would lead around in circles. */
export const stepUpFor = (locale: Locale, page: string, error?: unknown) =>
  `${href(locale, "/step-up")}?next=${encodeURIComponent(href(locale, page))}${needsTwo(error) ? "&two=1" : ""}`;

/** The work of the staff, before a second factor is proven. */
export const needsTwo = (error: unknown) => error instanceof ApiError && error.code === TWO;

export const needsStepUp = (error: unknown) =>
  error instanceof ApiError && (error.code === "auth.step_up_required" || error.code === TWO);
