import { env } from "@/env";
import { sitemapFiles, sitemapXml, XML_HEADERS } from "@/seo/sitemap";

export const dynamic = "force-dynamic";

/** The index of sitemaps. */
export async function GET(): Promise<Response> {
  const files = await sitemapFiles();
  const entries = files.map(({ name, lastmod }) => ({ url: `${env.siteUrl()}/sitemaps/${name}`, lastmod }));
  return new Response(sitemapXml("sitemapindex", entries), { headers: XML_HEADERS });
}
