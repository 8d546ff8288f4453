import { href } from "@svetu/i18n/locales";
import { act, sameOrigin } from "@/api/act";
import { type Context, go, goBack, read } from "@/staff/stand-in";

/** The banner's form: out of the person's place, back to their page. */
export async function POST(request: Request, context: Context): Promise<Response> {
  const { locale, page } = await read(request, context);
  if (!(await sameOrigin())) return go(href(locale, page));
  const { cookies } = await act(locale, "DELETE", "/identity/impersonation");
  return go(href(locale, page), cookies);
}

export const GET = goBack;
