"use client";

import { Skeleton } from "@svetu/ui/skeleton";
import { type ComponentProps, lazy, Suspense } from "react";

/** What only an ad's owner needs: a visitor's page does not fetch it. */

const Appeal = lazy(() => import("./appeal"));
const Actions = lazy(() => import("./own-actions"));

export function AppealForm(props: ComponentProps<typeof Appeal>) {
  return (
    <Suspense fallback={<Skeleton className="h-44 w-full" />}>
      <Appeal {...props} />
    </Suspense>
  );
}

export function OwnActions(props: ComponentProps<typeof Actions>) {
  return (
    <Suspense fallback={<Skeleton className="h-11 w-full" />}>
      <Actions {...props} />
    </Suspense>
  );
}
