"use client";

import type { Picture as PictureData } from "@svetu/api-client/types";
import { Picture } from "@svetu/ui/picture";
import { ChevronLeft, ChevronRight, X, ZoomIn } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { GalleryLabels } from "./gallery";

interface Props {
  pictures: PictureData[];
  title: string;
  labels: GalleryLabels;
  start: number;
  onClose: () => void;
}

/** A photo over the whole screen. Pinching is the browser's own; a press or the button shows it at twice the size. */
export default function Lightbox({ pictures, title, labels, start, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const touch = useRef<number | null>(null);
  const [at, setAt] = useState(start);
  const [zoomed, setZoomed] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const go = (step: number) => {
    setZoomed(false);
    setAt((now) => (now + step + pictures.length) % pictures.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft") go(-1);
    else if (event.key === "ArrowRight") go(1);
    else return;
    event.preventDefault();
  };
  const picture = pictures[at];
  const control = "grid size-11 place-items-center rounded-full bg-black/65 text-white outline-offset-2 outline-white!";
  return (
    <dialog
      ref={dialog}
      aria-label={labels.gallery}
      onClose={onClose}
      onKeyDown={onKeyDown}
      className="m-0 h-dvh max-h-none w-screen max-w-none bg-black p-0 text-white"
    >
      {picture && (
        <div
          className="grid size-full touch-pan-x touch-pan-y touch-pinch-zoom place-items-center overflow-auto"
          onTouchStart={(event) => {
            touch.current = event.touches.length === 1 ? (event.touches[0]?.clientX ?? null) : null;
          }}
          onTouchEnd={(event) => {
            const moved = touch.current === null ? 0 : (event.changedTouches[0]?.clientX ?? 0) - touch.current;
            touch.current = null;
            if (!zoomed && (window.visualViewport?.scale ?? 1) === 1 && Math.abs(moved) > 50) go(moved > 0 ? -1 : 1);
          }}
        >
          <div className={zoomed ? "h-[200dvh] w-[200vw]" : "h-dvh w-screen"} onDoubleClick={() => setZoomed(!zoomed)}>
            <Picture
              key={picture.id}
              source={picture}
              alt={`${title}, ${labels.photos[at]}`}
              sizes={zoomed ? "200vw" : "100vw"}
              priority
              fit="contain"
            />
          </div>
        </div>
      )}
      <div className="fixed top-3 right-3 flex gap-2">
        <button
          type="button"
          aria-label={labels.zoom}
          aria-pressed={zoomed}
          onClick={() => setZoomed(!zoomed)}
          className={control}
        >
          <ZoomIn aria-hidden className="size-5" />
        </button>
        <button type="button" aria-label={labels.close} onClick={() => dialog.current?.close()} className={control}>
          <X aria-hidden className="size-5" />
        </button>
      </div>
      {pictures.length > 1 && (
        <>
          <button
            type="button"
            aria-label={labels.previous}
            onClick={() => go(-1)}
            className={`${control} fixed top-1/2 left-3 -translate-y-1/2`}
          >
            <ChevronLeft aria-hidden className="size-5" />
          </button>
          <button
            type="button"
            aria-label={labels.next}
            onClick={() => go(1)}
            className={`${control} fixed top-1/2 right-3 -translate-y-1/2`}
          >
            <ChevronRight aria-hidden className="size-5" />
          </button>
          <p
            role="status"
            className="tabular fixed bottom-4 left-1/2 -translate-x-1/2 rounded-full bg-black/65 px-3 py-1 text-sm"
          >
            <span className="sr-only">{labels.photos[at]}</span>
            <span aria-hidden>
              {at + 1} / {pictures.length}
            </span>
          </p>
        </>
      )}
    </dialog>
  );
}
