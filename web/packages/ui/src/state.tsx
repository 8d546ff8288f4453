import clsx from "clsx";
import type { ReactNode } from "react";

export interface StateProps {
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** The page's heading, or a part of a page. */
  level?: 1 | 2;
  className?: string;
}

/** Nothing here yet: says why and what can be done. */
export function EmptyState({ icon, title, children, actions, level = 2, className }: StateProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className={clsx("mx-auto flex max-w-md flex-col items-center gap-3 px-4 py-12 text-center", className)}>
      {icon && (
        <span aria-hidden className="grid size-16 place-items-center rounded-full bg-surface text-quiet [&>svg]:size-7">
          {icon}
        </span>
      )}
      <Heading className="text-lg">{title}</Heading>
      {children && <div className="text-base text-quiet">{children}</div>}
      {actions && <div className="mt-2 flex flex-wrap justify-center gap-3">{actions}</div>}
    </div>
  );
}

/** Something failed: the same shape, announced at once. */
export function ErrorState(props: StateProps) {
  return (
    <div role="alert">
      <EmptyState {...props} />
    </div>
  );
}
