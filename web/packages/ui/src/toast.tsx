"use client";

import clsx from "clsx";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useEffect, useState } from "react";

interface Message {
  id: number;
  text: string;
  tone: "good" | "danger";
}

const EVENT = "svetu:toast";
const SHOWN_MS = 5000;
let last = 0;

/** Says something short at the bottom of the screen, from anywhere in the browser. */
export function toast(text: string, tone: Message["tone"] = "good") {
  last += 1;
  window.dispatchEvent(new CustomEvent<Message>(EVENT, { detail: { id: last, text, tone } }));
}

/** Where toasts appear; once in the layout. */
export function Toaster() {
  const [messages, setMessages] = useState<Message[]>([]);
  useEffect(() => {
    const add = (event: Event) => {
      const message = (event as CustomEvent<Message>).detail;
      setMessages((all) => [...all.slice(-2), message]);
      setTimeout(() => setMessages((all) => all.filter((m) => m.id !== message.id)), SHOWN_MS);
    };
    window.addEventListener(EVENT, add);
    return () => window.removeEventListener(EVENT, add);
  }, []);
  return (
    <div
      role="status"
      aria-live="polite"
      className="no-print pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 lg:bottom-8"
    >
      {messages.map(({ id, text, tone }) => (
        <p
          key={id}
          className="flex max-w-md items-center gap-2 rounded-card border border-line bg-raised px-4 py-3 text-sm text-ink shadow-raised"
        >
          {tone === "good" ? (
            <CircleCheck aria-hidden className="size-5 shrink-0 text-good" />
          ) : (
            <CircleAlert aria-hidden className={clsx("size-5 shrink-0 text-danger")} />
          )}
          {text}
        </p>
      ))}
    </div>
  );
}
