import { useEffect, useState } from "react";
import { api } from "@/api/browser";

/** Reads a path of the API again whenever it changes, after a pause; `null` reads nothing. */
export function useRead<T>(path: string | null, pauseMs = 0): T | null {
  const [answer, setAnswer] = useState<{ path: string; data: T | null } | null>(null);
  useEffect(() => {
    if (!path) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      api<T | undefined>("GET", path, { signal: abort.signal }).then(
        ({ data }) => setAnswer({ path, data: data ?? null }),
        () => undefined,
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [path, pauseMs]);
  return answer && answer.path === path ? answer.data : null;
}
