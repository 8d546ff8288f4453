"use client";

import { Skeleton } from "@svetu/ui/skeleton";
import dynamic from "next/dynamic";

/** What only an ad's owner needs: a visitor's page does not fetch it. */

export const AppealForm = dynamic(() => import("./appeal"), { loading: () => <Skeleton className="h-44 w-full" /> });
export const OwnActions = dynamic(() => import("./own-actions"), {
  loading: () => <Skeleton className="h-11 w-full" />,
});
