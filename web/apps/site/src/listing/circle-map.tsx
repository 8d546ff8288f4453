"use client";

import { useEffect, useRef } from "react";
import { createMap, type MapWords } from "@/map/base-map";

/** The size of the cell that a point is snapped to: somewhere in here. */
const RADIUS_M = 700;
const EARTH_M_PER_DEGREE = 111_320;
const CORNERS = 48;

export default function CircleMap({ lat, lon, words }: { lat: number; lon: number; words: MapWords }) {
  const { map, zoomIn, zoomOut } = words;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const made = createMap({ container: box.current, center: [lon, lat], zoom: 10, words: { map, zoomIn, zoomOut } });
    made.scrollZoom.disable();
    made.on("load", () => {
      const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
      const ring = Array.from({ length: CORNERS + 1 }, (_, i) => {
        const angle = (i / CORNERS) * 2 * Math.PI;
        return [
          lon + ((RADIUS_M / EARTH_M_PER_DEGREE) * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180),
          lat + (RADIUS_M / EARTH_M_PER_DEGREE) * Math.sin(angle),
        ];
      });
      made.addSource("place", {
        type: "geojson",
        data: { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } },
      });
      made.addLayer({
        id: "place",
        type: "fill",
        source: "place",
        paint: { "fill-color": accent, "fill-opacity": 0.35 },
      });
      made.addLayer({ id: "edge", type: "line", source: "place", paint: { "line-color": accent, "line-width": 2 } });
    });
    return () => made.remove();
  }, [lat, lon, map, zoomIn, zoomOut]);
  return <div ref={box} className="size-full" />;
}
