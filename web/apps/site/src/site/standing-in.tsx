import { formatTime } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Eye } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { me } from "@/api/server";

/** Above every page while support looks at the site in somebody's place: whom, until when, and the way out. */
export async function StandingIn({ locale }: { locale: Locale }) {
  const person = await me(locale);
  if (!person?.support_until) return null;
  const t = await getTranslations("standingIn");
  const until = formatTime(locale, person.support_until);
  return (
    <section
      aria-label={t("label")}
      // By this the service worker knows what it must not keep.
      data-svetu-standing-in
      className="no-print sticky top-0 z-40 border-b border-line bg-warning-soft"
    >
      <div className="container-page flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
        <p className="flex min-w-0 grow items-center gap-2 text-sm">
          <Eye aria-hidden className="size-5 shrink-0 text-warning" />
          <span className="min-w-0 wrap-anywhere">
            {t.rich("text", { name: person.display_name, until, b: (text) => <strong lang="">{text}</strong> })}
          </span>
        </p>
        <form method="post" action={href(locale, "/staff/stand-in/end")}>
          <input type="hidden" name="account" value={person.account_id} />
          <button type="submit" className={buttonClass("secondary", "small")}>
            {t("end")}
          </button>
        </form>
      </div>
    </section>
  );
}
