"use client";

import { Skeleton } from "@svetu/ui/skeleton";
import dynamic from "next/dynamic";
import { useEffect, useRef, useState } from "react";
import type { MapWords } from "@/map/base-map";

const Circle = dynamic(() => import("./circle-map"), {
  ssr: false,
  loading: () => <Skeleton className="size-full rounded-none" />,
});

/** The neighbourhood of an ad; the map is fetched when it comes near the screen. */
export function PlaceMap(props: { lat: number; lon: number; words: MapWords }) {
  const box = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!box.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: "200px",
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={box} className="no-print h-64 overflow-hidden rounded-card border border-line">
      {near ? <Circle {...props} /> : <Skeleton className="size-full rounded-none" />}
    </div>
  );
}
