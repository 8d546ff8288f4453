"use client";

import { ApiError } from "@svetu/api-client/problem";
import type { Contact as ContactData } from "@svetu/api-client/types";
import { href, type Locale } from "@svetu/i18n/locales";
import { Button, buttonClass } from "@svetu/ui/button";
import { MessageCircle, Phone } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/api/browser";

export interface ContactLabels {
  show: string;
  call: string;
  limited: string;
  failed: string;
  /** Names of the two messengers; the same in every language. */
  viber: string;
  whatsapp: string;
}

/** Shows the seller's number when asked for: each time is counted and limited by the server. */
export function ContactReveal({ id, locale, labels }: { id: string; locale: Locale; labels: ContactLabels }) {
  const router = useRouter();
  const [contact, setContact] = useState<ContactData | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const reveal = async () => {
    setBusy(true);
    setError("");
    try {
      const { data } = await api<ContactData>("POST", `/marketplace/listings/${id}/contact`);
      setContact(data);
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 401) {
        router.push(href(locale, `/sign-in?next=${encodeURIComponent(location.pathname)}`));
        return;
      }
      setError(problem instanceof ApiError && problem.status === 429 ? labels.limited : labels.failed);
    } finally {
      setBusy(false);
    }
  };
  if (!contact) {
    return (
      <>
        <Button size="large" busy={busy} onClick={() => void reveal()} className="w-full">
          <Phone aria-hidden className="size-5" />
          {labels.show}
        </Button>
        {error && (
          <p role="alert" className="mt-2 text-sm text-danger">
            {error}
          </p>
        )}
      </>
    );
  }
  return (
    <div className="flex flex-col gap-2" role="status">
      <a href={`tel:${contact.phone}`} className={buttonClass("primary", "large", "tabular w-full")}>
        <Phone aria-hidden className="size-5" />
        <span className="sr-only">{labels.call} </span>
        {contact.phone}
      </a>
      {contact.viber && (
        <a href={contact.viber} className={buttonClass("secondary", "normal", "w-full")} rel="nofollow ugc noopener">
          <MessageCircle aria-hidden className="size-5" />
          {labels.viber}
        </a>
      )}
      {contact.whatsapp && (
        <a
          href={contact.whatsapp}
          target="_blank"
          className={buttonClass("secondary", "normal", "w-full")}
          rel="nofollow ugc noopener"
        >
          <MessageCircle aria-hidden className="size-5" />
          {labels.whatsapp}
        </a>
      )}
    </div>
  );
}
