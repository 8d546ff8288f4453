"use client";

import clsx from "clsx";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  closeLabel: string;
  /** A sheet comes from below on a phone and stays in the middle on a desktop; a side panel fills the height. */
  shape?: "dialog" | "sheet" | "side" | "full";
  footer?: ReactNode;
  children: ReactNode;
}

const shapes: Record<NonNullable<DialogProps["shape"]>, string> = {
  dialog: "w-[min(32rem,calc(100vw-32px))] max-h-[85dvh] rounded-card",
  sheet:
    "max-sm:mx-0 max-sm:mt-auto max-sm:mb-0 max-sm:w-full max-sm:max-w-none max-sm:rounded-t-card sm:w-[32rem] sm:rounded-card max-h-[90dvh]",
  side: "m-0 ml-auto h-dvh max-h-none w-[min(26rem,100vw)]",
  full: "m-0 h-dvh max-h-none w-screen max-w-none",
};

/** The browser's own modal dialog: it keeps the focus, closes on Escape and on a press beside it. */
export function Dialog({ open, onClose, title, closeLabel, shape = "dialog", footer, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const { overflow } = document.documentElement.style;
    document.documentElement.style.overflow = "hidden";
    return () => {
      document.documentElement.style.overflow = overflow;
    };
  }, [open]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
      className={clsx("overflow-hidden bg-raised p-0 shadow-raised open:flex open:flex-col", shapes[shape])}
    >
      {open && (
        <>
          <header className="flex shrink-0 items-center justify-between gap-3 border-b border-line py-2 pr-2 pl-4">
            <h2 id={heading} className="text-lg">
              {title}
            </h2>
            <button
              type="button"
              onClick={onClose}
              aria-label={closeLabel}
              className="grid size-11 place-items-center rounded-control hover:bg-surface"
            >
              <X aria-hidden className="size-5" />
            </button>
          </header>
          <div className="min-h-0 grow overflow-y-auto overscroll-contain p-4">{children}</div>
          {footer && <footer className="flex shrink-0 flex-wrap gap-3 border-t border-line p-4">{footer}</footer>}
        </>
      )}
    </dialog>
  );
}
