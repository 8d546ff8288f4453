import clsx from "clsx";
import { Camera, ImageOff } from "lucide-react";
import { Link } from "./link";
import type { ReactNode } from "react";
import { Badge, type Tone } from "./badge";
import { Picture, type PictureSource } from "./picture";
import { PriceText, type PriceTextProps } from "./price-text";

export interface ListingCardProps {
  href: string;
  title: string;
  /** Language of the title, when it is not the page's. */
  titleLang?: string;
  price: PriceTextProps;
  picture: PictureSource | null;
  preview?: string;
  pictureCount: number;
  /** "12 photos", read out. */
  pictureCountLabel: string;
  attributes: string[];
  place: string;
  age: string;
  badge?: { text: string; tone: Tone };
  heart?: ReactNode;
  priority?: boolean;
  layout?: "grid" | "list";
  /** Of its heading: one below what stands above the cards. */
  level?: 2 | 3;
  noPhotoLabel: string;
}

const GRID_SIZES = "(min-width: 80rem) 300px, (min-width: 64rem) 25vw, (min-width: 40rem) 33vw, 50vw";
const LIST_SIZES = "(min-width: 40rem) 240px, 40vw";

/** An ad in a grid or a list. The whole card is the link; the heart lies above it. */
export function ListingCard(props: ListingCardProps) {
  const list = props.layout === "list";
  const Heading = props.level === 2 ? "h2" : "h3";
  return (
    <article
      className={clsx(
        "group relative",
        list
          ? "grid grid-cols-[40%_1fr] gap-4 border-b border-line pb-4 sm:grid-cols-[240px_1fr]"
          : "flex flex-col rounded-card",
      )}
    >
      <div
        className={clsx(
          "relative aspect-[4/3] overflow-hidden rounded-card bg-surface",
          "outline outline-1 -outline-offset-1 outline-line group-hover:outline-control",
        )}
      >
        {props.picture ? (
          <Picture
            source={props.picture}
            alt=""
            preview={props.preview}
            priority={props.priority}
            sizes={list ? LIST_SIZES : GRID_SIZES}
          />
        ) : (
          <span className="grid size-full place-items-center text-quiet">
            <ImageOff aria-hidden className="size-8" />
            <span className="sr-only">{props.noPhotoLabel}</span>
          </span>
        )}
        {props.badge && (
          <span className="absolute top-2 left-2">
            <Badge tone={props.badge.tone}>{props.badge.text}</Badge>
          </span>
        )}
        {props.pictureCount > 1 && (
          <span className="absolute bottom-2 left-2 inline-flex h-6 items-center gap-1 rounded-full bg-black/65 px-2 text-xs text-white">
            <Camera aria-hidden className="size-3.5" />
            <span aria-hidden>{props.pictureCount}</span>
            <span className="sr-only">{props.pictureCountLabel}</span>
          </span>
        )}
      </div>
      <div className={clsx("min-w-0", list ? "py-1 pr-12" : "pt-2")}>
        <PriceText {...props.price} />
        <Heading className="mt-0.5 text-sm leading-snug font-normal lg:text-base" lang={props.titleLang}>
          <Link
            href={props.href}
            className="line-clamp-2 after:absolute after:inset-0 after:rounded-card focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-offset-2 focus-visible:after:outline-accent"
          >
            {props.title}
          </Link>
        </Heading>
        {props.attributes.length > 0 && (
          <p className={clsx("mt-1 text-xs text-quiet lg:text-sm", list ? "line-clamp-2" : "truncate")}>
            {(list ? props.attributes : props.attributes.slice(0, 2)).join(" · ")}
          </p>
        )}
        <p className="mt-1 flex gap-1 text-xs text-quiet">
          <span className="truncate">{props.place}</span>
          <span aria-hidden>·</span>
          <span className="shrink-0">{props.age}</span>
        </p>
      </div>
      {props.heart && <div className="absolute top-1 right-1 z-10">{props.heart}</div>}
    </article>
  );
}
