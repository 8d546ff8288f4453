"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { ListingAppeal } from "@svetu/api-client/types";
import { formatDateTime } from "@svetu/i18n/format";
import type { Locale } from "@svetu/i18n/locales";
import { Badge, Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { describedBy, Field, Textarea } from "@svetu/ui/field";
import { toast } from "@svetu/ui/toast";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "@/api/browser";
import { ListingLine } from "./listing-line";

export type Verdict = "uphold" | "reverse";

export interface AppealProps {
  locale: Locale;
  appeal: ListingAppeal;
  age: string;
  /** Decided here, or (without a verdict) by somebody else meanwhile. */
  onGone: (verdict?: Verdict) => void;
}

const ANSWER_MAX = 4000;

/** The decision, what the seller says against it, and the answer to both. */
export function Appeal({ locale, appeal, age, onGone }: AppealProps) {
  const t = useTranslations("staff.appeals");
  const [answer, setAnswer] = useState("");
  const [busy, setBusy] = useState<Verdict | null>(null);
  const [errors, setErrors] = useState<{ answer?: string; form?: string }>({});
  const { listing, decision } = appeal;
  const field = `answer-${appeal.id}`;

  const send = async (verdict: Verdict) => {
    if (!answer.trim()) {
      setErrors({ answer: t("answerMissing") });
      document.getElementById(field)?.focus();
      return;
    }
    setBusy(verdict);
    try {
      await api("POST", `/moderation/appeals/${appeal.id}/decision`, { body: { verdict, answer: answer.trim() } });
      onGone(verdict);
    } catch (error) {
      setBusy(null);
      const problem = error instanceof ApiError && error.status >= 400 && error.status < 500 ? error : undefined;
      if (problem?.code === "moderation.decided_already" || problem?.status === 404) {
        toast(problem.message, "danger");
        onGone();
        return;
      }
      const wrong = problem?.field("answer");
      setErrors(wrong ? { answer: wrong } : { form: problem?.message ?? t("failed") });
    }
  };

  return (
    <article className="grid gap-4 lg:grid-cols-2 lg:gap-8">
      <div className="min-w-0">
        <ListingLine locale={locale} listing={{ ...listing, picture: listing.pictures[0] ?? null }} />
        <h2 className="mt-4 text-base">
          {t("decision")} {appeal.own_decision && <Badge tone="warning">{t("own")}</Badge>}
        </h2>
        <p className="measure mt-1 text-base">{decision.rule_text}</p>
        {decision.facts && <p className="measure mt-1 text-base whitespace-pre-line">{decision.facts}</p>}
        <p className="mt-1 text-sm text-quiet">
          {decision.automated ? t("byMachine") : t("byPerson")} · {formatDateTime(locale, decision.decided_at)}
        </p>
        <h2 className="mt-4 text-base">
          {t("text")} <span className="text-sm font-normal text-quiet">{age}</span>
        </h2>
        <p className="measure mt-1 text-base whitespace-pre-line">{appeal.text}</p>
      </div>
      <form
        noValidate
        onSubmit={(event) => event.preventDefault()}
        className="flex min-w-0 flex-col gap-3"
        aria-label={`${t("verdict")}: ${listing.title}`}
      >
        {appeal.own_decision && (
          <Notice tone="warning" title={t("ownTitle")}>
            {t("ownText")}
          </Notice>
        )}
        <Field id={field} label={t("answer")} help={t("answerHelp")} error={errors.answer}>
          <Textarea
            {...describedBy(field, t("answerHelp"), errors.answer)}
            value={answer}
            maxLength={ANSWER_MAX}
            onChange={(event) => {
              setAnswer(event.target.value);
              setErrors({});
            }}
          />
        </Field>
        {errors.form && (
          <p role="alert" className="text-sm text-danger">
            {errors.form}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          <Button busy={busy === "reverse"} disabled={busy === "uphold"} onClick={() => void send("reverse")}>
            {t("reverse")}
          </Button>
          <Button
            variant="secondary"
            busy={busy === "uphold"}
            disabled={busy === "reverse"}
            onClick={() => void send("uphold")}
          >
            {t("uphold")}
          </Button>
        </div>
      </form>
    </article>
  );
}
