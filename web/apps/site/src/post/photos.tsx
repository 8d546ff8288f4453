"use client";

import { buttonClass } from "@svetu/ui/button";
import clsx from "clsx";
import { Camera, ChevronLeft, ChevronRight, GripVertical, ImagePlus, RotateCw, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ChangeEvent, useRef, useState } from "react";
import { idOf, useWizard } from "./context";
import { PHOTOS_MAX, type Tile, type usePhotos } from "./use-photos";

type Photos = ReturnType<typeof usePhotos>;

/** The photos: chosen or taken, in their order. A photo is moved by its handle, or by the buttons under it. */
export function PhotoField({ photos }: { photos: Photos }) {
  const t = useTranslations("post");
  const { faults } = useWizard();
  const [said, setSaid] = useState("");
  const [over, setOver] = useState(false);
  const { tiles, add, move } = photos;
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    add(event.target.files ?? []);
    event.target.value = "";
  };
  const moveAndSay = (from: number, to: number) => {
    move(from, to);
    setSaid(t("photos.moved", { index: to + 1, count: tiles.length }));
  };
  const fault = faults.get("/media");
  const full = tiles.length >= PHOTOS_MAX;
  return (
    <div
      id={idOf("/media")}
      tabIndex={-1}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        add(event.dataTransfer.files);
      }}
      className={clsx("rounded-card focus:outline-none", over && "outline-2 outline-offset-4 outline-accent")}
    >
      {tiles.length > 0 && (
        <ol className="mb-3 grid grid-cols-2 gap-3 sm:grid-cols-3">
          {tiles.map((tile, i) => (
            <PhotoTile
              key={tile.key}
              tile={tile}
              index={i}
              count={tiles.length}
              onMove={moveAndSay}
              onDrag={move}
              onRetry={() => photos.retry(tile.key)}
              onRemove={() => {
                photos.remove(tile.key);
                setSaid(t("photos.removed"));
              }}
            />
          ))}
        </ol>
      )}
      {!full && (
        <div
          className={clsx(
            "flex flex-wrap items-center justify-center gap-3 rounded-card border border-dashed border-control px-4",
            tiles.length > 0 ? "py-4" : "min-h-48 flex-col py-8",
          )}
        >
          <label className={buttonClass(tiles.length > 0 ? "secondary" : "primary", "normal", fileLabel)}>
            <ImagePlus aria-hidden className="size-5" />
            {tiles.length > 0 ? t("photos.more") : t("photos.choose")}
            <input type="file" accept="image/*" multiple onChange={choose} className="sr-only" />
          </label>
          <label className={buttonClass("secondary", "normal", `${fileLabel} pointer-fine:hidden`)}>
            <Camera aria-hidden className="size-5" />
            {t("photos.take")}
            <input type="file" accept="image/*" capture="environment" onChange={choose} className="sr-only" />
          </label>
          {tiles.length === 0 && (
            <p className="text-center text-sm text-quiet">{t("photos.help", { max: PHOTOS_MAX })}</p>
          )}
        </div>
      )}
      {full && <p className="text-sm text-quiet">{t("photos.full", { max: PHOTOS_MAX })}</p>}
      {fault && <p className="mt-2 text-sm text-danger">{fault}</p>}
      <p role="status" className="sr-only">
        {said}
      </p>
    </div>
  );
}

const fileLabel =
  "cursor-pointer has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent";

function PhotoTile(props: {
  tile: Tile;
  index: number;
  count: number;
  onMove: (from: number, to: number) => void;
  onDrag: (from: number, to: number) => void;
  onRetry: () => void;
  onRemove: () => void;
}) {
  const { tile, index, count, onMove, onDrag, onRetry, onRemove } = props;
  const t = useTranslations("post");
  const [dragged, setDragged] = useState(false);
  const at = useRef(index);
  at.current = index;
  // The tile moves under the pointer and would lose a captured one: the window hears it to the end.
  const drag = (event: PointerEvent) => {
    const under = document
      .elementsFromPoint(event.clientX, event.clientY)
      .map((element) => element.closest("[data-photo]"))
      .find((element) => element !== null);
    const to = Number(under?.getAttribute("data-photo") ?? at.current);
    if (to !== at.current) onDrag(at.current, to);
  };
  const beginDrag = () => {
    const end = () => {
      setDragged(false);
      window.removeEventListener("pointermove", drag);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
    };
    setDragged(true);
    window.addEventListener("pointermove", drag);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  };
  const widths = tile.picture?.widths ?? [];
  const width = widths.find((one) => one >= 320) ?? widths.at(-1);
  const source = tile.url ?? (tile.picture ? `${tile.picture.base_url}/${width}.webp` : undefined);
  const control = "grid size-9 place-items-center rounded-control text-ink hover:bg-surface disabled:opacity-35";
  const name = t("photos.photo", { index: index + 1 });
  return (
    <li
      data-photo={index}
      className={clsx(
        "overflow-hidden rounded-card border bg-bg",
        dragged ? "border-accent opacity-75" : tile.error !== null ? "border-danger" : "border-line",
      )}
    >
      <div className="relative aspect-[4/3] bg-surface">
        {source && <img src={source} alt={name} draggable={false} className="size-full object-cover" />}
        {index === 0 && (
          <span className="absolute top-2 left-2 rounded-full bg-black/65 px-2 py-0.5 text-xs text-white">
            {t("photos.first")}
          </span>
        )}
        {count > 1 && (
          <span
            aria-hidden
            title={t("photos.drag")}
            onPointerDown={(event) => {
              event.preventDefault();
              beginDrag();
            }}
            className="absolute top-1 right-1 grid size-9 cursor-grab touch-none place-items-center rounded-full bg-black/65 text-white active:cursor-grabbing"
          >
            <GripVertical className="size-5" />
          </span>
        )}
        {!tile.picture && tile.error === null && (
          <span
            role="progressbar"
            aria-label={t("photos.uploading", { index: index + 1 })}
            aria-valuenow={Math.round(tile.progress * 100)}
            className="absolute inset-x-2 bottom-2 h-1.5 overflow-hidden rounded-full bg-black/65"
          >
            <span className="block h-full bg-white" style={{ width: `${Math.max(4, tile.progress * 100)}%` }} />
          </span>
        )}
      </div>
      {tile.error !== null && (
        <div className="p-2 text-sm">
          <p role="alert" className="text-danger">
            {tile.error || t("photos.failed")}
          </p>
          <button type="button" onClick={onRetry} className="inline-flex min-h-8 items-center gap-1 text-accent">
            <RotateCw aria-hidden className="size-4" />
            {t("photos.retry")}
          </button>
        </div>
      )}
      <div className="flex items-center justify-between px-1">
        <span className="flex">
          <button
            type="button"
            disabled={index === 0}
            aria-label={`${name}: ${t("photos.earlier")}`}
            onClick={() => onMove(index, index - 1)}
            className={control}
          >
            <ChevronLeft aria-hidden className="size-5" />
          </button>
          <button
            type="button"
            disabled={index === count - 1}
            aria-label={`${name}: ${t("photos.later")}`}
            onClick={() => onMove(index, index + 1)}
            className={control}
          >
            <ChevronRight aria-hidden className="size-5" />
          </button>
        </span>
        <button type="button" aria-label={`${name}: ${t("photos.remove")}`} onClick={onRemove} className={control}>
          <Trash2 aria-hidden className="size-5" />
        </button>
      </div>
    </li>
  );
}
