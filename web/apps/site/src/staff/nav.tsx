"use client";

import { href, type Locale, splitPath } from "@svetu/i18n/locales";
import { Link } from "@svetu/ui/link";
import clsx from "clsx";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

/** The rooms: a column on a desktop, a strip that scrolls on a phone. */
export function StaffNav(props: { locale: Locale; label: string; rooms: { path: string; text: string }[] }) {
  const { path } = splitPath(usePathname());
  const current = (room: string) => (room === "/staff" ? path === room : path === room || path.startsWith(`${room}/`));
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const here = strip.current?.querySelector<HTMLElement>("[aria-current]");
    if (here) strip.current?.scrollTo({ left: here.offsetLeft - 16 });
  }, [path]);
  return (
    <nav
      ref={strip}
      aria-label={props.label}
      className="no-scrollbar -mx-4 overflow-x-auto px-4 lg:mx-0 lg:overflow-visible lg:px-0"
    >
      <ul className="flex w-max min-w-full gap-1 border-b border-line pb-2 lg:sticky lg:w-auto lg:top-24 lg:flex-col lg:border-0 lg:pb-0">
        {props.rooms.map(({ path: room, text }) => (
          <li key={room}>
            <Link
              href={href(props.locale, room)}
              aria-current={current(room) ? "page" : undefined}
              className={clsx(
                "flex min-h-11 items-center rounded-control px-3 text-base whitespace-nowrap focus-visible:-outline-offset-2",
                current(room) ? "bg-accent-soft font-[600] text-accent" : "text-quiet hover:bg-surface hover:text-ink",
              )}
            >
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
