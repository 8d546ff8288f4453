"use client";

import clsx from "clsx";
import { type ReactNode, useState } from "react";

export type Theme = "system" | "light" | "dark";

const YEAR_S = 31_536_000;

/** Chooses light, dark or the system's. The server reads the `theme` cookie, so no page flashes. */
export function ThemeSwitch({
  initial,
  label,
  names,
  icons,
}: {
  initial: Theme;
  label: string;
  names: Record<Theme, string>;
  /** Drawn by whoever shows it. */
  icons: Record<Theme, ReactNode>;
}) {
  const [theme, setTheme] = useState(initial);
  const choose = (next: Theme) => {
    setTheme(next);
    document.documentElement.dataset.theme = next;
    document.cookie = `theme=${next};path=/;max-age=${YEAR_S};samesite=lax`;
  };
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex rounded-control border border-line p-0.5">
      {(["system", "light", "dark"] as const).map((option) => (
        <label
          key={option}
          title={names[option]}
          className={clsx(
            "grid size-9 cursor-pointer place-items-center rounded-control has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
            theme === option ? "bg-accent-soft text-accent" : "text-quiet hover:text-ink",
          )}
        >
          <input
            type="radio"
            name="theme"
            value={option}
            checked={theme === option}
            onChange={() => choose(option)}
            className="sr-only"
          />
          {icons[option]}
          <span className="sr-only">{names[option]}</span>
        </label>
      ))}
    </div>
  );
}
