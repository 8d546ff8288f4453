import clsx from "clsx";
import type { ReactNode } from "react";

export type Tone = "neutral" | "accent" | "good" | "warning" | "danger";

const tones: Record<Tone, string> = {
  neutral: "bg-surface text-quiet",
  accent: "bg-accent-soft text-accent",
  good: "bg-good-soft text-good",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
};

export function Badge({
  tone = "neutral",
  className,
  children,
}: {
  tone?: Tone;
  className?: string;
  children: ReactNode;
}) {
  return (
    <span
      className={clsx(
        "inline-flex min-h-6 items-center gap-1 rounded-full px-2 text-xs font-[550]",
        tones[tone],
        className,
      )}
    >
      {children}
    </span>
  );
}

/** A message in a page: what happened and what to do. */
export function Notice({
  tone = "neutral",
  title,
  children,
  role,
  className,
}: {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  role?: "alert" | "status";
  className?: string;
}) {
  return (
    <div role={role} className={clsx("rounded-card px-4 py-3 text-sm", tones[tone], className)}>
      {title && <p className="font-[600]">{title}</p>}
      {children && <div className="text-ink">{children}</div>}
    </div>
  );
}
