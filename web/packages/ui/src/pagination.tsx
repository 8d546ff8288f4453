import { Link } from "./link";
import { buttonClass } from "./button";

export interface PaginationProps {
  label: string;
  previous?: { href: string; text: string };
  next?: { href: string; text: string };
}

/** Plain links to the pages before and after: they work without script and for crawlers. */
export function Pagination({ label, previous, next }: PaginationProps) {
  if (!previous && !next) return null;
  return (
    <nav aria-label={label} className="flex justify-center gap-3">
      {previous && (
        <Link href={previous.href} rel="prev" className={buttonClass("secondary", "small")}>
          {previous.text}
        </Link>
      )}
      {next && (
        <Link href={next.href} rel="next" className={buttonClass("secondary", "small")}>
          {next.text}
        </Link>
      )}
    </nav>
  );
}
