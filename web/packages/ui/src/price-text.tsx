import clsx from "clsx";

export interface PriceTextProps {
  /** The price in words of the reader's language: `12.500 €` or "by agreement". */
  price: string;
  /** The same in the other currency. */
  other?: string | null;
  /** The price before, if it fell. */
  previous?: string | null;
  /** Read out before the old price: "Price before". */
  previousLabel?: string;
  size?: "card" | "page";
}

export function PriceText({ price, other, previous, previousLabel, size = "card" }: PriceTextProps) {
  return (
    <p className={clsx("flex flex-wrap items-baseline gap-x-2", size === "page" && "gap-x-3")}>
      <strong className={clsx("tabular font-[700]", size === "page" ? "text-xl" : "text-base lg:text-lg")}>
        {price}
      </strong>
      {previous && (
        <s className={clsx("tabular text-quiet", size === "page" ? "text-base" : "text-xs")}>
          {previousLabel && <span className="sr-only">{previousLabel} </span>}
          {previous}
        </s>
      )}
      {other && (
        <span className={clsx("tabular text-quiet", size === "page" ? "text-base" : "hidden text-xs lg:inline")}>
          ≈ {other}
        </span>
      )}
    </p>
  );
}
