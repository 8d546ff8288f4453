"use client";

import { Notice } from "@svetu/ui/badge";
import { ActionForm, type ActionFormProps } from "@/auth/form";

interface Props extends Omit<ActionFormProps, "done"> {
  once: string;
}

/** A form whose answer is what a new application signs in with: it stands in its place, once. */
export function ClientForm({ once, ...form }: Props) {
  return (
    <ActionForm
      {...form}
      done={(state) => (
        <Notice role="status" tone="good" title={once}>
          <code translate="no" className="mt-1 block text-base break-all whitespace-pre-line select-all">
            {state.secret}
          </code>
        </Notice>
      )}
    />
  );
}
