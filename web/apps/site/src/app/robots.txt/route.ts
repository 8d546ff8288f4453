import { href, locales } from "@svetu/i18n/locales";
import { env } from "@/env";

export const dynamic = "force-dynamic";

/** Rooms that hold nothing for a search engine. */
const CLOSED = [
  "/account",
  "/staff",
  "/post",
  "/sign-in",
  "/sign-up",
  "/recovery",
  "/recover",
  "/verify",
  "/unsubscribe",
];

export function GET(): Response {
  const paths = ["/api/", "/dev/", ...locales.flatMap((locale) => CLOSED.map((path) => href(locale, path)))];
  const lines = [
    "User-agent: *",
    ...paths.map((path) => `Disallow: ${path}`),
    "",
    `Sitemap: ${env.siteUrl()}/sitemap.xml`,
  ];
  return new Response(`${lines.join("\n")}\n`, {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "public, max-age=3600" },
  });
}
