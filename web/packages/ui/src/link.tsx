import type { ComponentProps } from "react";

export interface LinkProps extends ComponentProps<"a"> {
  href: string;
  /** Takes the place of the present address instead of coming after it. */
  replace?: boolean;
  /** Goes to the top of the new page; so it does unless told otherwise. */
  scroll?: boolean;
}

/** A link within the site. Plain HTML: one listener in the layout follows them all without loading the page anew. */
export function Link({ replace, scroll = true, ...rest }: LinkProps) {
  return <a data-soft={replace ? "replace" : "push"} data-scroll={scroll ? undefined : "keep"} {...rest} />;
}
