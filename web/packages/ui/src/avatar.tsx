import clsx from "clsx";

/** The first letters of a name on a quiet ground, or the person's picture. */
export function Avatar({ name, picture, className }: { name: string; picture?: string; className?: string }) {
  const letters = name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0] ?? "")
    .join("")
    .toUpperCase();
  return (
    <span
      aria-hidden
      className={clsx(
        "grid size-12 shrink-0 place-items-center overflow-hidden rounded-full bg-accent-soft text-base font-[600] text-accent",
        className,
      )}
    >
      {picture ? <img src={picture} alt="" className="size-full object-cover" /> : letters}
    </span>
  );
}
