"use client";

import type { Place } from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import { controlClass } from "@svetu/ui/field";
import clsx from "clsx";
import { MapPin, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { api } from "@/api/browser";

export interface PlaceInputLabels {
  label: string;
  placeholder: string;
  clear: string;
  none: string;
}

const PAUSE_MS = 150;

/** A field that completes names of places in either script. */
export function PlaceInput(props: {
  locale: Locale;
  labels: PlaceInputLabels;
  value: string;
  onChoose: (place: Place | null) => void;
  id?: string;
  describedBy?: string;
  invalid?: boolean;
}) {
  const { locale, labels, value, onChoose } = props;
  const list = useId();
  const [text, setText] = useState(value);
  const [typing, setTyping] = useState(false);
  const [items, setItems] = useState<Place[] | null>(null);
  const [active, setActive] = useState(0);

  useEffect(() => {
    setText(value);
    setTyping(false);
  }, [value]);

  useEffect(() => {
    if (!typing || text.trim().length < 2) {
      setItems(null);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api<{ items: Place[] }>("GET", "/marketplace/places", {
        query: { q: text.trim(), limit: 8, lang: locale },
        signal: abort.signal,
      }).then(
        ({ data }) => {
          setItems(data.items);
          setActive(0);
        },
        () => setItems(null),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, typing, locale]);

  const choose = (place: Place) => {
    setText(place.name);
    setTyping(false);
    onChoose(place);
  };
  const shown = typing && items !== null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (!shown) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setActive((now) => Math.min(items.length - 1, Math.max(0, now + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter") {
      event.preventDefault();
      const place = items[active];
      if (place) choose(place);
    } else if (event.key === "Escape") setTyping(false);
  };

  return (
    <div className="relative">
      <MapPin aria-hidden className="pointer-events-none absolute top-3 left-3 size-5 text-quiet" />
      <input
        id={props.id}
        type="text"
        role="combobox"
        aria-label={props.id ? undefined : labels.label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && items.length > 0 ? `${list}-${active}` : undefined}
        autoComplete="off"
        placeholder={labels.placeholder}
        value={text}
        onChange={(event) => {
          event.stopPropagation();
          setText(event.target.value);
          setTyping(true);
        }}
        onBlur={() => {
          setTyping(false);
          setText(value);
        }}
        onKeyDown={onKeyDown}
        className={clsx(controlClass, "pr-10 pl-10")}
      />
      {value && (
        <button
          type="button"
          aria-label={labels.clear}
          onClick={() => {
            setText("");
            onChoose(null);
          }}
          className="absolute top-1 right-1 grid size-9 place-items-center text-quiet hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
      <ul
        id={list}
        role="listbox"
        aria-label={labels.label}
        hidden={!shown}
        className="absolute inset-x-0 top-full z-40 mt-1 overflow-hidden rounded-card border border-line bg-raised py-1 shadow-raised"
      >
        {items?.map((place, i) => (
          <li
            key={place.id}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === active}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(place);
            }}
            className={clsx(
              "flex min-h-11 cursor-pointer flex-col justify-center px-4 py-1",
              i === active && "bg-surface",
            )}
          >
            {place.name}
            {place.parent_name && <span className="text-xs text-quiet">{place.parent_name}</span>}
          </li>
        ))}
        {items?.length === 0 && <li className="px-4 py-2 text-sm text-quiet">{labels.none}</li>}
      </ul>
    </div>
  );
}
