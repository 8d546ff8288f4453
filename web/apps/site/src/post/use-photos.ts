import { ApiError } from "@svetu/api-client/problem";
import type { Picture } from "@svetu/api-client/types";
import { useEffect, useRef, useState } from "react";
import { upload } from "./upload";

export const PHOTOS_MAX = 20;
const AT_ONCE = 2;

/** A photo that is there, on its way, or did not arrive. */
export interface Tile {
  key: string;
  picture: Picture | null;
  /** What the browser shows until the server has it. */
  url: string | null;
  /** From 0 to 1. */
  progress: number;
  /** What the server said, or "" where there was no answer. */
  error: string | null;
}

const tileOf = (picture: Picture): Tile => ({ key: picture.id, picture, url: null, progress: 1, error: null });

/** Photos that go up two at a time while the rest of the form is filled in. */
export function usePhotos(media: Picture[], onChange: (media: Picture[]) => void) {
  const [tiles, setTiles] = useState<Tile[]>(() => media.map(tileOf));
  const files = useRef(new Map<string, { file: File; abort: AbortController }>());
  const waiting = useRef<string[]>([]);
  const running = useRef(0);
  const change = useRef(onChange);
  const count = useRef(0);
  change.current = onChange;

  const there = tiles.flatMap(({ picture }) => (picture ? [picture] : []));
  const ids = there.map(({ id }) => id).join();
  const mediaIds = media.map(({ id }) => id).join();
  const told = useRef(mediaIds);

  // Either side may change: photos here, or a draft that was read from elsewhere.
  useEffect(() => {
    if (mediaIds !== told.current) {
      told.current = mediaIds;
      setTiles((now) => {
        const known = new Map(now.map((tile) => [tile.picture?.id, tile]));
        return [
          ...media.map((picture) => known.get(picture.id) ?? tileOf(picture)),
          ...now.filter((tile) => !tile.picture),
        ];
      });
    } else if (ids !== told.current) {
      told.current = ids;
      change.current(there);
    }
    // The lists are compared by their ids.
  }, [ids, mediaIds]);

  useEffect(() => {
    const all = files.current;
    return () => {
      for (const { abort } of all.values()) abort.abort();
    };
  }, []);

  const update = (key: string, changes: Partial<Tile>) =>
    setTiles((now) => now.map((tile) => (tile.key === key ? { ...tile, ...changes } : tile)));

  const next = () => {
    while (running.current < AT_ONCE) {
      const key = waiting.current.shift();
      const entry = key ? files.current.get(key) : undefined;
      if (!key) return;
      if (!entry) continue;
      running.current += 1;
      upload(entry.file, entry.abort.signal, (progress) => update(key, { progress }))
        .then(
          (picture) => {
            files.current.delete(key);
            setTiles((now) => {
              // The same photo twice is one photo.
              const twice = now.some((tile) => tile.picture?.id === picture.id);
              return twice
                ? now.filter((tile) => tile.key !== key)
                : now.map((tile) => (tile.key === key ? { ...tile, picture, progress: 1 } : tile));
            });
          },
          (error: unknown) => {
            if (entry.abort.signal.aborted) return;
            update(key, { error: error instanceof ApiError && error.status > 0 ? error.message : "" });
          },
        )
        .finally(() => {
          running.current -= 1;
          next();
        });
    }
  };

  const add = (chosen: Iterable<File>) => {
    const room = PHOTOS_MAX - tiles.length;
    const fresh = [...chosen]
      .filter(({ type }) => type === "" || type.startsWith("image/"))
      .slice(0, Math.max(0, room))
      .map((file) => {
        count.current += 1;
        const key = `file-${count.current}`;
        files.current.set(key, { file, abort: new AbortController() });
        waiting.current.push(key);
        return { key, picture: null, url: URL.createObjectURL(file), progress: 0, error: null };
      });
    setTiles((now) => [...now, ...fresh]);
    next();
  };

  const retry = (key: string) => {
    const entry = files.current.get(key);
    if (!entry) return;
    files.current.set(key, { file: entry.file, abort: new AbortController() });
    update(key, { error: null, progress: 0 });
    waiting.current.push(key);
    next();
  };

  const remove = (key: string) => {
    files.current.get(key)?.abort.abort();
    files.current.delete(key);
    setTiles((now) => {
      const gone = now.find((tile) => tile.key === key);
      if (gone?.url) URL.revokeObjectURL(gone.url);
      return now.filter((tile) => tile.key !== key);
    });
  };

  const move = (from: number, to: number) =>
    setTiles((now) => {
      const moved = now[from];
      if (!moved || to < 0 || to >= now.length || from === to) return now;
      const rest = now.filter((_, i) => i !== from);
      return [...rest.slice(0, to), moved, ...rest.slice(to)];
    });

  // A connection that comes back sends what failed without an answer.
  useEffect(() => {
    const again = () => tiles.filter(({ error }) => error === "").forEach(({ key }) => retry(key));
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  });

  const uploading = tiles.some(({ picture, error }) => !picture && error === null);
  return { tiles, add, retry, remove, move, uploading };
}
