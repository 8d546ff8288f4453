"use client";

import type { AttributeValue, AttributeView } from "@svetu/api-client/types";
import { Checkbox, describedBy, Field, Input, Select } from "@svetu/ui/field";
import clsx from "clsx";
import { CircleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { idOf, useWizard } from "./context";
import { modelsOf } from "./form";

/** So many choices are all shown; more are a list to open. */
const SHOWN_MAX = 6;

/** One attribute of the category, as its kind asks. */
export function AttributeField({ attribute }: { attribute: AttributeView }) {
  const t = useTranslations("post");
  const { form, set, faults, category } = useWizard();
  const pointer = `/attributes/${attribute.key}`;
  const id = idOf(pointer);
  const value = form.attributes[attribute.key];
  const error = faults.get(pointer);
  const change = (next: AttributeValue | undefined) => {
    const attributes = { ...form.attributes };
    if (next === undefined || next === "") delete attributes[attribute.key];
    else attributes[attribute.key] = next;
    // A model of another make means nothing.
    for (const other of category?.attributes ?? []) {
      if (other.depends_on === attribute.key && next !== value) delete attributes[other.key];
    }
    set({ attributes });
  };
  const note = attribute.required ? undefined : t("optional");
  const field = { id, label: attribute.name, note, error };
  const text = typeof value === "string" ? value : "";

  switch (attribute.kind) {
    case "text":
      return (
        <Field {...field}>
          <Input {...describedBy(id, "", error)} value={text} onChange={(event) => change(event.target.value)} />
        </Field>
      );
    case "number":
    case "integer":
    case "year":
      return (
        <Field {...field}>
          <span className="relative block">
            <Input
              {...describedBy(id, "", error)}
              inputMode={attribute.kind === "number" ? "decimal" : "numeric"}
              autoComplete="off"
              value={text}
              onChange={(event) => change(event.target.value)}
              className={attribute.unit ? "pr-16" : undefined}
            />
            {attribute.unit && (
              <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-quiet">
                {attribute.unit}
              </span>
            )}
          </span>
        </Field>
      );
    case "date":
      return (
        <Field {...field}>
          <Input
            {...describedBy(id, "", error)}
            type="date"
            value={text}
            onChange={(event) => change(event.target.value)}
          />
        </Field>
      );
    case "boolean":
      return (
        <Checkbox
          id={id}
          label={attribute.name}
          checked={value === true}
          onChange={(event) => change(event.target.checked || undefined)}
        />
      );
    case "choices": {
      const chosen = Array.isArray(value) ? value : [];
      return (
        <Options id={id} legend={attribute.name} note={note} error={error}>
          {(attribute.options ?? []).map((option) => (
            <Option
              key={option.key}
              kind="checkbox"
              name={id}
              label={option.name}
              checked={chosen.includes(option.key)}
              onChange={(on) => change(on ? [...chosen, option.key] : chosen.filter((key) => key !== option.key))}
            />
          ))}
        </Options>
      );
    }
    case "model":
    case "choice":
    case "colour":
    case "size":
    case "make": {
      const options = attribute.kind === "model" ? modelsOf(attribute, form) : (attribute.options ?? []);
      const make = attribute.depends_on ? form.attributes[attribute.depends_on] : "";
      if (attribute.kind === "model" && make && options.length === 0) return null;
      if ((options.length <= SHOWN_MAX && attribute.kind !== "model") || attribute.kind === "colour") {
        return (
          <Options id={id} legend={attribute.name} note={note} error={error}>
            {options.map((option) => (
              <Option
                key={option.key}
                kind="radio"
                name={id}
                label={option.name}
                hex={option.hex ?? undefined}
                checked={value === option.key}
                onChange={() => change(option.key)}
                onClear={attribute.required ? undefined : () => change(undefined)}
              />
            ))}
          </Options>
        );
      }
      return (
        <Field {...field}>
          <Select
            {...describedBy(id, "", error)}
            value={text}
            disabled={attribute.kind === "model" && !make}
            onChange={(event) => change(event.target.value)}
          >
            <option value="">{attribute.kind === "model" && !make ? t("makeFirst") : t("choose")}</option>
            {options.map((option) => (
              <option key={option.key} value={option.key}>
                {option.name}
              </option>
            ))}
          </Select>
        </Field>
      );
    }
  }
}

/** A set of choices that are all in view. */
export function Options(props: {
  id: string;
  legend: string;
  note?: string;
  help?: string;
  error?: string;
  children: React.ReactNode;
}) {
  const { id, legend, note, help, error, children } = props;
  return (
    <fieldset
      id={id}
      tabIndex={-1}
      aria-describedby={[error ? `${id}-error` : "", help ? `${id}-help` : ""].filter(Boolean).join(" ") || undefined}
      className="min-w-0 focus:outline-none"
    >
      <legend className="text-sm font-[550]">
        {legend}
        {note && <span className="ml-1 font-normal text-quiet">{note}</span>}
      </legend>
      <div className="mt-2 flex flex-wrap gap-2">{children}</div>
      {error && (
        <p id={`${id}-error`} className="mt-1 flex items-start gap-1 text-sm text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {error}
        </p>
      )}
      {help && (
        <p id={`${id}-help`} className="mt-1 text-sm text-quiet">
          {help}
        </p>
      )}
    </fieldset>
  );
}

/** A choice as large as a finger: the control is there for the keyboard and for screen readers. */
export function Option(props: {
  kind: "radio" | "checkbox";
  name: string;
  label: string;
  hex?: string;
  checked: boolean;
  onChange: (on: boolean) => void;
  /** A second press takes an optional choice back. */
  onClear?: () => void;
}) {
  const { kind, name, label, hex, checked, onChange, onClear } = props;
  return (
    <label
      className={clsx(
        "inline-flex min-h-11 cursor-pointer items-center gap-2 rounded-control border px-3 text-base select-none",
        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
        checked ? "border-accent bg-accent-soft text-accent" : "border-control bg-bg text-ink hover:bg-surface",
      )}
    >
      <input
        type={kind}
        name={name}
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        onClick={() => checked && kind === "radio" && onClear?.()}
        className="sr-only"
      />
      {hex && (
        <span aria-hidden style={{ backgroundColor: hex }} className="size-5 rounded-full border border-control" />
      )}
      {label}
    </label>
  );
}
