// Makes the base map that works without the internet, from Natural Earth (public domain) by npm's world-atlas:
//   folder=$(mktemp -d) && npm install --prefix $folder world-atlas@2 topojson-client@3 topojson-simplify@3
//   node web/apps/site/scripts/basemap.mjs $folder/node_modules
// Writes public/map/region.json (land and borders of the region, 1:10m, clipped) and public/map/world.json (1:110m), each a
// GeoJSON FeatureCollection whose features have kind = land (with the country's ISO number) or border.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const modules = path.resolve(process.argv[2] ?? "node_modules");
const require = createRequire(path.join(modules, "basemap.cjs"));
const { feature, mesh } = require("topojson-client");
const { presimplify, simplify } = require("topojson-simplify");
const out = path.join(path.dirname(fileURLToPath(import.meta.url)), "../public/map");

// West, south, east, north: Serbia, its neighbours and what a wide screen shows beside them.
const REGION = [11, 37, 31, 50];
// Square degrees of a triangle that a line may lose: about 250 m across.
const DETAIL = { region: 5e-6, world: 0 };

const read = (name) => JSON.parse(readFileSync(path.join(modules, "world-atlas", name), "utf8"));
const round = (digits) => ([lon, lat]) => [Number(lon.toFixed(digits)), Number(lat.toFixed(digits))];

// Sutherland and Hodgman, one side of the box after the other.
function clipRing(ring, [west, south, east, north]) {
  const sides = [
    [([x]) => x >= west, (a, b) => cut(a, b, 0, west)],
    [([x]) => x <= east, (a, b) => cut(a, b, 0, east)],
    [([, y]) => y >= south, (a, b) => cut(a, b, 1, south)],
    [([, y]) => y <= north, (a, b) => cut(a, b, 1, north)],
  ];
  for (const [inside, crossing] of sides) {
    const input = ring;
    ring = [];
    for (let at = 0; at < input.length; at++) {
      const here = input[at];
      const before = input[(at + input.length - 1) % input.length];
      if (inside(here)) {
        if (!inside(before)) ring.push(crossing(before, here));
        ring.push(here);
      } else if (inside(before)) {
        ring.push(crossing(before, here));
      }
    }
    if (ring.length === 0) return [];
  }
  return ring;
}

function cut(a, b, axis, value) {
  const share = (value - a[axis]) / (b[axis] - a[axis]);
  const point = [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  point[axis] = value;
  return point;
}

// Parts of a line inside the box; a segment that leaves it ends at its last point inside.
function clipLine(line, [west, south, east, north]) {
  const parts = [];
  let part = [];
  for (const point of line) {
    const inside = point[0] >= west && point[0] <= east && point[1] >= south && point[1] <= north;
    if (inside) part.push(point);
    else if (part.length > 0) {
      if (part.length > 1) parts.push(part);
      part = [];
    }
  }
  if (part.length > 1) parts.push(part);
  return parts;
}

function withoutDoubles(points) {
  return points.filter((point, at) => at === 0 || point[0] !== points[at - 1][0] || point[1] !== points[at - 1][1]);
}

function closed(ring) {
  const points = withoutDoubles(ring);
  const [first, last] = [points[0], points[points.length - 1]];
  if (first && (first[0] !== last[0] || first[1] !== last[1])) points.push(first);
  return points.length >= 4 ? points : [];
}

function collection(topology, box, digits) {
  const features = [];
  for (const country of feature(topology, topology.objects.countries).features) {
    const polygons = country.geometry.type === "Polygon" ? [country.geometry.coordinates] : country.geometry.coordinates;
    const clipped = polygons
      .map((rings) => rings.map((ring) => closed((box ? clipRing(ring.slice(0, -1), box) : ring).map(round(digits)))))
      .filter((rings) => rings[0]?.length > 0)
      .map((rings) => rings.filter((ring) => ring.length > 0));
    if (clipped.length > 0) {
      features.push({
        type: "Feature",
        properties: { kind: "land", country: country.id ?? null },
        geometry: { type: "MultiPolygon", coordinates: clipped },
      });
    }
  }
  const borders = mesh(topology, topology.objects.countries, (a, b) => a !== b).coordinates;
  const lines = borders
    .flatMap((line) => (box ? clipLine(line, box) : [line]))
    .map((line) => withoutDoubles(line.map(round(digits))))
    .filter((line) => line.length > 1);
  features.push({ type: "Feature", properties: { kind: "border" }, geometry: { type: "MultiLineString", coordinates: lines } });
  return { type: "FeatureCollection", features };
}

mkdirSync(out, { recursive: true });
for (const [name, source, box, digits] of [
  ["region", "countries-10m.json", REGION, 3],
  ["world", "countries-110m.json", null, 2],
]) {
  const topology = read(source);
  const detailed = DETAIL[name] > 0 ? simplify(presimplify(topology), DETAIL[name]) : topology;
  const text = `${JSON.stringify(collection(detailed, box, digits))}\n`;
  writeFileSync(path.join(out, `${name}.json`), text);
  console.log(`${name}.json: ${Math.round(text.length / 1024)} KiB`);
}
