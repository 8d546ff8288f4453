"use client";

import type { Place } from "@svetu/api-client/types";
import type { Locale } from "@svetu/i18n/locales";
import { Select } from "@svetu/ui/field";
import { LocateFixed } from "lucide-react";
import { useRef, useState } from "react";
import { PlaceInput, type PlaceInputLabels } from "@/site/place-input";

export interface PlaceFilterLabels extends PlaceInputLabels {
  radius: string;
  exactly: string;
  here: string;
  distances: { metres: number; text: string }[];
}

interface Props {
  locale: Locale;
  labels: PlaceFilterLabels;
  initial: { id: string; name: string; lat: number; lon: number } | null;
  radius: string;
}

/** Where: a place, and how far around it. Hidden inputs carry what the API asks for. */
export function PlaceFilter({ locale, labels, initial, radius: initialRadius }: Props) {
  const [place, setPlace] = useState(initial);
  const [radius, setRadius] = useState(initialRadius);
  const anchor = useRef<HTMLInputElement>(null);
  // Hidden inputs tell nobody that they changed; the form is sent once they are in the page.
  const announce = () => setTimeout(() => anchor.current?.form?.requestSubmit());
  const choose = (chosen: Place | null) => {
    setPlace(chosen && { id: chosen.id, name: chosen.name, lat: chosen.point.lat, lon: chosen.point.lon });
    announce();
  };
  const around = place && radius !== "";
  return (
    <div className="flex flex-col gap-2">
      <PlaceInput locale={locale} labels={labels} value={place?.name ?? ""} onChoose={choose} />
      <input ref={anchor} type="hidden" />
      {place && !around && <input type="hidden" name="place" value={place.id} readOnly />}
      {around && (
        <>
          <input type="hidden" name="near" value={place.id} readOnly />
          <input type="hidden" name="lat" value={place.lat} readOnly />
          <input type="hidden" name="lon" value={place.lon} readOnly />
          <input type="hidden" name="radius_m" value={radius} readOnly />
        </>
      )}
      {place && (
        <Select
          aria-label={labels.radius}
          value={radius}
          onChange={(event) => {
            setRadius(event.target.value);
            announce();
          }}
        >
          <option value="">{labels.exactly}</option>
          {labels.distances.map(({ metres, text }) => (
            <option key={metres} value={metres}>
              {text}
            </option>
          ))}
        </Select>
      )}
      {!place && (
        <button
          type="button"
          className="inline-flex min-h-9 items-center gap-2 self-start text-sm text-accent hover:underline"
          onClick={() =>
            navigator.geolocation?.getCurrentPosition(({ coords }) => {
              setPlace({ id: "", name: labels.here, lat: round(coords.latitude), lon: round(coords.longitude) });
              setRadius("10000");
              announce();
            })
          }
        >
          <LocateFixed aria-hidden className="size-4" />
          {labels.here}
        </button>
      )}
    </div>
  );
}

/** About 100 m: nobody needs to be found more exactly. */
const round = (degrees: number) => Math.round(degrees * 1000) / 1000;
