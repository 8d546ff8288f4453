import clsx from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";

export const chipClass = (active = false, className?: string) =>
  clsx(
    "inline-flex min-h-8 items-center gap-1.5 rounded-full border px-3 text-sm whitespace-nowrap",
    "transition-colors duration-(--quick)",
    active
      ? "border-accent bg-accent-soft text-accent"
      : "border-line bg-bg text-ink hover:border-control hover:bg-surface",
    className,
  );

/** The inside of a chip that can be taken away: its words and a cross. Put it in a link or a button with `chipClass`. */
export function ChipContent({ children, removable }: { children: ReactNode; removable?: boolean }) {
  return (
    <>
      {children}
      {removable && <X aria-hidden className="size-4" />}
    </>
  );
}
