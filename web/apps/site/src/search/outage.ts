import "server-only";

import { ApiError } from "@svetu/api-client/problem";

/** As many failures in a row, and nobody waits for search any more; after the rest one visitor does, for all. */
const FAILURES_MAX = 2;
const REST_MS = 5_000;
/** No answer, and what gateways say when they get none. */
const STATUSES = new Set([0, 502, 503, 504]);

let failures = 0;
let restsUntil = 0;

/** What search answers, or `null` while it is out. */
export async function unlessOut<T>(ask: () => Promise<T>): Promise<T | null> {
  const now = Date.now();
  if (now < restsUntil) return null;
  if (failures >= FAILURES_MAX) restsUntil = now + REST_MS;
  try {
    const found = await ask();
    failures = 0;
    restsUntil = 0;
    return found;
  } catch (error) {
    if (!(error instanceof ApiError) || !STATUSES.has(error.status)) throw error;
    failures += 1;
    if (failures >= FAILURES_MAX) restsUntil = Date.now() + REST_MS;
    return null;
  }
}
