"use client";

import type { Picture as PictureData } from "@svetu/api-client/types";
import { Picture } from "@svetu/ui/picture";
import clsx from "clsx";
import { ChevronLeft, ChevronRight, Expand } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useRef, useState } from "react";

export interface GalleryLabels {
  gallery: string;
  previous: string;
  next: string;
  enlarge: string;
  close: string;
  zoom: string;
  /** One per photo: "Photo 2 of 8". */
  photos: string[];
}

interface Props {
  pictures: (PictureData & { preview?: string })[];
  title: string;
  labels: GalleryLabels;
}

const Lightbox = lazy(() => import("./lightbox"));
const SIZES = "(min-width: 80rem) 780px, (min-width: 64rem) 60vw, 100vw";

/** Photos side by side in a strip that scrolls and snaps: swiping is the browser's own. Arrows and keys move it too. */
export function Gallery({ pictures, title, labels }: Props) {
  const strip = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const [large, setLarge] = useState(false);
  const go = (to: number) => {
    const target = Math.max(0, Math.min(pictures.length - 1, to));
    const element = strip.current;
    element?.scrollTo({ left: target * element.clientWidth, behavior: "smooth" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      go(at + (event.key === "ArrowRight" ? 1 : -1));
    } else if (event.key === "Enter" && event.target === strip.current) setLarge(true);
  };
  return (
    <section aria-label={labels.gallery}>
      <div className="relative max-lg:-mx-4">
        <div
          ref={strip}
          tabIndex={0}
          role="group"
          aria-roledescription={labels.gallery}
          aria-label={labels.photos[at]}
          onKeyDown={onKeyDown}
          onScroll={(event) => setAt(Math.round(event.currentTarget.scrollLeft / event.currentTarget.clientWidth))}
          className="no-scrollbar flex aspect-[4/3] snap-x snap-mandatory overflow-x-auto bg-surface focus-visible:-outline-offset-2 lg:rounded-card"
        >
          {pictures.map((picture, i) => (
            <button
              key={picture.id}
              type="button"
              tabIndex={-1}
              aria-label={`${labels.enlarge}: ${labels.photos[i]}`}
              onClick={() => setLarge(true)}
              className="h-full w-full shrink-0 snap-center cursor-zoom-in!"
            >
              <Picture
                source={picture}
                alt={`${title}, ${labels.photos[i]}`}
                sizes={SIZES}
                preview={picture.preview}
                priority={i === 0}
                fit="contain"
              />
            </button>
          ))}
        </div>
        {pictures.length > 1 && (
          <>
            <Arrow side="left" label={labels.previous} hidden={at === 0} onClick={() => go(at - 1)} />
            <Arrow side="right" label={labels.next} hidden={at === pictures.length - 1} onClick={() => go(at + 1)} />
            <span
              aria-hidden
              className="tabular pointer-events-none absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full bg-black/65 px-3 py-1 text-xs text-white"
            >
              {at + 1} / {pictures.length}
            </span>
          </>
        )}
        <button
          type="button"
          onClick={() => setLarge(true)}
          aria-label={labels.enlarge}
          className="absolute right-3 bottom-3 grid size-9 place-items-center rounded-full bg-black/65 text-white"
        >
          <Expand aria-hidden className="size-4" />
        </button>
      </div>
      {pictures.length > 1 && (
        <ul className="no-scrollbar mt-2 hidden gap-2 overflow-x-auto p-1 lg:flex">
          {pictures.map((picture, i) => (
            <li key={picture.id} className="shrink-0">
              <button
                type="button"
                aria-label={labels.photos[i]}
                aria-current={i === at ? "true" : undefined}
                onClick={() => go(i)}
                className={clsx(
                  "block h-16 w-20 overflow-hidden rounded-control outline-offset-2",
                  i === at ? "ring-2 ring-accent" : "opacity-75 hover:opacity-100",
                )}
              >
                <Picture source={picture} alt="" sizes="80px" preview={picture.preview} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {large && (
        <Suspense>
          <Lightbox pictures={pictures} title={title} labels={labels} start={at} onClose={() => setLarge(false)} />
        </Suspense>
      )}
    </section>
  );
}

function Arrow(props: { side: "left" | "right"; label: string; hidden: boolean; onClick: () => void }) {
  const Icon = props.side === "left" ? ChevronLeft : ChevronRight;
  return (
    <button
      type="button"
      aria-label={props.label}
      disabled={props.hidden}
      onClick={props.onClick}
      className={clsx(
        "absolute top-1/2 grid size-11 -translate-y-1/2 place-items-center rounded-full bg-raised text-ink shadow-raised disabled:opacity-0 max-lg:hidden",
        props.side === "left" ? "left-3" : "right-3",
      )}
    >
      <Icon aria-hidden className="size-5" />
    </button>
  );
}
