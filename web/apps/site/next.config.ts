import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: fileURLToPath(new URL("../..", import.meta.url)),
  turbopack: { root: fileURLToPath(new URL("../..", import.meta.url)) },
  transpilePackages: ["@svetu/ui", "@svetu/i18n", "@svetu/api-client"],
  poweredByHeader: false,
  reactStrictMode: true,
  skipTrailingSlashRedirect: false,
  images: { unoptimized: true },
  // The font of the pictures for shared links is read at run time.
  outputFileTracingIncludes: {
    "/og/[locale]/[file]": [
      "../../node_modules/@fontsource/commissioner/files/*{latin,latin-ext,cyrillic,cyrillic-ext}-{400,700}-normal.woff",
    ],
  },
  // `forbidden()` answers 403 with app/[locale]/forbidden.tsx.
  experimental: { authInterrupts: true },
};

export default createNextIntlPlugin("./src/i18n/request.ts")(config);
