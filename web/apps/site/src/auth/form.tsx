"use client";

import { Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { Checkbox, describedBy, Field, Input, Select, Textarea } from "@svetu/ui/field";
import { CircleAlert } from "lucide-react";
import { type ReactNode, startTransition, useActionState, useEffect, useRef, useState } from "react";
import { useNewer } from "./newer";
import { PasswordInput } from "./password-input";
import { type FormState, untouched } from "./state";

export interface FormField {
  name: string;
  label: string;
  kind: "text" | "email" | "code" | "password" | "checkbox" | "select" | "textarea";
  options?: { value: string; text: string; lang?: string }[];
  optional?: boolean;
  autoComplete?: string;
  help?: ReactNode;
  /** Put into the field, or tick it, before anything is typed. */
  initial?: string;
  minLength?: number;
  maxLength?: number;
}

export interface ActionFormProps {
  action: (state: FormState, form: FormData) => Promise<FormState>;
  hidden: Record<string, string>;
  fields: FormField[];
  submit: string;
  labels: { summary: string; show: string; hide: string };
  /** Stands above the fields. */
  before?: ReactNode;
  /** Stands in the form's place when it is done. */
  done?: ReactNode | ((state: FormState) => ReactNode);
  /** Stands above the form when it is done. */
  saved?: ReactNode;
  variant?: "primary" | "secondary" | "danger";
  /** Tells forms of one page apart. */
  prefix?: string;
}

/** A form that the server answers with or without script: faults beside their fields and in a summary. */
export function ActionForm(props: ActionFormProps) {
  const { action, hidden, fields, submit, labels, before, done, saved, variant, prefix = "" } = props;
  const [state, send, busy] = useActionState(action, untouched);
  const summary = useRef<HTMLDivElement>(null);
  // A sent form is emptied of its passwords: what was sent is sent again with the work that was asked for.
  const { ref, sent, onSubmit } = useNewer();
  const [working, setWorking] = useState(false);
  const faults = fields.filter(({ name }) => state.errors[name]);
  const wrong = !working && (faults.length > 0 || state.message !== undefined);
  const id = (name: string) => `${prefix}${name}`;

  const replaced = Boolean(state.done && done);
  useEffect(() => {
    if (wrong || replaced) summary.current?.focus();
  }, [state, wrong, replaced]);

  useEffect(() => {
    if (state.leave) window.location.assign(state.leave);
  }, [state.leave]);

  useEffect(() => {
    const form = sent.current;
    if (!state.challenge || !form || form.has("work")) return;
    setWorking(true);
    const work = async (challenge: NonNullable<FormState["challenge"]>) => {
      const { solve } = await import("@/work/solve");
      const work = await solve(challenge);
      setWorking(false);
      if (!work) return;
      form.set("work", work);
      startTransition(() => send(form));
    };
    void work(state.challenge);
  }, [state.challenge, send, sent]);

  if (replaced) {
    return (
      <div ref={summary} tabIndex={-1} className="focus:outline-none">
        {typeof done === "function" ? done(state) : done}
      </div>
    );
  }
  return (
    <form ref={ref} action={send} onSubmit={onSubmit} noValidate className="flex flex-col gap-5">
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {wrong && (
        <div ref={summary} tabIndex={-1} role="alert" className="rounded-card focus:outline-none">
          <Notice tone="danger" title={state.message ?? labels.summary}>
            {faults.length > 0 && (
              <ul className="mt-1">
                {faults.map(({ name, label }) => (
                  <li key={name}>
                    <a href={`#${id(name)}`} className="inline-block min-h-6 underline">
                      {label}: {state.errors[name]}
                    </a>
                  </li>
                ))}
              </ul>
            )}
          </Notice>
        </div>
      )}
      {state.done && saved && (
        <Notice tone="good" role="status">
          {saved}
        </Notice>
      )}
      {before}
      {fields.map(({ name, label, kind, help, initial, options, optional, ...rest }) => {
        const error = state.errors[name];
        const typed = state.values[name] ?? initial ?? "";
        if (kind === "checkbox") {
          return (
            <div key={name}>
              <Checkbox
                {...describedBy(id(name), help, error)}
                name={name}
                label={label}
                defaultChecked={typed !== ""}
              />
              {help && (
                <p id={`${id(name)}-help`} className="ml-8 text-sm text-quiet">
                  {help}
                </p>
              )}
              {error && (
                <p id={`${id(name)}-error`} className="mt-1 ml-8 flex items-start gap-1 text-sm text-danger">
                  <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
                  {error}
                </p>
              )}
            </div>
          );
        }
        const shared = { ...describedBy(id(name), help, error), ...rest, name, required: !optional };
        return (
          <Field key={name} id={id(name)} label={label} help={help} error={error}>
            {kind === "password" ? (
              <PasswordInput {...shared} show={labels.show} hide={labels.hide} />
            ) : kind === "textarea" ? (
              <Textarea {...shared} defaultValue={typed} />
            ) : kind === "select" ? (
              <Select {...shared} key={typed} defaultValue={typed}>
                {options?.map(({ value, text, lang }) => (
                  <option key={value} value={value} lang={lang}>
                    {text}
                  </option>
                ))}
              </Select>
            ) : (
              <Input
                {...shared}
                type={kind === "code" ? "text" : kind}
                inputMode={kind === "email" ? "email" : kind === "code" ? "numeric" : undefined}
                autoCapitalize={kind === "text" ? undefined : "none"}
                spellCheck={false}
                defaultValue={typed}
              />
            )}
          </Field>
        );
      })}
      <Button
        type="submit"
        size="large"
        variant={variant}
        busy={busy || working}
        className="w-full sm:w-auto sm:self-start"
      >
        {submit}
      </Button>
    </form>
  );
}
