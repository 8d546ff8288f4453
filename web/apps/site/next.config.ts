import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

interface Bundler {
  plugins: unknown[];
  optimization: { splitChunks: unknown };
  output: { trustedTypes?: unknown };
  resolve: { alias: Record<string, string | false> };
}
interface Chunk {
  name?: string;
}
interface Graph {
  chunkGraph: { getModuleChunksIterable(module: unknown): Iterable<Chunk> };
}

/** Chunks that every page loads, whatever it shows. */
const EVERYWHERE = new Set([
  "main-app",
  "app-pages-internals",
  "app/global-error",
  "app/[locale]/layout",
  "app/[locale]/error",
  "app/[locale]/not-found",
]);

/**
 * What every page loads is one file: compressed together it is a twelfth smaller than in pieces, and no page's own chunk
 * repeats a part of it.
 */
const together = {
  chunks: ({ name }: Chunk) => !/^(polyfills|main|pages\/.*)$/.test(name ?? ""),
  cacheGroups: {
    default: false,
    defaultVendors: false,
    shell: {
      name: "shell",
      enforce: true,
      priority: 20,
      test: (module: { type: string }, { chunkGraph }: Graph) =>
        module.type.startsWith("javascript/") &&
        [...chunkGraph.getModuleChunksIterable(module)].some(({ name }) => EVERYWHERE.has(name ?? "")),
    },
    shared: { minChunks: 2, minSize: 12_000, priority: 10, reuseExistingChunk: true },
  },
};

const icon = fileURLToPath(new URL("../../packages/ui/src/icon.tsx", import.meta.url));

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: fileURLToPath(new URL("../..", import.meta.url)),
  turbopack: { root: fileURLToPath(new URL("../..", import.meta.url)) },
  transpilePackages: ["@svetu/ui", "@svetu/i18n", "@svetu/api-client"],
  poweredByHeader: false,
  reactStrictMode: true,
  skipTrailingSlashRedirect: false,
  // Titles and descriptions stand in the head for everybody, not for known crawlers only.
  htmlLimitedBots: /.*/,
  images: { unoptimized: true },
  webpack(config: Bundler, { webpack, isServer, dev }) {
    config.plugins.push(new webpack.NormalModuleReplacementPlugin(/\/createLucideIcon\.mjs$/, icon));
    if (isServer) return config;
    // The policy of instrumentation-client.ts speaks for the loader too.
    config.output.trustedTypes = undefined;
    Object.assign(config.resolve.alias, {
      "next/dist/compiled/process": fileURLToPath(new URL("src/browser/process.ts", import.meta.url)),
      // For browsers older than the oldest that Next.js itself runs in.
      "../build/polyfills/polyfill-module": false,
    });
    if (!dev) config.optimization.splitChunks = together;
    return config;
  },
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
