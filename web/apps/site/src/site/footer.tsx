import { href, type Locale } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import { type Theme, ThemeSwitch } from "@svetu/ui/theme-switch";
import { Monitor, Moon, Sun } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { cookies } from "next/headers";
import { me } from "@/api/server";

export async function chosenTheme(): Promise<Theme> {
  const value = (await cookies()).get("theme")?.value;
  return value === "light" || value === "dark" ? value : "system";
}

export async function Footer({ locale }: { locale: Locale }) {
  const [t, theme, person] = await Promise.all([getTranslations("footer"), chosenTheme(), me(locale)]);
  const groups: { title: string; links: [path: string, text: string][] }[] = [
    {
      title: t("marketplace"),
      links: [
        ["/search", t("all")],
        // Not for whoever only looks in somebody's place.
        ...(person?.support_until ? [] : ([["/post", t("post")]] as [string, string][])),
        ["/price-list", t("priceList")],
      ],
    },
    {
      title: t("help"),
      links: [
        ["/help", t("howTo")],
        ["/safety", t("safety")],
      ],
    },
    {
      title: t("rules"),
      links: [
        ["/terms", t("terms")],
        ["/privacy", t("privacy")],
      ],
    },
  ];
  return (
    <footer className="no-print mt-16 border-t border-line bg-surface pb-20 lg:pb-0">
      <div className="container-page grid gap-8 py-8 sm:grid-cols-2 lg:grid-cols-4">
        {groups.map(({ title, links }) => (
          <section key={title}>
            <h2 className="text-sm font-[600]">{title}</h2>
            <ul className="mt-2">
              {links.map(([path, text]) => (
                <li key={path}>
                  <Link
                    href={href(locale, path)}
                    className="inline-flex min-h-9 items-center text-sm text-quiet hover:text-ink hover:underline"
                  >
                    {text}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <section>
          <h2 className="text-sm font-[600]">{t("appearance")}</h2>
          <div className="mt-3">
            <ThemeSwitch
              initial={theme}
              label={t("appearance")}
              names={{ system: t("system"), light: t("light"), dark: t("dark") }}
              icons={{
                system: <Monitor aria-hidden className="size-4" />,
                light: <Sun aria-hidden className="size-4" />,
                dark: <Moon aria-hidden className="size-4" />,
              }}
            />
          </div>
        </section>
      </div>
      <p className="container-page border-t border-line py-4 text-xs text-quiet">
        {t("sources", { places: "GeoNames (CC BY 4.0)", map: "Natural Earth" })}
      </p>
    </footer>
  );
}
