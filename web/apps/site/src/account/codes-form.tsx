"use client";

import { Notice } from "@svetu/ui/badge";
import { buttonClass } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { ActionForm, type ActionFormProps } from "@/auth/form";

interface Props extends Omit<ActionFormProps, "done"> {
  words: { on?: string; keep: string; done: string };
  back: string;
}

/** A form whose answer is recovery codes: they stand in its place, once. */
export function CodesForm({ words, back, ...form }: Props) {
  return (
    <ActionForm
      {...form}
      done={(state) => (
        <div className="flex flex-col gap-5">
          <Notice role="status" tone="good" title={words.on}>
            {words.keep}
          </Notice>
          <ul className="grid grid-cols-2 gap-x-6 gap-y-2 rounded-card bg-surface p-5 font-mono text-base" lang="">
            {state.codes?.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
          <Link href={back} className={buttonClass("primary", "large", "w-full sm:w-auto sm:self-start")}>
            {words.done}
          </Link>
        </div>
      )}
    />
  );
}
