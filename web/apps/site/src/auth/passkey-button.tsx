"use client";

import { ApiError } from "@svetu/api-client/problem";
import { Button } from "@svetu/ui/button";
import { Notice } from "@svetu/ui/badge";
import { Fingerprint } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/browser";
import { useInBrowser } from "@/browser/in-browser";
import { type Ceremony, canPasskeys, canSuggest, getPasskey } from "./ceremony";
import { entering } from "./next";

export interface PasskeyButtonProps {
  /** `sign-in`: as whoever the passkey says; `step-up`: the signed-in person once more. */
  purpose: "sign-in" | "step-up";
  next: string;
  /** Offer passkeys in the address field too (conditional mediation). */
  suggest?: boolean;
  labels: { button: string; none: string; failed: string };
}

/** Nothing without script, or in a browser without passkeys: every page has another way. */
export function PasskeyButton({ purpose, next, suggest = false, labels }: PasskeyButtonProps) {
  const able = useInBrowser(canPasskeys);
  const [state, setState] = useState<"idle" | "busy" | "none" | "failed">("idle");
  const [said, setSaid] = useState<string>();
  const suggestion = useRef<AbortController | null>(null);

  useEffect(() => {
    if (!suggest) return;
    const controller = new AbortController();
    suggestion.current = controller;
    void (async () => {
      if (!(await canSuggest())) return;
      try {
        await enter(true, controller.signal);
      } catch (error) {
        if (!controller.signal.aborted) fail(error);
      }
    })();
    return () => controller.abort();
    // Once a page: its own values do not change while it is open.
  }, []);

  /** What the API says of the key, or that something went wrong. */
  function fail(error: unknown) {
    setSaid(error instanceof ApiError ? error.errors[0]?.message : undefined);
    setState("failed");
  }

  async function enter(suggested: boolean, signal?: AbortSignal) {
    const { data } = await api<Ceremony>("POST", "/identity/sign-in/passkey/options");
    if (signal?.aborted) return;
    const credential = await getPasskey(data, suggested, signal);
    if (credential === null) {
      if (!suggested) setState("none");
      return;
    }
    setState("busy");
    const body = { state: data.state, credential };
    if (purpose === "sign-in") await api("POST", "/identity/sign-in/passkey", { body });
    else await api("POST", "/identity/me/step-up", { body: { method: "passkey", ...body } });
    window.location.assign(purpose === "sign-in" ? entering(next) : next);
  }

  async function press() {
    suggestion.current?.abort();
    setState("busy");
    try {
      await enter(false);
    } catch (error) {
      fail(error);
    }
  }

  if (!able) return null;
  return (
    <div className="flex flex-col gap-3">
      {(state === "none" || state === "failed") && (
        <Notice tone={state === "none" ? "neutral" : "danger"} role="alert">
          {state === "failed" && said ? said : labels[state]}
        </Notice>
      )}
      <Button
        type="button"
        variant="secondary"
        size="large"
        busy={state === "busy"}
        onClick={() => void press()}
        className="w-full"
      >
        <Fingerprint aria-hidden className="size-5" />
        {labels.button}
      </Button>
    </div>
  );
}
