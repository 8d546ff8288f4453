import type { Answer, RequestOptions, send } from "@svetu/api-client/client";

type Method = Parameters<typeof send>[1];

/**
 * A request from the browser to its own origin; the session goes along as a cookie. The client is fetched with the first
 * request: most visits to a page make none.
 */
export async function api<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const client = await import("@svetu/api-client/client");
  const language = document.documentElement.lang;
  const transport = { baseUrl: "", headers: { "accept-language": language }, timeoutMs: 20_000 };
  return client.send<T>(transport, method, path, options);
}
