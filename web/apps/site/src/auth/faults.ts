import "server-only";

import { ApiError } from "@svetu/api-client/problem";
import { defaultLocale, isLocale, type Locale } from "@svetu/i18n/locales";
import { getTranslations } from "next-intl/server";
import { sameOrigin } from "@/api/act";
import type { FormState } from "./state";

export const text = (form: FormData, name: string) => {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
};

export const localeOf = (form: FormData): Locale => {
  const value = form.get("locale");
  return isLocale(value) ? value : defaultLocale;
};

/** The API's faults, on their fields and in words. */
export async function refused(locale: Locale, error: unknown, values: FormState["values"]): Promise<FormState> {
  const t = await getTranslations({ locale, namespace: "auth" });
  if (!(error instanceof ApiError)) throw error;
  const errors: Record<string, string> = {};
  for (const { field, message } of error.errors) {
    const name = (field ?? "").replace(/^\//, "");
    if (name) errors[name] ??= message;
  }
  if (Object.keys(errors).length > 0) return { errors, values };
  const message = error.status === 0 || error.status >= 500 ? t("failed") : error.message;
  return { errors, values, message, ...(error.challenge && { challenge: error.challenge }) };
}

/** The solution that a form brings, as the API takes it. */
export function workOf(form: FormData): Record<string, string> {
  const work = text(form, "work");
  return work ? { "svetu-work": work.slice(0, 200) } : {};
}

/** What keeps a form from being sent to the API at all: an empty field, or a page that is not ours. */
export async function hindrance(
  locale: Locale,
  form: FormData,
  required: string[],
  values: FormState["values"],
): Promise<FormState | null> {
  const t = await getTranslations({ locale, namespace: "auth" });
  const empty = required.filter((name) => !text(form, name).trim());
  if (empty.length > 0) return { errors: Object.fromEntries(empty.map((name) => [name, t("missing")])), values };
  return (await sameOrigin()) ? null : { errors: {}, values, message: t("foreign") };
}
