/** The only place that reads the environment. Server side only. */

function url(name: string, fallback: string): string {
  const value = process.env[name] ?? fallback;
  return new URL(value).toString().replace(/\/$/, "");
}

export const env = {
  /** Where the gateway answers `/api/v1`, as the server reaches it. */
  apiUrl: () => url("SVETU_API_URL", "http://127.0.0.1:8080"),
  /** The address people use: canonical links, sitemaps, pictures for sharing. */
  siteUrl: () => url("SVETU_PUBLIC_URL", "http://127.0.0.1:8080"),
  /** Shows the gallery of components at `/dev/ui`. */
  uiGallery: () => process.env.SVETU_UI_GALLERY === "1",
  production: process.env.NODE_ENV === "production",
};
