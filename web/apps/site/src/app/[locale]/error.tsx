"use client";

import { href, isLocale } from "@svetu/i18n/locales";
import { buttonClass } from "@svetu/ui/button";
import { ErrorState } from "@svetu/ui/state";
import { CircleAlert } from "lucide-react";
import { useRouter } from "next/navigation";
import { startTransition } from "react";

const words: Record<string, { title: string; text: string; retry: string; home: string }> = {
  "sr-Latn": {
    title: "Nešto nije u redu",
    text: "Greška je kod nas, ne kod vas. Pokušajte ponovo za koji trenutak; ono što ste upisali ostaje sačuvano.",
    retry: "Pokušaj ponovo",
    home: "Početna strana",
  },
  "sr-Cyrl": {
    title: "Нешто није у реду",
    text: "Грешка је код нас, не код вас. Покушајте поново за који тренутак; оно што сте уписали остаје сачувано.",
    retry: "Покушај поново",
    home: "Почетна страна",
  },
  ru: {
    title: "Что-то пошло не так",
    text: "Ошибка на нашей стороне. Попробуйте ещё раз через минуту; всё, что вы ввели, сохранено.",
    retry: "Попробовать ещё раз",
    home: "Главная страница",
  },
  en: {
    title: "Something went wrong",
    text: "The mistake is on our side. Please try again in a moment; what you typed is kept.",
    retry: "Try again",
    home: "Home page",
  },
};

/** The last resort carries its words with it: messages may be what failed. */
export default function PageError({ reset }: { error: Error; reset: () => void }) {
  const language = typeof document === "undefined" ? "sr-Latn" : document.documentElement.lang;
  const locale = isLocale(language) ? language : "sr-Latn";
  const text = words[locale];
  const router = useRouter();
  // What failed on the server is asked for again there.
  const again = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <ErrorState
      level={1}
      icon={<CircleAlert />}
      title={text?.title}
      actions={
        <>
          <button type="button" onClick={again} className={buttonClass()}>
            {text?.retry}
          </button>
          <a href={href(locale, "/")} className={buttonClass("secondary")}>
            {text?.home}
          </a>
        </>
      }
    >
      {text?.text}
    </ErrorState>
  );
}
