import type { Me } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Bell, Clock, Heart, LogOut, Settings, ShieldCheck, Tag, UserRound } from "lucide-react";
import { getTranslations } from "next-intl/server";

/** What a signed-in person finds under their name. The browser's own popover: it opens and closes without script. */
export async function AccountMenu({ locale, person, staff }: { locale: Locale; person: Me; staff: boolean }) {
  const t = await getTranslations("header");
  const items = [
    { path: "/account/ads", icon: Tag, text: t("ads") },
    { path: "/account/favourites", icon: Heart, text: t("favourites") },
    { path: "/account/searches", icon: Bell, text: t("searches") },
    { path: "/account/viewed", icon: Clock, text: t("viewed") },
    { path: "/account/settings", icon: Settings, text: t("settings") },
    ...(staff ? [{ path: "/staff", icon: ShieldCheck, text: t("staff") }] : []),
  ];
  const row =
    "flex min-h-11 w-full items-center gap-3 rounded-control px-3 text-base hover:bg-surface focus-visible:-outline-offset-2";
  return (
    <>
      <button
        type="button"
        popoverTarget="account-menu"
        className={buttonClass("quiet", "small", "max-w-44 [anchor-name:--account]")}
      >
        <UserRound aria-hidden className="size-5 shrink-0" />
        <span lang="" className="truncate">
          {person.display_name}
        </span>
        <span className="sr-only">: {t("menu")}</span>
      </button>
      <div
        id="account-menu"
        popover="auto"
        className="inset-auto top-18 right-6 m-0 w-72 rounded-card border border-line bg-raised p-2 text-ink shadow-raised [position-anchor:--account] supports-[position-anchor:--a]:top-[anchor(bottom)] supports-[position-anchor:--a]:right-[anchor(right)] supports-[position-anchor:--a]:mt-2"
      >
        <Link
          href={href(locale, "/account")}
          className="flex flex-col rounded-control px-3 py-2 hover:bg-surface focus-visible:-outline-offset-2"
        >
          <span lang="" className="truncate text-base font-[600]">
            {person.display_name}
          </span>
          <span className="truncate text-sm text-quiet">{person.email}</span>
        </Link>
        <ul className="mt-2 border-t border-line pt-2">
          {items.map(({ path, icon: Icon, text }) => (
            <li key={path}>
              <Link href={href(locale, path)} className={row}>
                <Icon aria-hidden className="size-5 text-quiet" />
                {text}
              </Link>
            </li>
          ))}
        </ul>
        <form method="post" action="/session/end" className="mt-2 border-t border-line pt-2">
          <input type="hidden" name="next" value={href(locale, "/")} />
          <button type="submit" className={row}>
            <LogOut aria-hidden className="size-5 text-quiet" />
            {t("signOut")}
          </button>
        </form>
      </div>
    </>
  );
}
