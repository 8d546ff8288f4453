import { sitemapEntries, sitemapXml, XML_HEADERS } from "@/seo/sitemap";

export async function GET(_: Request, { params }: { params: Promise<{ file: string }> }): Promise<Response> {
  const entries = await sitemapEntries((await params).file);
  if (!entries) return new Response(null, { status: 404 });
  return new Response(sitemapXml("urlset", entries), { headers: XML_HEADERS });
}
