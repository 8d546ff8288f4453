import { splitPath } from "@svetu/i18n/locales";
import { type NextRequest, NextResponse } from "next/server";
import { env } from "@/env";
import { ROOMS } from "@/site/rooms";

/** Scripts run only with this request's nonce; everything else comes from this origin. */
function policy(nonce: string, leadsAway: boolean): string {
  const development = env.production ? "" : " 'unsafe-eval'";
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    // Chromium holds this against the redirects that follow a form too: an application's own address is where consent leads.
    ...(leadsAway ? [] : ["form-action 'self'"]),
    "frame-ancestors 'none'",
    "trusted-types default nextjs",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

/** Pages whose form ends at the application that sent somebody here. */
function leadsToApplication(path: string, query: URLSearchParams): boolean {
  const entrance = path === "/sign-in" || path === "/sign-up" || path === "/sign-up/upstream";
  return (
    path === "/connect" || path === "/connect/leave" || (entrance && (query.get("next") ?? "").startsWith("/oauth/"))
  );
}

/** Pages whose address holds a letter's token; `no-referrer` would take the origin away from their own forms too. */
const SECRET = /^\/(?:verify|recover|invitation|unsubscribe)(?:\/|$)/;
const UNSUBSCRIBE = /^\/unsubscribe\/[a-z]+$/;
const LISTING = /^listing_[0-9a-z]+$/;

/** An ad that is gone answers 410 and one that never was answers 404: a page alone cannot choose its status. */
async function listingStatus(id: string, request: NextRequest): Promise<number> {
  if (!LISTING.test(id)) return 404;
  try {
    const response = await fetch(`${env.apiUrl()}/api/v1/marketplace/listings/${id}`, {
      method: "HEAD",
      headers: { cookie: request.headers.get("cookie") ?? "" },
      signal: AbortSignal.timeout(2000),
      cache: "no-store",
    });
    return response.status;
  } catch {
    return 0;
  }
}

export async function proxy(request: NextRequest) {
  const { pathname } = request.nextUrl;
  const { locale, path } = splitPath(pathname);
  const nonce = btoa(crypto.randomUUID());
  const csp = policy(nonce, leadsToApplication(path, request.nextUrl.searchParams));
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", csp);
  headers.set("x-next-intl-locale", locale);
  headers.set("x-page", path + request.nextUrl.search);

  const target = request.nextUrl.clone();
  target.pathname = `/${locale}${path === "/" ? "" : path}`;
  let status: number | undefined;
  // Moving within the site asks for parts of pages: there `notFound()` of the page says it.
  if (!request.headers.has("rsc") && (request.method === "GET" || request.method === "HEAD")) {
    const [, room = "", id = ""] = path.split("/");
    const found = room && !ROOMS.has(room) ? 404 : room === "listings" ? await listingStatus(id, request) : 200;
    if (found === 410) {
      target.pathname = `/${locale}/gone`;
      target.searchParams.set("listing", id);
      status = found;
    } else if (found === 404) {
      target.pathname = `/${locale}/missing`;
      status = found;
    }
  }
  // A mail program ends letters by a plain post to the page's address (RFC 8058); the page's own form is multipart.
  const plainPost = request.method === "POST" && request.headers.get("content-type")?.includes("x-www-form-urlencoded");
  if (plainPost && UNSUBSCRIBE.test(path)) target.pathname += "/one-click";
  const response = NextResponse.rewrite(target, { request: { headers }, status });
  response.headers.set("content-security-policy", csp);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", SECRET.test(path) ? "same-origin" : "strict-origin-when-cross-origin");
  response.headers.set("permissions-policy", "geolocation=(self), camera=(self), microphone=()");
  return response;
}

export const config = {
  matcher: ["/((?!api/|media/|_next/|sitemaps/|og/|manifests/|map/|icons/|[^/]*\\.[a-z0-9]+$).*)"],
};
