import "server-only";

import { cookies } from "next/headers";

/** With what people add to it. */
export const DEVICE_CODE_CHARS_MAX = 40;
const NAME = "device_code";
/** As long as the code itself is good. */
const LIFE_S = 600;

/** The code that this browser's person typed on our own page: no address can say so. */
export async function typedCode(): Promise<string> {
  return (await cookies()).get(NAME)?.value.slice(0, DEVICE_CODE_CHARS_MAX) ?? "";
}

export async function keepTyped(code: string): Promise<void> {
  (await cookies()).set(NAME, code, { path: "/", maxAge: LIFE_S, httpOnly: true, sameSite: "strict" });
}

export async function forgetTyped(): Promise<void> {
  (await cookies()).delete(NAME);
}
