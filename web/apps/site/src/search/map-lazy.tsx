"use client";

import { Skeleton } from "@svetu/ui/skeleton";
import { type ComponentProps, lazy, Suspense, useEffect, useState } from "react";

const Map = lazy(() => import("./results-map"));

/** The map and its library arrive only where a map is looked at, and only in a browser. */
export function ResultsMap(props: ComponentProps<typeof Map>) {
  const [ready, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const waiting = <Skeleton className="h-[70dvh] w-full rounded-card" />;
  if (!ready) return waiting;
  return (
    <Suspense fallback={waiting}>
      <Map {...props} />
    </Suspense>
  );
}
