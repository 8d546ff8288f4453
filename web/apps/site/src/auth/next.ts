import { href, type Locale } from "@svetu/i18n/locales";

const PATH_CHARS_MAX = 2000;

/** Where to go after signing in: a path of this site, or the home page. Everything else could lead people away. */
export function localPath(locale: Locale, value: unknown): string {
  const home = href(locale, "/");
  if (typeof value !== "string" || value.length > PATH_CHARS_MAX || !value.startsWith("/")) return home;
  const base = "http://site.invalid";
  if (!URL.canParse(value, base)) return home;
  const url = new URL(value, base);
  // `//elsewhere`, `/\elsewhere` and their kin change the origin when they are resolved as a browser does.
  if (url.origin !== base || url.pathname.startsWith("//")) return home;
  return url.pathname + url.search + url.hash;
}

/** Where somebody whom the provider now knows goes on: to what another application asked, or to the site, which asks the provider in turn. */
export const entering = (next: string) =>
  next.startsWith("/oauth/") ? next : `/session/sign-in?next=${encodeURIComponent(next)}`;

/** A page of signing in or up that comes back to `next`. */
export function withNext(locale: Locale, path: string, next: string): string {
  const target = href(locale, path);
  return next === href(locale, "/") ? target : `${target}?next=${encodeURIComponent(next)}`;
}
