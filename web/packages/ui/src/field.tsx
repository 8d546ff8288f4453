import clsx from "clsx";
import { ChevronDown, CircleAlert } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

export const controlClass = clsx(
  "min-h-11 w-full rounded-control border border-control bg-bg px-3 text-base text-ink placeholder:text-quiet",
  "transition-colors duration-(--quick) hover:border-ink aria-invalid:border-danger disabled:bg-surface disabled:text-quiet",
);

export interface FieldProps {
  /** Id of the control inside; the help and the error hang on it as `{id}-help` and `{id}-error`. */
  id: string;
  label: ReactNode;
  help?: ReactNode;
  error?: ReactNode;
  /** Words such as "optional" after the label. */
  note?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A label above, a control, help and the error below. Give the control `describedBy(id, help, error)`. */
export function Field({ id, label, help, error, note, className, children }: FieldProps) {
  return (
    <div className={clsx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-[550]">
        {label}
        {note && <span className="ml-1 font-normal text-quiet">{note}</span>}
      </label>
      {children}
      {error && (
        <p id={`${id}-error`} className="flex items-start gap-1 text-sm text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span>{error}</span>
        </p>
      )}
      {help && (
        <p id={`${id}-help`} className="text-sm text-quiet">
          {help}
        </p>
      )}
    </div>
  );
}

/** The ARIA attributes that tie a control to its field's help and error. */
export function describedBy(id: string, help: unknown, error: unknown) {
  const ids = [error ? `${id}-error` : "", help ? `${id}-help` : ""].filter(Boolean).join(" ");
  return { id, "aria-describedby": ids || undefined, "aria-invalid": error ? true : undefined };
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={clsx(controlClass, className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea className={clsx(controlClass, "min-h-28 py-2 leading-normal", className)} {...rest} />;
}

/** The native control: it opens the phone's own picker and needs no script. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={clsx("relative block", className)}>
      <select className={clsx(controlClass, "cursor-pointer appearance-none pr-10")} {...rest}>
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-3 size-5 -translate-y-1/2 text-quiet"
      />
    </span>
  );
}

export interface CheckboxProps extends Omit<ComponentProps<"input">, "type"> {
  label: ReactNode;
  /** A count or another short note at the end of the line. */
  note?: ReactNode;
  kind?: "checkbox" | "radio";
}

export function Checkbox({ label, note, kind = "checkbox", className, ...rest }: CheckboxProps) {
  return (
    <label
      className={clsx("flex min-h-9 cursor-pointer items-center gap-3 text-base has-disabled:opacity-55", className)}
    >
      <input type={kind} className="size-5 shrink-0" {...rest} />
      <span className="min-w-0 grow">{label}</span>
      {note !== undefined && <span className="tabular shrink-0 text-sm text-quiet">{note}</span>}
    </label>
  );
}
