"use client";

import clsx from "clsx";
import { Heart } from "lucide-react";

/** A heart that is full when the ad is kept. */
export function HeartButton({
  on,
  label,
  onToggle,
  className,
}: {
  on: boolean;
  label: string;
  onToggle: () => void;
  className?: string;
}) {
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={label}
      title={label}
      onClick={onToggle}
      className={clsx("grid size-11 place-items-center rounded-full", className)}
    >
      <span className="grid size-8 place-items-center rounded-full bg-raised/90 text-ink">
        <Heart aria-hidden className={clsx("size-5", on && "fill-danger text-danger")} />
      </span>
    </button>
  );
}
