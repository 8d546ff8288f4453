import { ApiError } from "@svetu/api-client/problem";
import { href, type Locale } from "@svetu/i18n/locales";

/** Once more who one is, then back to the page. */
export const stepUpFor = (locale: Locale, page: string) =>
  `${href(locale, "/step-up")}?next=${encodeURIComponent(href(locale, page))}`;

export const needsStepUp = (error: unknown) => error instanceof ApiError && error.code === "auth.step_up_required";
