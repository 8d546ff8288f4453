"use client";

import { href, type Locale, localeNames, locales, splitPath } from "@svetu/i18n/locales";
import clsx from "clsx";
import { usePathname, useSearchParams } from "next/navigation";

/** Links to this very page in the other languages; filters stay. */
export function LanguageSwitch({ locale, label }: { locale: Locale; label: string }) {
  const { path } = splitPath(usePathname());
  const query = useSearchParams().toString();
  const page = query ? `${path}?${query}` : path;
  return (
    <nav aria-label={label}>
      <ul className="flex flex-wrap sm:gap-x-1">
        {locales.map((other) => (
          <li key={other}>
            <a
              href={href(other, page)}
              hrefLang={other}
              lang={other}
              aria-current={other === locale ? "true" : undefined}
              className={clsx(
                "inline-flex min-h-9 items-center rounded-control px-1.5 text-xs sm:px-2 sm:text-sm",
                other === locale ? "font-[600] text-ink" : "text-quiet hover:text-ink",
              )}
            >
              {localeNames[other]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
