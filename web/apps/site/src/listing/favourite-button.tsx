"use client";

import { href, type Locale } from "@svetu/i18n/locales";
import { ApiError } from "@svetu/api-client/problem";
import { buttonClass } from "@svetu/ui/button";
import { HeartButton } from "@svetu/ui/heart";
import { toast } from "@svetu/ui/toast";
import clsx from "clsx";
import { Heart } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/api/browser";

export interface FavouriteLabels {
  add: string;
  remove: string;
  added: string;
  removed: string;
  failed: string;
}

interface Props {
  id: string;
  initial: boolean;
  locale: Locale;
  labels: FavouriteLabels;
}

/** Shows the change at once and takes it back if the server refuses. */
function useFavourite({ id, initial, locale, labels }: Props) {
  const router = useRouter();
  const [on, setOn] = useState(initial);
  const toggle = async () => {
    const next = !on;
    setOn(next);
    try {
      await api(next ? "PUT" : "DELETE", `/marketplace/favourites/${id}`);
      toast(next ? labels.added : labels.removed);
    } catch (error) {
      setOn(!next);
      if (error instanceof ApiError && error.status === 401) {
        router.push(href(locale, `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`));
      } else {
        toast(labels.failed, "danger");
      }
    }
  };
  return [on, toggle] as const;
}

export function FavouriteButton(props: Props) {
  const [on, toggle] = useFavourite(props);
  return <HeartButton on={on} label={on ? props.labels.remove : props.labels.add} onToggle={() => void toggle()} />;
}

/** The same with words, for the ad's own page. */
export function KeepButton({ words, ...props }: Props & { words: { add: string; remove: string } }) {
  const [on, toggle] = useFavourite(props);
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => void toggle()}
      className={buttonClass("secondary", "normal", "no-print w-full")}
    >
      <Heart aria-hidden className={clsx("size-5", on && "fill-danger text-danger")} />
      {on ? words.remove : words.add}
    </button>
  );
}
