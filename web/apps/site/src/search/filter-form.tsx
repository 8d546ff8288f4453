"use client";

import { useRouter, useSearchParams } from "next/navigation";
import { type ReactNode, useEffect, useRef, useTransition } from "react";
import { readParams, withQuery } from "./query";

const TYPING_PAUSE_MS = 600;

/** The filters as a plain form; with script a change applies at once and the results behind it fade while they load. */
export function FilterForm({ action, children }: { action: string; children: ReactNode }) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const query = useSearchParams().toString();
  const [pending, start] = useTransition();

  useEffect(() => {
    document.documentElement.toggleAttribute("data-loading", pending);
  }, [pending]);

  // A chip that is taken away, or a step back, changes the address from outside: the controls follow it.
  useEffect(() => {
    const params = new URLSearchParams(query);
    for (const control of form.current?.elements ?? []) {
      if (control === document.activeElement || !("name" in control)) continue;
      if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
        const values = (params.get(control.name) ?? "").split(",");
        control.checked = control.value === "" ? !params.has(control.name) : values.includes(control.value);
      } else if (control instanceof HTMLInputElement && control.type !== "hidden") {
        const name =
          control.name === "price_from" ? "price_min" : control.name === "price_to" ? "price_max" : control.name;
        const value = params.get(name) ?? "";
        control.value = name !== control.name && value ? String(Number(value) / 100) : value;
      } else if (control instanceof HTMLSelectElement) {
        control.value = params.get(control.name) ?? control.dataset.default ?? "";
      }
    }
  }, [query]);

  const apply = () => {
    clearTimeout(timer.current);
    if (!form.current) return;
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form.current)) typed.append(name, String(value));
    const next = withQuery(action, readParams(typed));
    start(() => router.push(next, { scroll: false }));
  };

  return (
    <form
      ref={form}
      action={action}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
      onChange={(event) => {
        clearTimeout(timer.current);
        const control = event.target as unknown as HTMLInputElement;
        if (!control.name) return;
        const typing = control.tagName === "INPUT" && !["checkbox", "radio"].includes(control.type);
        timer.current = setTimeout(apply, typing ? TYPING_PAUSE_MS : 0);
      }}
    >
      {children}
    </form>
  );
}
