import { type Answer, type RequestOptions, send } from "@svetu/api-client/client";

type Method = Parameters<typeof send>[1];

/** A request from the browser to its own origin; the session goes along as a cookie. */
export function api<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const language = document.documentElement.lang;
  return send<T>({ baseUrl: "", headers: { "accept-language": language }, timeoutMs: 20_000 }, method, path, options);
}
