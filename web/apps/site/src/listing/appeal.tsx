"use client";

import { Button } from "@svetu/ui/button";
import { describedBy, Field, Textarea } from "@svetu/ui/field";
import { toast } from "@svetu/ui/toast";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { api } from "@/api/browser";
import { explain } from "./explain";

export interface AppealLabels {
  text: string;
  send: string;
  sent: string;
  empty: string;
  failed: string;
}

const TEXT_MAX = 4000;

export default function Appeal({ id, help, labels }: { id: string; help: string; labels: AppealLabels }) {
  const router = useRouter();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) {
      setError(labels.empty);
      document.getElementById("appeal")?.focus();
      return;
    }
    setBusy(true);
    setError("");
    try {
      await api("POST", `/marketplace/listings/${id}/appeal`, { body: { text: text.trim() } });
      toast(labels.sent);
      router.refresh();
    } catch (problem) {
      setError(explain(problem, labels.failed));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="flex flex-col items-start gap-3">
      <Field id="appeal" label={labels.text} help={help} error={error} className="w-full">
        <Textarea
          {...describedBy("appeal", help, error)}
          value={text}
          maxLength={TEXT_MAX}
          required
          onChange={(event) => setText(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="secondary" busy={busy}>
        {labels.send}
      </Button>
    </form>
  );
}
