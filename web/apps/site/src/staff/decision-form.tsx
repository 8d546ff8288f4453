"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { Listing, ModerationRule } from "@svetu/api-client/types";
import { Button } from "@svetu/ui/button";
import { Dialog } from "@svetu/ui/dialog";
import { describedBy, Field, Select, Textarea } from "@svetu/ui/field";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "@/api/browser";

export type Decision = "approve" | "refuse" | "remove";

export const decide = async (id: string, decision: Decision, rule?: string, note?: string) =>
  (
    await api<Listing>("POST", `/moderation/listings/${id}/decision`, {
      body: { decision, rule: rule || undefined, note: note?.trim() || undefined },
    })
  ).data;

const NOTE_MAX = 2000;

export interface DecisionFormProps {
  listing: { id: string; title: string };
  decision: "refuse" | "remove";
  rules: ModerationRule[];
  /** The rule that the machine or a report points at. */
  suggested?: string;
  onDone: (listing: Listing) => void;
  onClose: () => void;
}

/** A decision against an ad names its rule; the seller reads both the rule and the note. */
export function DecisionForm({ listing, decision, rules, suggested, onDone, onClose }: DecisionFormProps) {
  const t = useTranslations("staff.decision");
  const [rule, setRule] = useState(rules.some(({ id }) => id === suggested) ? (suggested ?? "") : "");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<{ rule?: string; note?: string; form?: string }>({});

  const send = async () => {
    if (!rule) {
      setErrors({ rule: t("chooseRule") });
      document.getElementById("decision-rule")?.focus();
      return;
    }
    setBusy(true);
    try {
      onDone(await decide(listing.id, decision, rule, note));
    } catch (error) {
      const problem = error instanceof ApiError ? error : undefined;
      const fields = { rule: problem?.field("rule"), note: problem?.field("note") };
      const known = problem && problem.status >= 400 && problem.status < 500;
      setErrors(fields.rule || fields.note ? fields : { form: known ? problem.message : t("failed") });
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      shape="sheet"
      title={decision === "refuse" ? t("refuseTitle") : t("removeTitle")}
      closeLabel={t("close")}
      onClose={onClose}
      footer={
        <>
          <Button variant="danger" busy={busy} onClick={() => void send()}>
            {decision === "refuse" ? t("refuse") : t("remove")}
          </Button>
          <Button variant="secondary" onClick={onClose}>
            {t("cancel")}
          </Button>
        </>
      }
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void send();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          if (!busy) void send();
        }}
      >
        <p className="text-base">{listing.title}</p>
        <Field id="decision-rule" label={t("rule")} help={t("ruleHelp")} error={errors.rule}>
          <Select
            {...describedBy("decision-rule", t("ruleHelp"), errors.rule)}
            value={rule}
            onChange={(event) => {
              setRule(event.target.value);
              setErrors({});
            }}
          >
            <option value="">{t("noRule")}</option>
            {rules.map(({ id, text }) => (
              <option key={id} value={id}>
                {text}
              </option>
            ))}
          </Select>
        </Field>
        <Field id="decision-note" label={t("note")} note={t("optional")} help={t("noteHelp")} error={errors.note}>
          <Textarea
            {...describedBy("decision-note", t("noteHelp"), errors.note)}
            value={note}
            maxLength={NOTE_MAX}
            onChange={(event) => setNote(event.target.value)}
          />
        </Field>
        {errors.form && (
          <p role="alert" className="text-sm text-danger">
            {errors.form}
          </p>
        )}
      </form>
    </Dialog>
  );
}
