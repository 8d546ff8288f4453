"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { Category } from "@svetu/api-client/types";
import { Button } from "@svetu/ui/button";
import { describedBy, Field, Input, Textarea } from "@svetu/ui/field";
import { toast } from "@svetu/ui/toast";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/api/browser";
import { NameFields } from "./name-fields";
import { changedNames, LANGUAGES, type Names } from "./names";

const TERM_DAYS_MAX = 365;

type Errors = Partial<Record<keyof Names | "term" | "words" | "form", string>>;

/** Sends a merge patch of what changed, so that two operators do not undo each other's work. */
export function CategoryForm({ category, names: given }: { category: Category; names: Names }) {
  const t = useTranslations("staff.categories");
  const router = useRouter();
  const givenWords = category.forbidden_words ?? [];
  const [names, setNames] = useState(given);
  const [term, setTerm] = useState(String(category.term_days));
  const [words, setWords] = useState(givenWords.join("\n"));
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Errors>({});

  const save = async () => {
    const found: Errors = {};
    for (const language of LANGUAGES) if (!names[language].trim()) found[language] = t("nameMissing");
    const days = Number(term);
    if (!Number.isInteger(days) || days < 1 || days > TERM_DAYS_MAX)
      found.term = t("termWrong", { max: TERM_DAYS_MAX });
    setErrors(found);
    if (Object.keys(found).length > 0) return;
    const lines = words
      .split("\n")
      .map((line) => line.trim().toLowerCase())
      .filter(Boolean);
    const patch = {
      names: changedNames(given, names),
      term_days: days === category.term_days ? undefined : days,
      forbidden_words: lines.join("\n") === givenWords.join("\n") ? undefined : lines,
    };
    if (Object.values(patch).every((value) => value === undefined)) {
      toast(t("unchanged"));
      return;
    }
    setBusy(true);
    try {
      await api("PATCH", `/marketplace/categories/${encodeURIComponent(category.id)}`, { body: patch });
      toast(t("saved"));
      router.refresh();
    } catch (error) {
      const problem = error instanceof ApiError && error.status >= 400 && error.status < 500 ? error : undefined;
      const fields: Errors = {
        sr: problem?.field("names/sr"),
        ru: problem?.field("names/ru"),
        en: problem?.field("names/en"),
        term: problem?.field("term_days"),
        words: problem?.field("forbidden_words"),
      };
      const named = Object.values(fields).some(Boolean);
      setErrors(named ? fields : { form: problem?.message ?? t("failed") });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      noValidate
      className="mt-6 flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
    >
      <fieldset>
        <legend className="mb-2 text-lg font-[650]">{t("names")}</legend>
        <NameFields id="category-name" value={names} errors={errors} onChange={setNames} />
        <p className="mt-2 text-sm text-quiet">{t("cyrillic")}</p>
      </fieldset>
      <Field id="term" label={t("termLabel")} help={t("termHelp")} error={errors.term} className="max-w-xs">
        <Input
          {...describedBy("term", t("termHelp"), errors.term)}
          inputMode="numeric"
          value={term}
          maxLength={3}
          onChange={(event) => setTerm(event.target.value)}
        />
      </Field>
      <Field id="words" label={t("words")} help={t("wordsHelp")} error={errors.words} className="max-w-xl">
        <Textarea
          {...describedBy("words", t("wordsHelp"), errors.words)}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </Field>
      {errors.form && (
        <p role="alert" className="text-sm text-danger">
          {errors.form}
        </p>
      )}
      <div>
        <Button type="submit" busy={busy}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
