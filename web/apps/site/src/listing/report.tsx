"use client";

import { ApiError } from "@svetu/api-client/problem";
import { Button } from "@svetu/ui/button";
import { Dialog } from "@svetu/ui/dialog";
import { Checkbox, describedBy, Field, Textarea } from "@svetu/ui/field";
import { toast } from "@svetu/ui/toast";
import { useState } from "react";
import { api } from "@/api/browser";

export interface ReportLabels {
  title: string;
  close: string;
  reason: string;
  reasons: { value: string; text: string }[];
  text: string;
  help: string;
  send: string;
  sent: string;
  choose: string;
  limited: string;
  failed: string;
}

const TEXT_MAX = 1000;

export default function Report({ id, labels, onClose }: { id: string; labels: ReportLabels; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const send = async () => {
    if (!reason) {
      setError(labels.choose);
      return;
    }
    setBusy(true);
    try {
      await api("POST", `/marketplace/listings/${id}/report`, { body: { reason, text } });
      toast(labels.sent);
      onClose();
    } catch (problem) {
      setError(problem instanceof ApiError && problem.status === 429 ? labels.limited : labels.failed);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      shape="sheet"
      title={labels.title}
      closeLabel={labels.close}
      onClose={onClose}
      footer={
        <Button busy={busy} onClick={() => void send()}>
          {labels.send}
        </Button>
      }
    >
      <form onSubmit={(event) => event.preventDefault()} className="flex flex-col gap-4">
        <fieldset>
          <legend className="text-sm font-[550]">{labels.reason}</legend>
          {labels.reasons.map(({ value, text: name }) => (
            <Checkbox
              key={value}
              kind="radio"
              name="reason"
              value={value}
              checked={reason === value}
              onChange={() => {
                setReason(value);
                setError("");
              }}
              label={name}
            />
          ))}
        </fieldset>
        <Field id="report-text" label={labels.text} help={labels.help}>
          <Textarea
            {...describedBy("report-text", labels.help, "")}
            value={text}
            maxLength={TEXT_MAX}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        {error && (
          <p role="alert" className="text-sm text-danger">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
