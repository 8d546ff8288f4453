import "server-only";

import { type Answer, type RequestOptions, send } from "@svetu/api-client/client";
import type { Locale } from "@svetu/i18n/locales";
import { cookies, headers } from "next/headers";
import { env } from "@/env";
import { forwarded } from "./forwarded";

type Method = "POST" | "PUT" | "PATCH" | "DELETE";

const TIMEOUT_MS = 15_000;
/** These let the gateway judge where the form was sent from. */
const JUDGED = ["origin", "sec-fetch-site"];

/** A write as the visitor, from a form that was sent to this site. */
export async function act<T>(locale: Locale, method: Method, path: string, options: RequestOptions = {}) {
  const sent = await forwarded(locale, JUDGED);
  const transport = { baseUrl: env.apiUrl(), headers: sent, timeoutMs: TIMEOUT_MS };
  return send<T>(transport, method, path, options);
}

/** A POST that changes nothing, for a page that is being drawn: the browser need not have come from a page of ours. */
export async function ask<T>(locale: Locale, path: string): Promise<T> {
  const sent = { ...(await forwarded(locale)), "sec-fetch-site": "same-origin" };
  const transport = { baseUrl: env.apiUrl(), headers: sent, timeoutMs: TIMEOUT_MS };
  return (await send<T>(transport, "POST", path)).data;
}

/** Hands the API's cookies on to the browser, as they are. */
export async function keepCookies({ cookies: lines }: Answer<unknown>): Promise<void> {
  const jar = await cookies();
  for (const line of lines) {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const cut = pair.indexOf("=");
    if (cut < 1) continue;
    const of = (name: string) =>
      attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const has = (name: string) => attributes.some((text) => text.toLowerCase() === name);
    const age = of("max-age");
    const sameSite = of("samesite")?.toLowerCase();
    jar.set(pair.slice(0, cut), pair.slice(cut + 1), {
      path: of("path") ?? "/",
      maxAge: age === undefined ? undefined : Number(age),
      httpOnly: has("httponly"),
      secure: has("secure"),
      sameSite: sameSite === "strict" || sameSite === "none" ? sameSite : "lax",
    });
  }
}

/** Whether a form was sent by a page of this site. A browser that names neither is turned away. */
export async function sameOrigin(): Promise<boolean> {
  const incoming = await headers();
  const site = incoming.get("sec-fetch-site");
  if (site) return site === "same-origin";
  const origin = incoming.get("origin");
  const host = incoming.get("x-forwarded-host") ?? incoming.get("host");
  return origin !== null && URL.canParse(origin) && new URL(origin).host === host;
}
