"use client";

import { Skeleton } from "@svetu/ui/skeleton";
import dynamic from "next/dynamic";

/** The map and its library arrive only where a map is looked at. */
export const ResultsMap = dynamic(() => import("./results-map"), {
  ssr: false,
  loading: () => <Skeleton className="h-[70dvh] w-full rounded-card" />,
});
