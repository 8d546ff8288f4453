import { useEffect, useState } from "react";
import { api } from "@/api/browser";

/** Reads a path of the API again whenever it changes, after a pause; `null` reads nothing. */
export function useRead<T>(path: string | null, pauseMs = 0): T | null {
  return useFirst<T>(path ? [path] : NONE, pauseMs);
}

const NONE: string[] = [];

/** The first of some paths that has an answer with a body. */
export function useFirst<T>(paths: string[], pauseMs = 0): T | null {
  const asked = paths.join("\n");
  const [answer, setAnswer] = useState<{ asked: string; data: T | null } | null>(null);
  useEffect(() => {
    if (!asked) return;
    const abort = new AbortController();
    const read = async () => {
      for (const path of asked.split("\n")) {
        const { data } = await api<T | undefined>("GET", path, { signal: abort.signal });
        if (data !== undefined) return setAnswer({ asked, data });
      }
      setAnswer({ asked, data: null });
    };
    const timer = setTimeout(() => void read().catch(() => undefined), pauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [asked, pauseMs]);
  return answer && answer.asked === asked ? answer.data : null;
}
