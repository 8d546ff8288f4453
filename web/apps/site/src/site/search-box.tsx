"use client";

import { href, type Locale } from "@svetu/i18n/locales";
import type { Suggestion } from "@svetu/api-client/types";
import clsx from "clsx";
import { Search, X } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { api } from "@/api/browser";

export interface SearchBoxLabels {
  placeholder: string;
  search: string;
  clear: string;
  suggestions: string;
  inCategory: string;
}

const PAUSE_MS = 120;
const LETTERS_MIN = 2;

/** The search field with suggestions: a form that works without script, a combobox with it. */
export function SearchBox({ locale, labels, large }: { locale: Locale; labels: SearchBoxLabels; large?: boolean }) {
  const router = useRouter();
  const params = useSearchParams();
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  const asked = params.get("q") ?? "";
  const [text, setText] = useState(asked);
  const [items, setItems] = useState<Suggestion[]>([]);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);

  useEffect(() => setText(asked), [asked]);

  useEffect(() => {
    const query = text.trim();
    if (!open || query.length < LETTERS_MIN) {
      setItems([]);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api<{ items: Suggestion[] }>("GET", "/marketplace/search/suggest", {
        query: { q: query, lang: locale },
        signal: abort.signal,
      }).then(
        ({ data }) => {
          setItems(data.items.slice(0, 10));
          setActive(-1);
        },
        () => setItems([]),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, open, locale]);

  const go = (suggestion?: Suggestion) => {
    const query = new URLSearchParams();
    const words = (suggestion?.text ?? text).trim();
    setOpen(false);
    input.current?.blur();
    if (words && suggestion?.kind !== "category") query.set("q", words);
    if (suggestion?.category) query.set("category", suggestion.category.id);
    setText(words);
    router.push(href(locale, `/search${query.size > 0 ? `?${query}` : ""}`));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (items.length === 0) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((now) => ((now + 1 + step + items.length + 1) % (items.length + 1)) - 1);
    } else if (event.key === "Escape") {
      setOpen(false);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      go(items[active]);
    }
  };

  const shown = open && items.length > 0;
  return (
    <form
      role="search"
      action={href(locale, "/search")}
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
      className="relative w-full"
    >
      <Search
        aria-hidden
        className={clsx("pointer-events-none absolute left-3 size-5 text-quiet", large ? "top-[18px]" : "top-3")}
      />
      <input
        ref={input}
        type="search"
        name="q"
        value={text}
        maxLength={200}
        placeholder={labels.placeholder}
        aria-label={labels.search}
        autoComplete="off"
        enterKeyHint="search"
        role="combobox"
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${list}-${active}` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        className={clsx(
          "w-full rounded-control border border-control bg-bg pl-11 text-base placeholder:text-quiet hover:border-ink",
          large ? "h-14 pr-32" : "h-11 pr-11",
        )}
      />
      {text && (
        <button
          type="button"
          aria-label={labels.clear}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            setText("");
            input.current?.focus();
          }}
          className={clsx(
            "absolute grid size-9 place-items-center rounded-control text-quiet hover:text-ink",
            large ? "top-2.5 right-24" : "top-1 right-1",
          )}
        >
          <X aria-hidden className="size-5" />
        </button>
      )}
      {large && (
        <button
          type="submit"
          className="absolute top-1.5 right-1.5 h-11 rounded-control bg-accent px-4 font-[550] text-on-accent hover:brightness-110"
        >
          {labels.search}
        </button>
      )}
      <ul
        id={list}
        role="listbox"
        aria-label={labels.suggestions}
        hidden={!shown}
        className="absolute inset-x-0 top-full z-40 mt-1 overflow-hidden rounded-card border border-line bg-raised py-1 shadow-raised"
      >
        {items.map((item, i) => (
          <li
            key={`${item.kind}:${item.text}:${item.category?.id ?? ""}`}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => go(item)}
            className={clsx(
              "flex min-h-11 cursor-pointer items-center gap-3 px-4 py-2 text-base",
              i === active ? "bg-surface" : "hover:bg-surface",
            )}
          >
            <Search aria-hidden className="size-4 shrink-0 text-quiet" />
            <span className="min-w-0 truncate">
              {item.text}
              {item.category && item.kind !== "category" && (
                <span className="text-quiet">
                  {" "}
                  {labels.inCategory} {item.category.name}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </form>
  );
}
