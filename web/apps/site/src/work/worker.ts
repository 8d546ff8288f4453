/** Looks for the number that a challenge asks for; away from the page, which stays quick. */
import type { Challenge } from "@svetu/api-client/types";

/** Promises cost more than hashes: so many are on their way at once. */
const AT_ONCE = 256;

function zeroBits(hash: Uint8Array): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

async function solve({ token, bits, expires_at }: Challenge): Promise<string | null> {
  const encoder = new TextEncoder();
  const end = Date.parse(expires_at);
  for (let from = 0; Date.now() < end; from += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, async (_, step) => {
      const text = `${token}.${from + step}`;
      const hash = await crypto.subtle.digest("SHA-256", encoder.encode(text));
      return zeroBits(new Uint8Array(hash)) >= bits ? text : null;
    });
    const found = (await Promise.all(tries)).find((text) => text !== null);
    if (found) return found;
  }
  return null;
}

addEventListener("message", (event: MessageEvent<Challenge>) => {
  void solve(event.data).then((work) => postMessage(work));
});
