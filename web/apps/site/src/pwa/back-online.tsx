"use client";

import { Button } from "@svetu/ui/button";
import { useEffect } from "react";

/** Loads the page that was asked for as soon as the network is back; the address bar still names it. */
export function BackOnline({ retry }: { retry: string }) {
  const again = () => location.reload();
  useEffect(() => {
    // Opened by its own address there is nothing to come back to.
    if (/\/offline$/.test(location.pathname)) return;
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, []);
  return <Button onClick={again}>{retry}</Button>;
}
