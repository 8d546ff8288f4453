"use client";

import type { Card, Cluster, Clusters } from "@svetu/api-client/types";
import { formatMoney } from "@svetu/i18n/format";
import { href, type Locale } from "@svetu/i18n/locales";
import { Button } from "@svetu/ui/button";
import { Link } from "@svetu/ui/link";
import { Search, X } from "lucide-react";
import { type Map as MapLibre, Marker } from "maplibre-gl";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/browser";
import { type PriceWords, priceText } from "@/listing/price";
import { boundsOf, createMap, type MapWords } from "@/map/base-map";
import { listingPath } from "@/seo/links";
import { change, readParams, withQuery } from "./query";

interface Props {
  locale: Locale;
  path: string;
  /** The filters as the API takes them. */
  query: string;
  words: PriceWords;
  labels: MapWords & { searchHere: string; loading: string; failed: string; cluster: string; close: string };
}

const SERBIA: [number, number] = [20.6, 44.2];
const ZOOM_COUNTRY = 6.3;

/** Found ads as clusters that the server counts; "search this area" puts the view into the address. */
/** Pins nearer than this would cover each other. */
const APART_PX = { x: 64, y: 36 };

/** Pins that would cover each other become one: a finger hits what it means, and the counts stay whole. */
function apart(features: Cluster[], map: MapLibre): Cluster[] {
  const placed: (Cluster & { x: number; y: number })[] = [];
  for (const feature of [...features].sort((a, b) => b.count - a.count)) {
    const { x, y } = map.project([feature.lon, feature.lat]);
    const near = placed.find((pin) => Math.abs(pin.x - x) < APART_PX.x && Math.abs(pin.y - y) < APART_PX.y);
    if (!near) {
      placed.push({ ...feature, x, y });
      continue;
    }
    const [west, south, east, north] = feature.bbox;
    near.count += feature.count;
    near.listing = null;
    near.bbox = [
      Math.min(near.bbox[0], west),
      Math.min(near.bbox[1], south),
      Math.max(near.bbox[2], east),
      Math.max(near.bbox[3], north),
    ];
  }
  return placed;
}

export default function ResultsMap({ locale, path, query, words, labels }: Props) {
  const router = useRouter();
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre>(null);
  const [moved, setMoved] = useState(false);
  const [status, setStatus] = useState<"loading" | "ready" | "failed">("loading");
  const [chosen, setChosen] = useState<Card | null>(null);

  useEffect(() => {
    if (!box.current) return;
    const made = createMap({ container: box.current, center: SERBIA, zoom: ZOOM_COUNTRY, words: labels });
    map.current = made;
    made.on("dragend", () => setMoved(true));
    made.on("zoomend", (event) => event.originalEvent && setMoved(true));
    return () => made.remove();
  }, []);

  useEffect(() => {
    const here = map.current;
    if (!here) return;
    let markers: Marker[] = [];
    let abort: AbortController | undefined;
    const params = new URLSearchParams(query);
    const area = params.get("bbox")?.split(",").map(Number);
    if (area?.length === 4) {
      here.fitBounds(area as [number, number, number, number], { animate: false, padding: 8 });
    }
    params.delete("sort");
    const load = () => {
      abort?.abort();
      abort = new AbortController();
      params.set("bbox", boundsOf(here));
      params.set("zoom", here.getZoom().toFixed(2));
      params.set("lang", locale);
      api<Clusters>("GET", "/marketplace/search/clusters", { query: params, signal: abort.signal }).then(
        ({ data }) => {
          for (const marker of markers) marker.remove();
          markers = apart(data.features, here).map((feature) => pin(feature).addTo(here));
          setStatus("ready");
        },
        (error: Error) => error.name !== "AbortError" && setStatus("failed"),
      );
    };
    const pin = (feature: Cluster) => {
      const element = document.createElement("button");
      element.type = "button";
      const single = feature.count === 1 && feature.listing;
      element.className = single
        ? "rounded-full border border-line bg-raised px-2 py-1 text-xs font-[650] text-ink shadow-raised"
        : "grid min-w-9 place-items-center rounded-full border-2 border-bg bg-accent px-2 py-1.5 text-xs font-[650] text-on-accent";
      element.textContent = single ? priceText(locale, single.price, words) : String(feature.count);
      element.setAttribute(
        "aria-label",
        single
          ? `${single.title}, ${priceText(locale, single.price, words)}`
          : labels.cluster.replace("{count}", String(feature.count)),
      );
      element.addEventListener("click", (event) => {
        event.stopPropagation();
        if (single) setChosen(single);
        else {
          setMoved(true);
          here.fitBounds(feature.bbox, { padding: 64, maxZoom: here.getZoom() + 4 });
        }
      });
      return new Marker({ element }).setLngLat([feature.lon, feature.lat]);
    };
    if (here.loaded()) load();
    else here.once("load", load);
    here.on("moveend", load);
    return () => {
      abort?.abort();
      here.off("moveend", load);
      for (const marker of markers) marker.remove();
    };
  }, [query, locale, words, labels.cluster]);

  const searchHere = () => {
    if (!map.current) return;
    const next = change(readParams(new URLSearchParams(location.search)), {
      bbox: boundsOf(map.current),
      place: null,
      near: null,
      lat: null,
      lon: null,
      radius_m: null,
    });
    setMoved(false);
    router.push(withQuery(path, next), { scroll: false });
  };

  return (
    <div className="relative h-[70dvh] overflow-hidden rounded-card border border-line">
      <div ref={box} className="size-full" />
      {moved && (
        <Button
          variant="secondary"
          size="small"
          onClick={searchHere}
          className="absolute top-3 left-1/2 -translate-x-1/2 shadow-raised"
        >
          <Search aria-hidden className="size-4" />
          {labels.searchHere}
        </Button>
      )}
      {status !== "ready" && (
        <p role="status" className="absolute bottom-3 left-3 rounded-full bg-raised px-3 py-1 text-sm shadow-raised">
          {status === "loading" ? labels.loading : labels.failed}
        </p>
      )}
      {chosen && (
        <div className="absolute inset-x-3 bottom-3 flex max-w-sm gap-3 rounded-card border border-line bg-raised p-3 shadow-raised">
          {chosen.picture && (
            <img
              src={`${chosen.picture.base_url}/${chosen.picture.widths.find((width) => width >= 320) ?? chosen.picture.widths.at(-1)}.webp`}
              alt=""
              className="size-20 shrink-0 rounded-control object-cover"
            />
          )}
          <div className="min-w-0 grow">
            <p className="font-[700]">
              {chosen.price.kind === "fixed" ? formatMoney(locale, chosen.price) : words[chosen.price.kind]}
            </p>
            <Link
              href={href(locale, listingPath(chosen.id, chosen.title))}
              className="line-clamp-2 text-sm hover:underline"
            >
              {chosen.title}
            </Link>
            <p className="truncate text-xs text-quiet">{chosen.place.name}</p>
          </div>
          <button
            type="button"
            aria-label={labels.close}
            onClick={() => setChosen(null)}
            className="grid size-9 shrink-0 place-items-center"
          >
            <X aria-hidden className="size-4" />
          </button>
        </div>
      )}
    </div>
  );
}
