import { prefixes } from "./words.mjs";

const given = process.env.SVETU_URL;
if (!given) {
  process.stderr.write("SVETU_URL is not set: run scripts/test-e2e.sh web\n");
  process.exit(2);
}

/** Where the platform under test answers. */
export const base = given.replace(/\/$/, "");

/** The address of a page in a language. */
export function address(locale, path = "/") {
  const prefix = prefixes[locale];
  if (path === "/") return `${base}${prefix || "/"}`;
  return `${base}${prefix}${path}`;
}

/** A request to the API, as a program sends it; throws for anything but a success. */
export async function api(method, path, { body, cookie, locale = "sr-Latn", headers } = {}) {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      accept: "application/json",
      "accept-language": locale,
      origin: base,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(cookie && { cookie }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`);
  return { data: text ? JSON.parse(text) : undefined, headers: response.headers };
}

const PATIENCE_MS = 20_000;
const PAUSE_MS = 150;

/** Asks again until the answer is truthy; says what it waited for when it never is. */
export async function eventually(what, ask, patienceMs = PATIENCE_MS) {
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
