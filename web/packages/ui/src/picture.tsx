import clsx from "clsx";

export interface PictureSource {
  width: number;
  height: number;
  base_url: string;
  widths: number[];
}

export interface PictureProps {
  source: PictureSource;
  alt: string;
  /** How wide it is shown, as the `sizes` attribute says it. */
  sizes: string;
  /** A tiny data: URL shown until the picture arrives. */
  preview?: string;
  /** The page's largest picture: fetched first. */
  priority?: boolean;
  fit?: "cover" | "contain";
  className?: string;
}

const srcSet = ({ base_url, widths }: PictureSource, extension: string) =>
  widths.map((width) => `${base_url}/${width}.${extension} ${width}w`).join(", ");

/** A photo in the width that the place needs. The box around it gives the size, so nothing jumps. */
export function Picture({ source, alt, sizes, preview, priority, fit = "cover", className }: PictureProps) {
  const fallback = source.widths.find((width) => width >= 640) ?? source.widths.at(-1) ?? 320;
  return (
    <picture>
      <source type="image/webp" srcSet={srcSet(source, "webp")} sizes={sizes} />
      <img
        src={`${source.base_url}/${fallback}.jpg`}
        srcSet={srcSet(source, "jpg")}
        sizes={sizes}
        width={source.width}
        height={source.height}
        alt={alt}
        loading={priority ? "eager" : "lazy"}
        fetchPriority={priority ? "high" : "auto"}
        decoding={priority ? "sync" : "async"}
        style={preview ? { backgroundImage: `url(${preview})`, backgroundSize: "100% 100%" } : undefined}
        className={clsx("size-full", fit === "cover" ? "object-cover" : "object-contain", className)}
      />
    </picture>
  );
}
