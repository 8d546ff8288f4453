import clsx from "clsx";

/** A grey shape of what comes. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx("block animate-pulse rounded-control bg-line", className)} />;
}

/** The shape of a card of a listing. */
export function CardSkeleton() {
  return (
    <div aria-hidden>
      <Skeleton className="aspect-[4/3] w-full rounded-card" />
      <Skeleton className="mt-3 h-5 w-1/2" />
      <Skeleton className="mt-2 h-4 w-full" />
      <Skeleton className="mt-1 h-4 w-2/3" />
      <Skeleton className="mt-2 h-4 w-1/3" />
    </div>
  );
}
