import type { Category, Listing, ProblemError } from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import { useCallback, useEffect, useRef, useState } from "react";
import { emptyForm, type Form, formOf, guessLanguage, inputOf } from "./form";
import { forget, readHabits, readKept } from "./kept";
import { knownOf, nothingKnown, Sync, type SyncState } from "./sync";
import { useRead } from "./use-read";

export interface DraftOptions {
  account: string;
  locale: Locale;
  /** The ad as the server has it: a draft to go on with, or what is edited. */
  initial: Listing | null;
  /** The id of the ad that is edited; null where one is posted. */
  edited: string | null;
}

/** The form, kept in the browser at once and on the server after a pause. */
export function useDraft({ account, locale, initial, edited }: DraftOptions) {
  const [form, setForm] = useState<Form>(() => (initial ? formOf(initial, locale) : emptyForm(locale)));
  const [state, setState] = useState<SyncState>("idle");
  const [refused, setRefused] = useState<ProblemError[]>([]);
  const [resumed, setResumed] = useState<"server" | "browser" | null>(initial && !edited ? "server" : null);
  const [ready, setReady] = useState(false);
  const sync = useRef<Sync | null>(null);
  const touched = useRef(false);
  const automatic = !edited || initial?.state === "draft";

  const category = useRead<Category>(
    form.category ? `/marketplace/categories/${encodeURIComponent(form.category)}?lang=${locale}` : null,
  );

  const begin = useCallback(
    (known = initial ? knownOf(initial, locale) : nothingKnown) => {
      sync.current?.stop();
      sync.current = new Sync(known, account, locale, edited, automatic, {
        onState: setState,
        onFaults: setRefused,
        onTheirs: (changes) => setForm((now) => ({ ...now, ...changes })),
      });
    },
    [account, locale, edited, automatic, initial],
  );

  // What the browser kept is newer than the server's draft only if it was never sent; then it goes on from there.
  useEffect(() => {
    const kept = readKept(account, edited);
    const isOurs = kept && (kept.id ? kept.id === initial?.id : !edited);
    if (kept && isOurs) {
      begin(kept);
      setForm(kept.form);
      touched.current = true;
      if (!edited) setResumed("browser");
    } else {
      begin();
      if (!initial) setForm((now) => ({ ...now, ...readHabits(account) }));
    }
    setReady(true);
    const again = () => sync.current?.retry();
    window.addEventListener("online", again);
    return () => {
      window.removeEventListener("online", again);
      sync.current?.stop();
    };
  }, [account, edited, initial, begin]);

  useEffect(() => {
    if (ready && touched.current) sync.current?.want(form, inputOf(form, category?.attributes ?? null));
  }, [form, category, ready]);

  const set = useCallback(
    (changes: Partial<Form>) => {
      touched.current = true;
      setForm((now) => {
        const next = { ...now, ...changes };
        const wrote = "title" in changes || "description" in changes;
        if (wrote && !next.languageChosen) next.language = guessLanguage(`${next.title} ${next.description}`, locale);
        return next;
      });
    },
    [locale],
  );

  const restart = () => {
    forget(edited);
    touched.current = false;
    begin(nothingKnown);
    setForm({ ...emptyForm(locale), ...readHabits(account) });
    setRefused([]);
    setResumed(null);
    setState("idle");
  };

  /** Takes what the server has instead of what stands here. */
  const takeTheirs = (listing: Listing) => {
    begin(knownOf(listing, locale));
    touched.current = false;
    setForm(formOf(listing, locale));
    setState("saved");
  };

  return { form, set, category, state, refused, setRefused, resumed, ready, sync, restart, takeTheirs };
}
