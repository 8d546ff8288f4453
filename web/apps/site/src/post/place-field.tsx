"use client";

import type { Place } from "@svetu/api-client/types";
import { Field } from "@svetu/ui/field";
import { toast } from "@svetu/ui/toast";
import { LocateFixed } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "@/api/browser";
import { PlaceInput } from "@/site/place-input";
import { idOf, useWizard } from "./context";

const POINTER = "/place_id";

export function PlaceField() {
  const t = useTranslations("post");
  const locale = useLocale();
  const { form, set, faults } = useWizard();
  const [locating, setLocating] = useState(false);
  const id = idOf(POINTER);
  const error = faults.get(POINTER);
  const help = t("place.help");
  const locate = () => {
    setLocating(true);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const point = { lat: coords.latitude, lon: coords.longitude };
        api<Place>("GET", "/marketplace/places/reverse", { query: point })
          .then(
            ({ data }) => set({ place: { id: data.id, name: nameOf(data), point } }),
            () => toast(t("place.failed"), "danger"),
          )
          .finally(() => setLocating(false));
      },
      () => {
        setLocating(false);
        toast(t("place.denied"), "danger");
      },
      { timeout: 10_000 },
    );
  };
  return (
    <div>
      <Field id={id} label={t("place.label")} help={help} error={error}>
        <PlaceInput
          id={id}
          locale={locale}
          value={form.place?.name ?? ""}
          describedBy={[error ? `${id}-error` : "", `${id}-help`].filter(Boolean).join(" ")}
          invalid={Boolean(error)}
          onChoose={(place) => set({ place: place && { id: place.id, name: nameOf(place) } })}
          labels={{
            label: t("place.label"),
            placeholder: t("place.placeholder"),
            clear: t("place.clear"),
            none: t("place.none"),
          }}
        />
      </Field>
      <button
        type="button"
        disabled={locating}
        onClick={locate}
        className="mt-1 inline-flex min-h-9 items-center gap-2 text-sm text-accent hover:underline disabled:opacity-55"
      >
        <LocateFixed aria-hidden className="size-4" />
        {t("place.here")}
      </button>
    </div>
  );
}

const nameOf = ({ name, parent_name }: Place) => [name, parent_name].filter(Boolean).join(", ");
