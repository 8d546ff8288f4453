"use client";

import { formatMoney } from "@svetu/i18n/format";
import { Button } from "@svetu/ui/button";
import { Dialog } from "@svetu/ui/dialog";
import { ImageOff } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useWizard } from "./context";
import { modelsOf, parseAmount } from "./form";
import type { Tile } from "./use-photos";

/** The ad as others will see it, before anybody does. */
export default function Preview(props: { tiles: Tile[]; publish: string; onPublish: () => void; onClose: () => void }) {
  const { tiles, publish, onPublish, onClose } = props;
  const t = useTranslations("post");
  const locale = useLocale();
  const { form, category } = useWizard();
  const amount = parseAmount(form.amount);
  const price =
    form.priceKind !== "fixed"
      ? t(`price.kinds.${form.priceKind}`)
      : amount === null
        ? "–"
        : formatMoney(locale, { amount_minor: amount, currency: form.currency });
  const rows = (category?.attributes ?? []).flatMap((attribute) => {
    const value = form.attributes[attribute.key];
    const options = attribute.kind === "model" ? modelsOf(attribute, form) : (attribute.options ?? []);
    const name = (key: string) => options.find((option) => option.key === key)?.name ?? key;
    const text =
      value === true
        ? t("yes")
        : Array.isArray(value)
          ? value.map(name).join(", ")
          : typeof value === "string" && value
            ? `${name(value)}${attribute.unit ? ` ${attribute.unit}` : ""}`
            : "";
    return text ? [{ name: attribute.name, text }] : [];
  });
  if (form.condition) rows.unshift({ name: t("condition.label"), text: t(`condition.${form.condition}`) });
  return (
    <Dialog
      open
      shape="sheet"
      title={t("preview.title")}
      closeLabel={t("close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onPublish}>{publish}</Button>
          <Button variant="secondary" onClick={onClose}>
            {t("preview.back")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {tiles.length > 0 ? (
          <ul className="no-scrollbar -mx-4 flex snap-x snap-mandatory overflow-x-auto bg-surface" tabIndex={0}>
            {tiles.map(({ key, picture, url }, i) => (
              <li key={key} className="aspect-[4/3] w-full shrink-0 snap-center">
                <img
                  src={url ?? `${picture?.base_url}/640.webp`}
                  alt={t("photos.photo", { index: i + 1 })}
                  className="size-full object-contain"
                />
              </li>
            ))}
          </ul>
        ) : (
          <p className="grid h-40 place-items-center rounded-card bg-surface text-quiet">
            <ImageOff aria-hidden className="size-8" />
            <span className="sr-only">{t("preview.noPhotos")}</span>
          </p>
        )}
        <p className="tabular text-xl font-[700]">{price}</p>
        <h3 className="text-lg">{form.title}</h3>
        {form.place && <p className="text-sm text-quiet">{form.place.name}</p>}
        {rows.length > 0 && (
          <dl className="border-t border-line">
            {rows.map(({ name, text }) => (
              <div key={name} className="flex gap-4 border-b border-line py-2 text-sm">
                <dt className="w-2/5 shrink-0 text-quiet">{name}</dt>
                <dd className="min-w-0 grow font-[550]">{text}</dd>
              </div>
            ))}
          </dl>
        )}
        {form.description && <p className="whitespace-pre-line">{form.description}</p>}
      </div>
    </Dialog>
  );
}
