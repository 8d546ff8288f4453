"use client";

import { Input } from "@svetu/ui/field";
import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { useInBrowser } from "@/browser/in-browser";

/** A password that can be looked at while it is typed; without script, a plain password field. */
export function PasswordInput({ show, hide, ...rest }: ComponentProps<"input"> & { show: string; hide: string }) {
  const [shown, setShown] = useState(false);
  const scripted = useInBrowser(() => true);
  return (
    <span className="relative block">
      <Input {...rest} type={shown ? "text" : "password"} autoCapitalize="none" spellCheck={false} className="pr-12" />
      {scripted && (
        <button
          type="button"
          aria-label={shown ? hide : show}
          aria-pressed={shown}
          title={shown ? hide : show}
          onClick={() => setShown(!shown)}
          className="absolute top-0 right-0 grid size-11 place-items-center rounded-control text-quiet hover:text-ink focus-visible:-outline-offset-2"
        >
          {shown ? <EyeOff aria-hidden className="size-5" /> : <Eye aria-hidden className="size-5" />}
        </button>
      )}
    </span>
  );
}
