"use client";

import { ApiError } from "@svetu/api-client/problem";
import { Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { describedBy, Field, Input } from "@svetu/ui/field";
import { type FormEvent, useState } from "react";
import { api } from "@/api/browser";
import { useInBrowser } from "@/browser/in-browser";
import { needsStepUp } from "@/auth/step-up";
import { type Ceremony, canPasskeys, createPasskey } from "@/auth/ceremony";

interface Props {
  /** Where the page goes on when the key is made, and where the person is proven once more. */
  done: string;
  stepUp: string;
  labels: { name: string; help: string; add: string; none: string; failed: string; script: string };
}

/** Makes a passkey in this browser. */
export function PasskeyForm({ done, stepUp, labels }: Props) {
  const able = useInBrowser(canPasskeys);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();

  async function add(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("name");
    setBusy(true);
    setFault(undefined);
    try {
      const { data } = await api<Ceremony>("POST", "/identity/me/passkeys/options");
      const credential = await createPasskey(data);
      if (credential === null) {
        setFault(labels.none);
        setBusy(false);
        return;
      }
      await api("POST", "/identity/me/passkeys", { body: { state: data.state, credential, name } });
      window.location.assign(done);
    } catch (error) {
      if (needsStepUp(error)) {
        window.location.assign(stepUp);
        return;
      }
      const said = error instanceof ApiError ? (error.errors[0]?.message ?? error.message) : undefined;
      setFault(said ?? labels.failed);
      setBusy(false);
    }
  }

  if (!able) return <p className="mt-3 text-sm text-quiet">{labels.script}</p>;
  return (
    <form onSubmit={(event) => void add(event)} className="mt-4 flex flex-col gap-4">
      {fault && (
        <Notice tone="danger" role="alert">
          {fault}
        </Notice>
      )}
      <Field id="passkey-name" label={labels.name} help={labels.help}>
        <Input
          {...describedBy("passkey-name", labels.help, undefined)}
          name="name"
          required
          maxLength={60}
          autoComplete="off"
        />
      </Field>
      <Button type="submit" variant="secondary" busy={busy} className="w-full sm:w-auto sm:self-start">
        {labels.add}
      </Button>
    </form>
  );
}
