import { ApiError } from "./problem";
import type { Problem } from "./types";

export type Query = Record<string, string | number | boolean | undefined | null>;

export interface RequestOptions {
  query?: Query | URLSearchParams;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Answer<T> {
  status: number;
  data: T;
  etag: string | undefined;
  /** `Set-Cookie` lines; a browser keeps them to itself and shows none. */
  cookies: string[];
}

export interface Transport {
  /** What stands before `/api/v1`. */
  baseUrl: string;
  headers?: Record<string, string>;
  /** Milliseconds after which a request counts as failed. */
  timeoutMs?: number;
}

function search(query: RequestOptions["query"]): string {
  if (!query) return "";
  const params = query instanceof URLSearchParams ? query : new URLSearchParams();
  if (!(query instanceof URLSearchParams)) {
    for (const [key, value] of Object.entries(query)) {
      if (value !== undefined && value !== null && value !== "") params.append(key, String(value));
    }
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** One request to the API. Throws `ApiError` for everything but a success. */
export async function send<T>(
  transport: Transport,
  method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: RequestOptions = {},
): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: "application/json", ...transport.headers, ...options.headers };
  let body: BodyInit | undefined;
  if (options.body instanceof Blob || options.body instanceof FormData) body = options.body;
  else if (options.body !== undefined) {
    headers["content-type"] ??= "application/json";
    body = JSON.stringify(options.body);
  }
  const limits = [options.signal, transport.timeoutMs ? AbortSignal.timeout(transport.timeoutMs) : undefined];
  const signals = limits.filter((signal) => signal !== undefined);
  let response: Response;
  try {
    response = await fetch(`${transport.baseUrl}/api/v1${path}${search(options.query)}`, {
      method,
      headers,
      body,
      credentials: "same-origin",
      cache: "no-store",
      signal: signals.length > 0 ? AbortSignal.any(signals) : undefined,
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(0, { title: "no answer" });
  }
  const text = response.status === 204 || method === "HEAD" ? "" : await response.text();
  let parsed: unknown;
  try {
    parsed = text ? JSON.parse(text) : undefined;
  } catch {
    parsed = undefined;
  }
  if (!response.ok) throw new ApiError(response.status, (parsed ?? {}) as Partial<Problem>);
  return {
    status: response.status,
    data: parsed as T,
    etag: response.headers.get("etag") ?? undefined,
    cookies: response.headers.getSetCookie(),
  };
}
