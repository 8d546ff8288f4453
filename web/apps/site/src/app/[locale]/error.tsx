"use client";

import { Button } from "@svetu/ui/button";
import { ErrorState } from "@svetu/ui/state";
import { CloudAlert } from "lucide-react";

const words: Record<string, { title: string; text: string; retry: string }> = {
  "sr-Latn": {
    title: "Nešto nije u redu",
    text: "Greška je kod nas, ne kod vas. Pokušajte ponovo za koji trenutak; ono što ste upisali ostaje sačuvano.",
    retry: "Pokušaj ponovo",
  },
  "sr-Cyrl": {
    title: "Нешто није у реду",
    text: "Грешка је код нас, не код вас. Покушајте поново за који тренутак; оно што сте уписали остаје сачувано.",
    retry: "Покушај поново",
  },
  ru: {
    title: "Что-то пошло не так",
    text: "Ошибка на нашей стороне. Попробуйте ещё раз через минуту; всё, что вы ввели, сохранено.",
    retry: "Попробовать ещё раз",
  },
  en: {
    title: "Something went wrong",
    text: "The mistake is on our side. Please try again in a moment; what you typed is kept.",
    retry: "Try again",
  },
};

/** The last resort carries its words with it: messages may be what failed. */
export default function PageError({ reset }: { error: Error; reset: () => void }) {
  const language = typeof document === "undefined" ? "sr-Latn" : document.documentElement.lang;
  const text = words[language] ?? words["sr-Latn"];
  return (
    <ErrorState
      level={1}
      icon={<CloudAlert />}
      title={text?.title}
      actions={<Button onClick={reset}>{text?.retry}</Button>}
    >
      {text?.text}
    </ErrorState>
  );
}
