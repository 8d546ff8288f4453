"use client";

import { href, type Locale } from "@svetu/i18n/locales";
import { ApiError } from "@svetu/api-client/problem";
import { HeartButton } from "@svetu/ui/heart";
import { toast } from "@svetu/ui/toast";
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

export function FavouriteButton(props: { id: string; initial: boolean; locale: Locale; labels: FavouriteLabels }) {
  const { id, initial, locale, labels } = props;
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
  return <HeartButton on={on} label={on ? labels.remove : labels.add} onToggle={() => void toggle()} />;
}
