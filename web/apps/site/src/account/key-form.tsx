"use client";

import { Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { Checkbox, describedBy, Field, Input, Select } from "@svetu/ui/field";
import { useActionState, useEffect, useRef } from "react";
import { useNewer } from "@/auth/newer";
import { type FormState, untouched } from "@/auth/state";

interface Props {
  action: (state: FormState, form: FormData) => Promise<FormState>;
  locale: string;
  scopes: { value: string; text: string }[];
  days: { value: string; text: string }[];
  labels: Record<"summary" | "name" | "nameHelp" | "scopes" | "life" | "submit" | "secret", string>;
}

/** A new key: with or without script its secret comes with this one answer and is kept nowhere. */
export function KeyForm({ action, locale, scopes, days, labels }: Props) {
  const [state, send, busy] = useActionState(action, untouched);
  const { ref, onSubmit } = useNewer();
  const said = useRef<HTMLDivElement>(null);
  const wrong = state.message ?? (Object.keys(state.errors).length > 0 ? labels.summary : undefined);
  useEffect(() => {
    if (state !== untouched) said.current?.focus();
  }, [state]);
  return (
    <form ref={ref} action={send} onSubmit={onSubmit} noValidate className="flex flex-col gap-5">
      <input type="hidden" name="locale" value={locale} />
      {state.secret && (
        <div ref={said} tabIndex={-1} role="status" className="rounded-card focus:outline-none">
          <Notice tone="good" title={labels.secret}>
            <code translate="no" className="mt-1 block text-base break-all select-all">
              {state.secret}
            </code>
          </Notice>
        </div>
      )}
      {wrong && (
        <div ref={said} tabIndex={-1} role="alert" className="rounded-card focus:outline-none">
          <Notice tone="danger" title={wrong} />
        </div>
      )}
      <Field id="key-name" label={labels.name} help={labels.nameHelp} error={state.errors.name}>
        <Input
          {...describedBy("key-name", labels.nameHelp, state.errors.name)}
          name="name"
          type="text"
          required
          maxLength={60}
          defaultValue={state.values.name ?? ""}
        />
      </Field>
      <fieldset aria-describedby={state.errors.scopes ? "key-scopes-error" : undefined}>
        <legend className="mb-2 text-base font-[600]">{labels.scopes}</legend>
        <div className="flex flex-col gap-1">
          {scopes.map(({ value, text }) => (
            <Checkbox
              key={value}
              id={`key-${value.replace(":", "-")}`}
              name="scope"
              value={value}
              label={text}
              defaultChecked={state.values[value] !== undefined}
            />
          ))}
        </div>
        {state.errors.scopes && (
          <p id="key-scopes-error" className="mt-1 text-sm text-danger">
            {state.errors.scopes}
          </p>
        )}
      </fieldset>
      <Field id="key-days" label={labels.life} error={state.errors.days}>
        <Select
          {...describedBy("key-days", undefined, state.errors.days)}
          key={state.values.days}
          name="days"
          defaultValue={state.values.days ?? "90"}
        >
          {days.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </Select>
      </Field>
      <Button type="submit" size="large" busy={busy} className="w-full sm:w-auto sm:self-start">
        {labels.submit}
      </Button>
    </form>
  );
}
