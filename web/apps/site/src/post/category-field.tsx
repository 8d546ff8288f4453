"use client";

import type { CategoryGuess } from "@svetu/api-client/types";
import { buttonClass } from "@svetu/ui/button";
import { chipClass } from "@svetu/ui/chip";
import { CircleAlert, LayoutList } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useEffect, useRef, useState } from "react";
import { idOf, useWizard } from "./context";
import { useRead } from "./use-read";

const Picker = dynamic(() => import("./category-picker"), { ssr: false });

const PAUSE_MS = 350;
const LETTERS_MIN = 3;
const OTHERS_SHOWN = 3;

/** The category: guessed from the title until somebody chooses. */
export function CategoryField() {
  const t = useTranslations("post");
  const locale = useLocale();
  const { form, set, category, faults } = useWizard();
  const [picking, setPicking] = useState(false);
  /** The category that was guessed; one that a person chose is never replaced. */
  const guessed = useRef("");
  const title = form.title.trim();
  const query = new URLSearchParams({ title, lang: locale });
  const open = form.category === "" || form.category === guessed.current;
  const answer = useRead<{ items: CategoryGuess[] }>(
    open && title.length >= LETTERS_MIN ? `/marketplace/categories/guess?${query}` : null,
    PAUSE_MS,
  );
  const guesses = answer?.items ?? [];
  const best = guesses[0];

  useEffect(() => {
    if (!best || !open || best.category_id === form.category) return;
    guessed.current = best.category_id;
    set({ category: best.category_id });
  }, [best, open, form.category, set]);

  const choose = (id: string) => {
    guessed.current = "";
    set({ category: id });
  };
  const names = category?.path.map(({ name }) => name) ?? best?.path_names;
  const others = guesses.filter(({ category_id }) => category_id !== form.category).slice(0, OTHERS_SHOWN);
  const fault = faults.get("/category");
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-[550]">{t("category.label")}</legend>
      <button
        type="button"
        id={idOf("/category")}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault ? `${idOf("/category")}-error` : undefined}
        onClick={() => setPicking(true)}
        className={buttonClass("secondary", "normal", "w-full justify-between text-left whitespace-normal")}
      >
        <span className="min-w-0 grow py-1 text-base font-normal">
          {form.category && names ? (
            <>
              <span className="block text-xs text-quiet">{names.slice(0, -1).join(" › ")}</span>
              {names.at(-1)}
            </>
          ) : (
            t("category.choose")
          )}
        </span>
        <LayoutList aria-hidden className="size-5 shrink-0 text-quiet" />
      </button>
      {fault && (
        <p id={`${idOf("/category")}-error`} className="flex items-start gap-1 text-sm text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {fault}
        </p>
      )}
      <p role="status" className="text-sm text-quiet">
        {form.category && form.category === guessed.current ? t("category.guessed") : null}
      </p>
      {open && others.length > 0 && (
        <ul className="flex flex-wrap items-center gap-2" aria-label={t("category.others")}>
          <li aria-hidden className="text-sm text-quiet">
            {t("category.others")}
          </li>
          {others.map(({ category_id, path_names }) => (
            <li key={category_id}>
              <button type="button" onClick={() => choose(category_id)} className={chipClass(false)}>
                {path_names.at(-1)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {picking && (
        <Picker
          current={form.category}
          onClose={() => setPicking(false)}
          onChoose={(id) => {
            setPicking(false);
            choose(id);
          }}
        />
      )}
    </fieldset>
  );
}
