import { href, isLocale } from "@svetu/i18n/locales";
import { getTranslations } from "next-intl/server";

/** The web app's manifest in a language: `/manifests/{language}.webmanifest`. */
export async function GET(_: Request, { params }: { params: Promise<{ file: string }> }): Promise<Response> {
  const locale = (await params).file.replace(/\.webmanifest$/, "");
  if (!isLocale(locale)) return new Response(null, { status: 404 });
  const [site, app] = await Promise.all([
    getTranslations({ locale, namespace: "site" }),
    getTranslations({ locale, namespace: "app" }),
  ]);
  const icon = (src: string, sizes: string, purpose: string) => ({
    ...{ src: `/icons/${src}`, sizes, purpose },
    type: src.endsWith(".svg") ? "image/svg+xml" : "image/png",
  });
  const shortcut = (name: string, path: string) => ({
    name,
    url: href(locale, path),
    icons: [icon("icon-192.png", "192x192", "any")],
  });
  const manifest = {
    id: "/",
    name: app("name"),
    short_name: app("short"),
    description: site("description"),
    lang: locale,
    dir: "ltr",
    start_url: href(locale, "/"),
    scope: "/",
    display: "standalone",
    background_color: "#ffffff",
    theme_color: "#7a1f5c",
    categories: ["shopping"],
    icons: [
      icon("icon.svg", "any", "any"),
      icon("icon-192.png", "192x192", "any"),
      icon("icon-512.png", "512x512", "any"),
      icon("maskable-512.png", "512x512", "maskable"),
    ],
    shortcuts: [
      shortcut(app("search"), "/search"),
      shortcut(app("post"), "/post"),
      shortcut(app("favourites"), "/account/favourites"),
    ],
    share_target: {
      action: href(locale, "/post/share"),
      method: "POST",
      enctype: "multipart/form-data",
      params: { title: "title", text: "text", url: "url", files: [{ name: "photos", accept: ["image/*"] }] },
    },
  };
  return new Response(JSON.stringify(manifest), {
    headers: { "content-type": "application/manifest+json; charset=utf-8", "cache-control": "public, max-age=86400" },
  });
}
