import { ApiError } from "@svetu/api-client/problem";
import { href } from "@svetu/i18n/locales";
import { act, sameOrigin } from "@/api/act";
import { needsStepUp, stepUpFor } from "@/auth/step-up";
import { type Context, go, goBack, read } from "@/staff/stand-in";

/** What the person's page has words for. */
const TOLD: Record<string, string> = {
  "validation.failed": "reason",
  "identity.second_factor_first": "secondFactor",
  "identity.too_many_impersonations": "tooMany",
};

/** The form of a person's page: into their place. */
export async function POST(request: Request, context: Context): Promise<Response> {
  const { locale, form, account, page } = await read(request, context);
  const told = (outcome: string) => go(href(locale, `${page}?done=${outcome}`));
  if (!account || !(await sameOrigin())) return told("failed");
  const reason = form.get("reason");
  try {
    const body = { reason: typeof reason === "string" ? reason : "" };
    const { cookies } = await act(locale, "POST", `/identity/accounts/${account}/impersonation`, { body });
    return go(href(locale, "/account"), cookies);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (needsStepUp(error)) return go(stepUpFor(locale, page, error));
    return told(TOLD[error.code ?? ""] ?? "failed");
  }
}

export const GET = goBack;
