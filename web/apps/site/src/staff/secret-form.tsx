"use client";

import { Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { useActionState, useEffect, useRef } from "react";
import { type FormState, untouched } from "@/auth/state";

interface Props {
  action: (state: FormState, form: FormData) => Promise<FormState>;
  hidden: Record<string, string>;
  submit: string;
  /** Says whose secret it is to who only hears the button. */
  of: string;
  once: string;
}

/** A button whose answer is a secret: it comes with this one answer and is kept nowhere. */
export function SecretForm({ action, hidden, submit, of, once }: Props) {
  const [state, send, busy] = useActionState(action, untouched);
  const said = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state !== untouched) said.current?.focus();
  }, [state]);
  return (
    <form action={send} noValidate className="flex flex-col items-start gap-2">
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button type="submit" variant="secondary" size="small" busy={busy}>
        {submit}
        <span lang="" className="sr-only">
          {of}
        </span>
      </Button>
      {(state.secret || state.message) && (
        <div ref={said} tabIndex={-1} role={state.secret ? "status" : "alert"} className="focus:outline-none">
          <Notice tone={state.secret ? "good" : "danger"} title={state.secret ? once : state.message}>
            {state.secret && (
              <code translate="no" className="mt-1 block break-all select-all">
                {state.secret}
              </code>
            )}
          </Notice>
        </div>
      )}
    </form>
  );
}
