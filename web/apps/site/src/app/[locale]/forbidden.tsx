import { href, isLocale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { EmptyState } from "@svetu/ui/state";
import { Lock } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import { me } from "@/api/server";

/** A page for other roles: says so and shows the way out. */
export default async function Forbidden() {
  const [locale, t] = await Promise.all([getLocale(), getTranslations("forbidden")]);
  const person = isLocale(locale) ? await me(locale) : null;
  return (
    <EmptyState
      level={1}
      icon={<Lock />}
      title={t("title")}
      actions={
        <>
          <Link href={href(locale, "/")} className={buttonClass()}>
            {t("home")}
          </Link>
          <Link href={href(locale, "/account")} className={buttonClass("secondary")}>
            {t("account")}
          </Link>
        </>
      }
    >
      {t(person?.support_until ? "standingIn" : "text")}
    </EmptyState>
  );
}
