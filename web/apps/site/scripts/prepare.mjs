// Puts into public/ what is made from elsewhere: MapLibre's worker, where the page's policy lets it run from (this origin),
// and the service worker with the version of the sources, so that a browser fetches the new offline pages with a new site.
// Fails when the rooms that the proxy knows are not the folders of pages.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const rooms = [...readFileSync(at("../src/site/rooms.ts"), "utf8").matchAll(/^ {2}"(.+)",$/gm)].map(([, name]) => name);
const folders = readdirSync(at("../src/app/[locale]"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !/^[[(]/.test(entry.name))
  .map(({ name }) => name)
  .sort();
if (rooms.join() !== folders.join()) {
  process.stderr.write(`src/site/rooms.ts has ${rooms}\nbut src/app/[locale] has ${folders}\n`);
  process.exit(1);
}

const library = dirname(createRequire(import.meta.url).resolve("maplibre-gl/package.json"));
mkdirSync(at("../public/map"), { recursive: true });
copyFileSync(join(library, "dist/maplibre-gl-worker.mjs"), at("../public/map/maplibre-gl-worker.mjs"));

const hash = createHash("sha256");
for (const folder of ["../src", "../worker", "../../../packages/ui/src", "../../../packages/i18n/messages"]) {
  const entries = readdirSync(at(folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of entries.map((entry) => join(entry.parentPath, entry.name)).sort()) hash.update(readFileSync(path));
}
const version = hash.digest("hex").slice(0, 12);
const worker = readFileSync(at("../worker/sw.js"), "utf8").replaceAll("${__VERSION__}", version);
writeFileSync(at("../public/sw.js"), worker.replace("/* global __VERSION__ */\n", ""));
