"use client";

import type { Page } from "@svetu/api-client/types";
import { useState } from "react";
import { api } from "@/api/browser";

/** A list that grows by pages and loses what is dealt with. */
export function usePages<T extends { id: string }>(path: string, first: Page<T>) {
  const [items, setItems] = useState(first.items);
  const [cursor, setCursor] = useState(first.cursor ?? null);
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const more = async () => {
    if (!cursor || state === "busy") return;
    setState("busy");
    try {
      const { data } = await api<Page<T>>("GET", path, { query: { cursor } });
      setItems((all) => [...all, ...data.items.filter((next) => !all.some(({ id }) => id === next.id))]);
      setCursor(data.cursor ?? null);
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  const remove = (gone: (item: T) => boolean) => setItems((all) => all.filter((item) => !gone(item)));
  return { items, remove, more, hasMore: cursor !== null, state };
}
