import { href } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { SearchX } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";

export default async function NotFound() {
  const [locale, t] = await Promise.all([getLocale(), getTranslations("notFound")]);
  return (
    <EmptyState
      level={1}
      icon={<SearchX />}
      title={t("title")}
      actions={
        <>
          <Link href={href(locale, "/search")} className={buttonClass()}>
            {t("search")}
          </Link>
          <Link href={href(locale, "/")} className={buttonClass("secondary")}>
            {t("home")}
          </Link>
        </>
      }
    >
      {t("text")}
    </EmptyState>
  );
}
