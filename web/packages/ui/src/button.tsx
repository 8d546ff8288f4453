import clsx from "clsx";
import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes } from "react";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "small" | "normal" | "large" | "icon";

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent hover:brightness-110 active:brightness-95",
  secondary: "border border-control bg-bg text-ink hover:bg-surface active:bg-line",
  quiet: "text-ink hover:bg-surface active:bg-line",
  danger: "bg-danger text-on-danger hover:brightness-110 active:brightness-95",
};

const sizes: Record<ButtonSize, string> = {
  small: "min-h-9 px-3 text-sm",
  normal: "min-h-11 px-4 text-base",
  large: "min-h-12 px-6 text-base",
  icon: "size-11 shrink-0",
};

/** The look of a button, for links that look like one. */
export function buttonClass(variant: ButtonVariant = "primary", size: ButtonSize = "normal", className?: string) {
  return clsx(
    "inline-flex items-center justify-center gap-2 rounded-control font-[550] whitespace-nowrap select-none",
    "transition-[background-color,filter] duration-(--quick) disabled:cursor-not-allowed disabled:opacity-55",
    variants[variant],
    sizes[size],
    className,
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Shows that work goes on; a second press does nothing. */
  busy?: boolean;
}

export function Button({ variant, size, busy, className, children, type = "button", onClick, ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      className={buttonClass(variant, size, className)}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy && <LoaderCircle aria-hidden className="size-5 animate-spin" />}
      {children}
    </button>
  );
}
