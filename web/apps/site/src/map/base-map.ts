import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapLibre, Marker, NavigationControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import { api } from "@/api/browser";

export interface BaseMapOptions {
  container: HTMLElement;
  /** Longitude, latitude. */
  center: [number, number];
  zoom: number;
  interactive?: boolean;
  words: MapWords;
}

/** What the map and its buttons are called, in the reader's language. */
export interface MapWords {
  map: string;
  zoomIn: string;
  zoomOut: string;
}

interface Label {
  name: string;
  lat: number;
  lon: number;
  rank: number;
}

const ZOOM_MIN = 4;
const ZOOM_MAX = 16;
const LABEL_PAUSE_MS = 150;

/** Serbia and its neighbours on a base map that needs nobody else's server: outlines, borders, names of places. */
export function createMap({ container, center, zoom, interactive = true, words }: BaseMapOptions): MapLibre {
  setWorkerUrl(new URL("/map/maplibre-gl-worker.mjs", location.href).toString());
  const map = new MapLibre({
    container,
    center,
    zoom,
    interactive,
    minZoom: ZOOM_MIN,
    maxZoom: ZOOM_MAX,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    locale: {
      "Map.Title": words.map,
      "NavigationControl.ZoomIn": words.zoomIn,
      "NavigationControl.ZoomOut": words.zoomOut,
    },
    // On a phone one finger scrolls the page, two move the map.
    cooperativeGestures: false,
    style: style(getComputedStyle(document.documentElement)),
  });
  map.touchZoomRotate.disableRotation();
  if (interactive) map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  placeLabels(map);
  return map;
}

function style(tokens: CSSStyleDeclaration): StyleSpecification {
  const colour = (name: string) => tokens.getPropertyValue(name).trim();
  return {
    version: 8,
    sources: {
      world: { type: "geojson", data: "/map/world.json" },
      region: { type: "geojson", data: "/map/region.json", attribution: "Natural Earth, GeoNames" },
    },
    layers: [
      { id: "water", type: "background", paint: { "background-color": colour("--line") } },
      ...(["world", "region"] as const).map((source) => ({
        id: `${source}-land`,
        type: "fill" as const,
        source,
        filter: ["==", ["get", "kind"], "land"] as ["==", ["get", string], string],
        paint: { "fill-color": colour("--surface") },
      })),
      {
        id: "region-serbia",
        type: "fill",
        source: "region",
        filter: ["all", ["==", ["get", "kind"], "land"], ["==", ["get", "country"], "688"]],
        paint: { "fill-color": colour("--bg") },
      },
      {
        id: "region-borders",
        type: "line",
        source: "region",
        filter: ["==", ["get", "kind"], "border"],
        paint: { "line-color": colour("--control"), "line-width": 1, "line-dasharray": [3, 2] },
      },
    ],
  };
}

/** Names come thinned from the server and lie on the map as plain text: no glyph files, every script. */
function placeLabels(map: MapLibre) {
  let shown: Marker[] = [];
  let abort: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const load = () => {
    abort?.abort();
    abort = new AbortController();
    api<{ items: Label[] }>("GET", "/marketplace/places/labels", {
      query: { bbox: boundsOf(map), zoom: map.getZoom().toFixed(1) },
      signal: abort.signal,
    }).then(
      ({ data }) => {
        for (const marker of shown) marker.remove();
        shown = data.items.map(({ name, lat, lon, rank }) => {
          const element = document.createElement("span");
          element.textContent = name;
          element.setAttribute("aria-hidden", "true");
          element.className = rank < 8 ? "map-label map-label-major" : "map-label";
          return new Marker({ element }).setLngLat([lon, lat]).addTo(map);
        });
      },
      () => undefined,
    );
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(load, LABEL_PAUSE_MS);
  };
  map.on("load", load);
  map.on("moveend", later);
}

/** The view as `west,south,east,north`, inside what the API takes. */
export function boundsOf(map: MapLibre): string {
  const bounds = map.getBounds();
  const clamp = (value: number, most: number) => Math.max(-most, Math.min(most, value)).toFixed(5);
  return [
    clamp(bounds.getWest(), 180),
    clamp(bounds.getSouth(), 90),
    clamp(bounds.getEast(), 180),
    clamp(bounds.getNorth(), 90),
  ].join(",");
}
