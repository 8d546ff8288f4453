"use client";

import { Badge, Notice } from "@svetu/ui/badge";
import { Button } from "@svetu/ui/button";
import { describedBy, Field, Input } from "@svetu/ui/field";
import { Link } from "@svetu/ui/link";
import { useActionState } from "react";

/** What a search came to: kept by the browser, or written into the page when there is no script. Never in an address. */
export interface Found {
  text: string;
  fault?: string;
  /** Nobody was found, in words. */
  nobody?: string;
  people: { path: string; name: string; badges: string[]; line: string }[];
}

interface Props {
  action: (state: Found, form: FormData) => Promise<Found>;
  locale: string;
  labels: Record<"search" | "find", string>;
}

export function PeopleSearch({ action, locale, labels }: Props) {
  const [state, send, busy] = useActionState(action, { text: "", people: [] });
  return (
    <>
      <form action={send} role="search" aria-label={labels.find} noValidate className="flex flex-wrap items-end gap-3">
        <input type="hidden" name="locale" value={locale} />
        <div className="min-w-0 grow basis-64">
          <Field id="text" label={labels.search} error={state.fault}>
            <Input
              {...describedBy("text", undefined, state.fault)}
              key={state.text}
              name="text"
              type="search"
              defaultValue={state.text}
              required
              maxLength={254}
              autoComplete="off"
            />
          </Field>
        </div>
        <Button type="submit" busy={busy}>
          {labels.find}
        </Button>
      </form>
      {state.nobody && (
        <Notice role="status" className="mt-6">
          {state.nobody}
        </Notice>
      )}
      {state.people.length > 0 && (
        <ul className="mt-6 divide-y divide-line border-y border-line">
          {state.people.map(({ path, name, badges, line }) => (
            <li key={path} className="py-3">
              <p className="flex flex-wrap items-center gap-2 text-base">
                <Link href={path} className="inline-flex min-h-6 items-center font-[600] text-accent hover:underline">
                  <span lang="">{name}</span>
                </Link>
                {badges.map((badge) => (
                  <Badge key={badge}>{badge}</Badge>
                ))}
              </p>
              <p className="text-sm text-quiet wrap-anywhere">{line}</p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
