import { ApiError } from "@svetu/api-client/problem";

/** What the API said, in the reader's language; `fallback` where it said nothing. */
export function explain(error: unknown, fallback: string): string {
  return error instanceof ApiError && error.status > 0 && error.status < 500 ? error.message : fallback;
}
