// Puts MapLibre's worker where the page's policy lets it run from: this origin.
import { copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const library = dirname(createRequire(import.meta.url).resolve("maplibre-gl/package.json"));
const target = fileURLToPath(new URL("../public/map/maplibre-gl-worker.mjs", import.meta.url));
copyFileSync(join(library, "dist/maplibre-gl-worker.mjs"), target);
