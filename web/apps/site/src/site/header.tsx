import { href, type Locale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import clsx from "clsx";
import { Heart, House, Plus, Search, UserRound } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { me } from "@/api/server";
import { worksHere } from "@/staff/rooms";
import { AccountMenu } from "./account-menu";
import { LanguageSwitch } from "./language-switch";
import { LogoMark } from "./logo";
import { SearchBox, type SearchBoxLabels } from "./search-box";

export async function searchLabels(): Promise<SearchBoxLabels> {
  const t = await getTranslations("searchBox");
  return {
    placeholder: t("placeholder"),
    search: t("search"),
    clear: t("clear"),
    suggestions: t("suggestions"),
    inCategory: t("inCategory"),
  };
}

/** Roles that work in the staff rooms. */

export async function Header({ locale }: { locale: Locale }) {
  const [t, person, labels] = await Promise.all([getTranslations("header"), me(locale), searchLabels()]);
  const staff = worksHere(person?.roles ?? []);
  return (
    <header
      className={clsx(
        "no-print border-b border-line bg-bg",
        // While support looks in somebody's place, what says so has this room.
        !person?.support_until && "lg:sticky lg:top-0 lg:z-30",
      )}
    >
      <div className="container-page flex flex-wrap items-center gap-x-2 py-2 lg:flex-nowrap lg:gap-x-4 lg:py-3">
        <Link href={href(locale, "/")} className="flex min-h-11 items-center gap-2" aria-label={t("home")}>
          <LogoMark className="size-8" />
          <span className="text-lg font-[750] tracking-tight">{t("name")}</span>
        </Link>
        <div className="ml-auto lg:order-3 lg:ml-0">
          <LanguageSwitch locale={locale} label={t("language")} />
        </div>
        <div className="w-full pt-1 pb-1 lg:order-2 lg:w-auto lg:grow lg:py-0">
          <SearchBox locale={locale} labels={labels} />
        </div>
        <nav aria-label={t("main")} className="hidden items-center gap-1 lg:order-4 lg:flex">
          <Link
            href={href(locale, "/account/favourites")}
            className={buttonClass("quiet", "icon")}
            title={t("favourites")}
          >
            <Heart aria-hidden className="size-5" />
            <span className="sr-only">{t("favourites")}</span>
          </Link>
          {person ? (
            <AccountMenu locale={locale} person={person} staff={staff} />
          ) : (
            <Link href={href(locale, "/sign-in")} className={buttonClass("quiet", "small")}>
              <UserRound aria-hidden className="size-5" />
              {t("signIn")}
            </Link>
          )}
          {!person?.support_until && (
            <Link href={href(locale, "/post")} className={buttonClass("primary", "normal", "ml-1")}>
              <Plus aria-hidden className="size-5" />
              {t("post")}
            </Link>
          )}
        </nav>
      </div>
    </header>
  );
}

/** The bar at the bottom of a phone. */
export async function BottomBar({ locale }: { locale: Locale }) {
  const [t, person] = await Promise.all([getTranslations("header"), me(locale)]);
  const items = [
    { path: "/", icon: House, text: t("homeShort"), accent: false },
    { path: "/search", icon: Search, text: t("searchShort"), accent: false },
    // Not for whoever only looks in somebody's place.
    ...(person?.support_until ? [] : [{ path: "/post", icon: Plus, text: t("postShort"), accent: true }]),
    { path: "/account/favourites", icon: Heart, text: t("favourites"), accent: false },
    {
      path: person ? "/account" : "/sign-in",
      icon: UserRound,
      text: person ? t("account") : t("signIn"),
      accent: false,
    },
  ];
  return (
    <nav
      aria-label={t("main")}
      className="no-print fixed inset-x-0 bottom-0 z-30 border-t border-line bg-bg pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      <ul className={person?.support_until ? "grid grid-cols-4" : "grid grid-cols-5"}>
        {items.map(({ path, icon: Icon, text, accent }) => (
          <li key={path}>
            <Link
              href={href(locale, path)}
              className="flex min-h-14 flex-col items-center justify-center gap-0.5 text-xs text-quiet focus-visible:-outline-offset-2"
            >
              <span
                className={
                  accent
                    ? "grid h-7 w-11 place-items-center rounded-full bg-accent text-on-accent"
                    : "grid h-7 place-items-center"
                }
              >
                <Icon aria-hidden className="size-5" />
              </span>
              <span className="max-w-full truncate px-0.5">{text}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
