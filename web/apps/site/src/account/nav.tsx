"use client";

import { href, type Locale, splitPath } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import clsx from "clsx";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { type sections, sectionsFor } from "./sections";

export type SectionNames = Record<(typeof sections)[number]["id"], string>;

/** The pages of the account: a column on a desktop, a strip that scrolls on a phone. */
export function AccountNav(props: { locale: Locale; label: string; names: SectionNames; standsIn: boolean }) {
  const { path } = splitPath(usePathname());
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = strip.current?.querySelector<HTMLElement>("[aria-current]");
    if (current && strip.current) strip.current.scrollLeft = current.offsetLeft - 16;
  }, [path]);
  return (
    <nav
      ref={strip}
      aria-label={props.label}
      className={clsx(
        "no-scrollbar relative -mx-4 overflow-x-auto px-4 lg:mx-0 lg:overflow-visible lg:px-0",
        // The account's own page lists them all.
        path === "/account" && "max-lg:hidden",
      )}
    >
      <ul className="flex w-max min-w-full gap-1 border-b border-line pb-2 lg:sticky lg:top-24 lg:w-auto lg:flex-col lg:border-0 lg:pb-0">
        {sectionsFor(props.standsIn).map(({ id, path: section, icon: Icon }) => {
          const current = path === section || path.startsWith(`${section}/`);
          return (
            <li key={id}>
              <Link
                href={href(props.locale, section)}
                aria-current={current ? "page" : undefined}
                className={clsx(
                  "flex min-h-11 items-center gap-2 rounded-control px-3 text-base whitespace-nowrap focus-visible:-outline-offset-2",
                  current ? "bg-accent-soft font-[600] text-accent" : "text-quiet hover:bg-surface hover:text-ink",
                )}
              >
                <Icon aria-hidden className="size-5 shrink-0 max-lg:hidden" />
                {props.names[id]}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
