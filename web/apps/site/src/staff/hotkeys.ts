"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

const STORED = "staff-hotkeys";
const CHANGED = "svetu:staff-hotkeys";

/** Keys without a modifier do something only while nobody types and no dialog is open. */
export function useHotkeys(keys: Record<string, () => void>, enabled: boolean) {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const target = event.target as HTMLElement | null;
      if (target?.closest("input, textarea, select, [contenteditable], dialog")) return;
      if (document.querySelector("dialog[open]")) return;
      const act = latest.current[event.key.toLowerCase()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [enabled]);
}

function subscribe(changed: () => void) {
  window.addEventListener(CHANGED, changed);
  return () => window.removeEventListener(CHANGED, changed);
}

/** Whether this person wants single keys to act (WCAG 2.1.4: it must be possible to turn them off). */
export function useHotkeysWanted(): [boolean, (wanted: boolean) => void] {
  const wanted = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(STORED) !== "off",
    () => true,
  );
  const choose = (next: boolean) => {
    localStorage.setItem(STORED, next ? "on" : "off");
    window.dispatchEvent(new Event(CHANGED));
  };
  return [wanted, choose];
}
