"use client";

import { useState } from "react";

interface Text {
  title: string;
  description: string;
  lang: string;
}

/** The seller's words in the reader's script, and as they were written where somebody asks. */
export function Written(props: {
  shown: Text;
  original: Text | null;
  labels: { original: string; derived: string; none: string };
}) {
  const { shown, original, labels } = props;
  const [asWritten, setAsWritten] = useState(false);
  const text = asWritten && original ? original : shown;
  return (
    <div className="flex flex-col items-start gap-3">
      {asWritten && (
        <p lang={text.lang} className="measure font-[600]">
          {text.title}
        </p>
      )}
      {text.description ? (
        <p lang={text.lang} className="measure max-w-full whitespace-pre-line">
          {text.description}
        </p>
      ) : (
        <p className="text-quiet">{labels.none}</p>
      )}
      {original && (
        <button
          type="button"
          aria-pressed={asWritten}
          onClick={() => setAsWritten(!asWritten)}
          className="no-print inline-flex min-h-9 items-center text-sm text-accent hover:underline"
        >
          {asWritten ? labels.derived : labels.original}
        </button>
      )}
    </div>
  );
}
