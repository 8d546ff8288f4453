"use client";

import { ApiError } from "@svetu/api-client/problem";
import { href, type Locale } from "@svetu/i18n/locales";
import { Button } from "@svetu/ui/button";
import { toast } from "@svetu/ui/toast";
import { Bell, BellRing } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/api/browser";

export interface SaveSearchProps {
  locale: Locale;
  /** What the search is called in the list of saved ones. */
  name: string;
  /** As the API takes it. */
  query: string;
  labels: { save: string; saved: string; done: string; failed: string };
}

export function SaveSearch({ locale, name, query, labels }: SaveSearchProps) {
  const router = useRouter();
  const [state, setState] = useState<"idle" | "busy" | "saved">("idle");
  const save = async () => {
    setState("busy");
    try {
      await api("POST", "/marketplace/saved-searches", {
        body: { name: name.slice(0, 100), query, frequency: "daily" },
      });
      setState("saved");
      toast(labels.done);
    } catch (error) {
      setState("idle");
      if (error instanceof ApiError && error.status === 401) {
        router.push(href(locale, `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`));
      } else {
        toast(labels.failed, "danger");
      }
    }
  };
  return (
    <Button
      variant="secondary"
      size="small"
      busy={state === "busy"}
      disabled={state === "saved"}
      onClick={() => void save()}
    >
      {state === "saved" ? <BellRing aria-hidden className="size-4" /> : <Bell aria-hidden className="size-4" />}
      {state === "saved" ? labels.saved : labels.save}
    </Button>
  );
}
