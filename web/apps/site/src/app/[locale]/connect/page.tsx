import { href } from "@svetu/i18n/locales";
import { Button, buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { ErrorState } from "@svetu/ui/state";
import { Unplug } from "lucide-react";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { authorizationRequest, meAtProvider, orNull } from "@/api/server";
import { AuthFrame } from "@/auth/frame";
import { Scopes } from "@/connect/scopes";
import { pageLocale } from "@/i18n/page-locale";

interface Props {
  params: Promise<{ locale: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await pageLocale(params);
  const t = await getTranslations("connect");
  return { title: t("title"), robots: { index: false } };
}

/** An application asks for a person's consent; also where a request ends that no application may hear the end of. */
export default async function Connect({ params, searchParams }: Props) {
  const locale = await pageLocale(params);
  const { request } = await searchParams;
  const t = await getTranslations("connect");
  const broken = (
    <div className="container-page">
      <ErrorState
        level={1}
        icon={<Unplug />}
        title={t("broken.title")}
        actions={
          <Link href={href(locale, "/")} className={buttonClass("secondary")}>
            {t("broken.home")}
          </Link>
        }
      >
        <p>{t("broken.text")}</p>
      </ErrorState>
    </div>
  );
  if (typeof request !== "string" || !request) return broken;
  const next = `/oauth/continue?request=${encodeURIComponent(request)}`;
  const again = `${href(locale, "/sign-in")}?again=1&next=${encodeURIComponent(next)}`;
  if (!(await meAtProvider(locale))) redirect(again);
  const asked = await orNull(authorizationRequest(locale, request), 404, 400);
  if (!asked) return broken;
  return (
    <AuthFrame title={t("heading", { name: asked.client_name })} lead={t("goesTo", { host: asked.goes_to })}>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 rounded-card bg-surface px-4 py-3 text-base">
        <span className="min-w-0 break-words">{asked.email}</span>
        <Link href={again} className="inline-block min-h-6 text-accent hover:underline">
          {t("other")}
        </Link>
      </div>
      <Scopes scopes={asked.scopes} />
      <form method="post" action="/oauth/decide" className="mt-8 flex flex-col gap-3 sm:flex-row">
        <input type="hidden" name="request" value={request} />
        <Button type="submit" size="large" name="decision" value="allow">
          {t("allow")}
        </Button>
        <Button type="submit" size="large" variant="secondary" name="decision" value="deny">
          {t("deny")}
        </Button>
      </form>
      <p className="mt-5 text-sm text-quiet">{t("later")}</p>
    </AuthFrame>
  );
}
