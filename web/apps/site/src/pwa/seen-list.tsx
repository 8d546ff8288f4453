"use client";

import { useEffect, useState } from "react";

/** The caches of worker/sw.js. */
const SEEN = "svetu-seen";
const TITLE = /<title>([^<]*)<\/title>/;

/** Ads that were opened on this device and can be read without the network. */
export function SeenList({ title, none }: { title: string; none: string }) {
  const [items, setItems] = useState<{ path: string; name: string }[] | null>(null);
  useEffect(() => {
    void read().then(setItems, () => setItems([]));
  }, []);
  if (!items) return null;
  return (
    <section className="mx-auto mt-4 max-w-md">
      <h2 className="text-lg">{title}</h2>
      {items.length === 0 ? (
        <p className="mt-2 text-base text-quiet">{none}</p>
      ) : (
        <ul className="mt-2 divide-y divide-line border-y border-line">
          {items.map(({ path, name }) => (
            <li key={path}>
              <a href={path} className="flex min-h-12 items-center py-2 text-base hover:text-accent hover:underline">
                {name}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

async function read() {
  const cache = await caches.open(SEEN);
  const requests = [...(await cache.keys())].reverse();
  return Promise.all(
    requests.map(async (request) => {
      const path = new URL(request.url).pathname;
      const html = (await (await cache.match(request))?.text()) ?? "";
      const title = TITLE.exec(html)?.[1]?.split(" · ")[0] ?? path;
      return { path, name: plain(title) };
    }),
  );
}

const LETTERS: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'" };

/** Character references of a title as the letters they stand for. */
const plain = (html: string) => html.replace(/&(#?\w+);/g, (whole, name: string) => LETTERS[name] ?? whole);
