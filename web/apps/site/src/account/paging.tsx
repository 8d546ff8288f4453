import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { getTranslations } from "next-intl/server";

const PAGE = 24;
const SHOWN_MAX = 96;

export interface PageParams {
  shown?: string | string[];
  cursor?: string | string[];
}

/** What a list asks the API for: whole pages, as "more" asked for. */
export function asked({ shown, cursor }: PageParams): { limit: number; cursor?: string } {
  const count = Number(typeof shown === "string" ? shown : PAGE);
  const limit = Number.isInteger(count) ? Math.min(SHOWN_MAX, Math.max(PAGE, Math.ceil(count / PAGE) * PAGE)) : PAGE;
  return typeof cursor === "string" && cursor ? { limit, cursor } : { limit };
}

/** Shows one more page in place; past the most that one address shows, the next page by its cursor. */
export async function MoreLink(props: {
  locale: Locale;
  path: string;
  query?: Record<string, string | undefined>;
  page: PageParams;
  cursor?: string | null;
}) {
  const { locale, path, query = {}, page, cursor } = props;
  const t = await getTranslations("account");
  const { limit, cursor: from } = asked(page);
  if (!cursor && !from) return null;
  const to = (more: Record<string, string>) => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, ...more })) if (value) params.set(name, value);
    const text = params.toString();
    return href(locale, text ? `${path}?${text}` : path);
  };
  const grows = limit < SHOWN_MAX;
  const next: Record<string, string> = grows ? { shown: String(limit + PAGE) } : { cursor: cursor ?? "" };
  if (grows && from) next.cursor = from;
  return (
    <nav aria-label={t("pages")} className="mt-8 flex flex-wrap justify-center gap-3">
      {from && (
        <Link href={to({})} className={buttonClass("secondary")}>
          {t("firstPage")}
        </Link>
      )}
      {cursor && (
        <Link href={to(next)} rel="next" replace={grows} scroll={!grows} className={buttonClass("secondary")}>
          {grows ? t("more") : t("nextPage")}
        </Link>
      )}
    </nav>
  );
}
