import type { Answer, RequestOptions, send } from "@svetu/api-client/client";

type Method = Parameters<typeof send>[1];

/**
 * A request from the browser to its own origin; the session goes along as a cookie. The client is fetched with the first
 * request: most visits to a page make none. A crowd at the door is answered with work, once.
 */
export async function api<T>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const client = await import("@svetu/api-client/client");
  const language = document.documentElement.lang;
  const transport = { baseUrl: "", headers: { "accept-language": language }, timeoutMs: 20_000 };
  try {
    return await client.send<T>(transport, method, path, options);
  } catch (error) {
    const { ApiError } = await import("@svetu/api-client/problem");
    if (!(error instanceof ApiError) || !error.challenge) throw error;
    const { solve } = await import("@/work/solve");
    const work = await solve(error.challenge);
    if (!work) throw error;
    const headers = { ...options.headers, "svetu-work": work };
    return client.send<T>(transport, method, path, { ...options, headers });
  }
}
