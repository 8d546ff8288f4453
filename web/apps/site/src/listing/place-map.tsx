"use client";

import { Skeleton } from "@svetu/ui/skeleton";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { MapWords } from "@/map/base-map";

const Circle = lazy(() => import("./circle-map"));

/** A page that is only scrolled past does not fetch the map. */
const LOOKED_AT_MS = 500;

/** The neighbourhood of an ad; the map is fetched when its place has been looked at for a moment. */
export function PlaceMap(props: { lat: number; lon: number; words: MapWords }) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!box.current) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver(([entry]) => {
      clearTimeout(timer);
      if (entry?.isIntersecting) timer = setTimeout(() => setSeen(true), LOOKED_AT_MS);
    });
    observer.observe(box.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  const waiting = <Skeleton className="size-full rounded-none" />;
  return (
    <div ref={box} className="no-print h-64 overflow-hidden rounded-card border border-line">
      {seen ? (
        <Suspense fallback={waiting}>
          <Circle {...props} />
        </Suspense>
      ) : (
        waiting
      )}
    </div>
  );
}
