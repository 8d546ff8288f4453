import type { Challenge } from "@svetu/api-client/types";

/** What goes beside the request in `Svetu-Work`; `null` where a browser cannot work: the person waits instead. */
export function solve(challenge: Challenge): Promise<string | null> {
  // WebCrypto is there on secure origins alone.
  if (!("Worker" in globalThis) || !globalThis.isSecureContext) return Promise.resolve(null);
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const end = (work: string | null) => {
      worker.terminate();
      resolve(work);
    };
    worker.addEventListener("message", (event: MessageEvent<string | null>) => end(event.data));
    worker.addEventListener("error", () => end(null));
    worker.postMessage(challenge);
  });
}
