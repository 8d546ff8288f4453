"use client";

import { Button, buttonClass } from "@svetu/ui/button";
import { toast } from "@svetu/ui/toast";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/api/browser";
import { explain } from "./explain";
import type { Action } from "./labels";

export interface OwnActionsProps {
  id: string;
  /** Where to go when the ad is deleted. */
  home: string;
  actions: { name: Action; text: string; done: string; confirm?: string }[];
  labels: { yes: string; no: string; failed: string };
}

/** Steps of an ad's life. What cannot be taken back asks once more, in place. */
export default function OwnActions({ id, home, actions, labels }: OwnActionsProps) {
  const router = useRouter();
  const [busy, setBusy] = useState<Action | null>(null);
  const [asking, setAsking] = useState<Action | null>(null);
  const run = async ({ name, done }: OwnActionsProps["actions"][number]) => {
    setAsking(null);
    setBusy(name);
    try {
      if (name === "delete") await api("DELETE", `/marketplace/listings/${id}`);
      else await api("POST", `/marketplace/listings/${id}/${name}`);
      toast(done);
      if (name === "delete") router.push(home);
      else router.refresh();
    } catch (error) {
      toast(explain(error, labels.failed), "danger");
    } finally {
      setBusy(null);
    }
  };
  const asked = actions.find(({ name }) => name === asking);
  if (asked) {
    return (
      <div role="alertdialog" aria-label={asked.text} aria-describedby="own-confirm" className="flex flex-col gap-3">
        <p id="own-confirm" className="text-sm">
          {asked.confirm}
        </p>
        <div className="flex gap-2">
          <Button variant="danger" size="small" autoFocus onClick={() => void run(asked)}>
            {labels.yes}
          </Button>
          <Button variant="secondary" size="small" onClick={() => setAsking(null)}>
            {labels.no}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className="flex flex-wrap gap-2">
      {actions.map((action) => (
        <button
          key={action.name}
          type="button"
          aria-busy={busy === action.name || undefined}
          disabled={busy !== null}
          onClick={() => (action.confirm ? setAsking(action.name) : void run(action))}
          className={buttonClass(action.name === "delete" ? "quiet" : "secondary", "small")}
        >
          {action.text}
        </button>
      ))}
    </div>
  );
}
