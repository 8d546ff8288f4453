import "server-only";

const key = Symbol.for("svetu.unavailable");

/** The page answers 503 and says when to come again. Before its first byte only; server/status.mjs does it. */
export function unavailable(retryAfterS: number): void {
  (globalThis as { [key]?: (retryAfterS: number) => void })[key]?.(retryAfterS);
}
