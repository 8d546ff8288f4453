import "server-only";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { FormState } from "./state";

/** On to where the person was going; Next.js takes every path for a page of its own when its script sent the form. */
export async function goOn(next: string): Promise<FormState> {
  if (/^\/(oauth|session)\//.test(next) && (await headers()).has("next-action")) {
    return { errors: {}, values: {}, leave: next };
  }
  redirect(next);
}
