"use client";

import { useRouter } from "next/navigation";
import { startTransition, useEffect } from "react";

/** Follows the links of `@svetu/ui/link` without loading the page anew; what asks for a new tab or a download is the browser's. */
export function SoftLinks() {
  const router = useRouter();
  useEffect(() => {
    const follow = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-soft]");
      if (!link || link.target || link.origin !== location.origin) return;
      event.preventDefault();
      const go = link.dataset.soft === "replace" ? router.replace : router.push;
      startTransition(() => go(link.pathname + link.search + link.hash, { scroll: link.dataset.scroll !== "keep" }));
    };
    // After React's own listeners on the document: a handler of a component has had its say.
    window.addEventListener("click", follow);
    return () => window.removeEventListener("click", follow);
  }, [router]);
  return null;
}
