"use client";

import type { Category, Currency, PriceHint, PriceKind, Rates } from "@svetu/api-client/types";
import { formatMoney, formatNumber } from "@svetu/i18n/format";
import { describedBy, Field, Input, Select } from "@svetu/ui/field";
import { useLocale, useTranslations } from "next-intl";
import { Option, Options } from "./attribute-field";
import { idOf, useWizard } from "./context";
import { type Form, parseAmount } from "./form";
import { useFirst, useRead } from "./use-read";

const POINTER = "/price/amount_minor";
const KINDS: PriceKind[] = ["fixed", "agreement", "free", "contact"];
/** What makes two ads comparable; a mileage or a colour does not. */
const LIKE = new Set(["make", "model", "choice", "size"]);
const LIKE_MAX = 3;
const PAUSE_MS = 500;

export function PriceField() {
  const t = useTranslations("post");
  const { form, set, category, faults } = useWizard();
  const kinds = category ? KINDS.filter((kind) => category.price_kinds.includes(kind)) : KINDS;
  const error = faults.get(POINTER);
  const id = idOf(POINTER);
  const help = t("price.help");
  return (
    <div className="flex flex-col gap-4">
      {kinds.length > 1 && (
        <Options id={`${id}-kind`} legend={t("price.kind")}>
          {kinds.map((kind) => (
            <Option
              key={kind}
              kind="radio"
              name="price-kind"
              label={t(`price.kinds.${kind}`)}
              checked={form.priceKind === kind}
              onChange={() => set({ priceKind: kind })}
            />
          ))}
        </Options>
      )}
      {form.priceKind === "fixed" && (
        <div className="grid grid-cols-[1fr_7rem] gap-3">
          <Field id={id} label={t("price.amount")} error={error} help={help}>
            <Input
              {...describedBy(id, help, error)}
              inputMode="decimal"
              autoComplete="off"
              value={form.amount}
              onChange={(event) => set({ amount: event.target.value })}
              className="tabular text-lg font-[600]"
            />
          </Field>
          <Field id={`${id}-currency`} label={t("price.currency")}>
            <Select
              id={`${id}-currency`}
              value={form.currency}
              onChange={(event) => set({ currency: event.target.value as Currency })}
            >
              <option value="RSD">RSD</option>
              <option value="EUR">EUR</option>
            </Select>
          </Field>
        </div>
      )}
      {form.priceKind === "fixed" && <Hint />}
    </div>
  );
}

/** What similar ads ask, and where this price stands among them. */
function Hint() {
  const t = useTranslations("post");
  const locale = useLocale();
  const { form, category } = useWizard();
  const hint = useFirst<PriceHint>(category ? hintPaths(form, category) : [], PAUSE_MS);
  const rates = useRead<Rates>(hint && hint.currency !== form.currency ? "/marketplace/rates" : null);
  if (!hint) return null;
  const convert = exchange(hint.currency, form.currency, rates);
  const currency = convert ? form.currency : hint.currency;
  const show = (minor: number) =>
    formatMoney(locale, { amount_minor: round(convert ? convert(minor) : minor), currency });
  const own = parseAmount(form.amount);
  const span = Math.max(1, hint.high - hint.low);
  const inHint =
    own !== null && (convert || form.currency === hint.currency) ? (convert ? own / convert(1) : own) : null;
  const share = (minor: number) => `${Math.min(100, Math.max(0, ((minor - hint.low) / span) * 100))}%`;
  const verdict = inHint === null ? null : inHint < hint.low ? "below" : inHint > hint.high ? "above" : "within";
  return (
    <div className="rounded-card bg-surface p-4 text-sm" role="status">
      <p>
        {t("hint.spread", { low: show(hint.low), high: show(hint.high) })}{" "}
        <span className="text-quiet">
          {t("hint.median", { median: show(hint.median), count: hint.count, shown: formatNumber(locale, hint.count) })}
        </span>
      </p>
      <div aria-hidden className="relative mx-1 mt-4 mb-1 h-2 rounded-full bg-line">
        <span className="absolute -top-1 h-4 w-0.5 bg-control" style={{ left: share(hint.median) }} />
        {inHint !== null && (
          <span
            className="absolute -top-1 size-4 -translate-x-1/2 rounded-full border-2 border-bg bg-accent"
            style={{ left: share(inHint) }}
          />
        )}
      </div>
      <p aria-hidden className="tabular flex justify-between text-xs text-quiet">
        <span>{show(hint.low)}</span>
        <span>{show(hint.high)}</span>
      </p>
      {verdict && <p className="mt-2">{t(`hint.${verdict}`)}</p>}
    </div>
  );
}

/** From the most alike to the least; a whole category of cars tells nothing about one. */
function hintPaths(form: Form, category: Category): string[] {
  const like = category.attributes
    .filter(({ kind, required }) => required && LIKE.has(kind))
    .slice(0, LIKE_MAX)
    .flatMap(({ key }): [string, string][] => {
      const value = form.attributes[key];
      return typeof value === "string" && value ? [[`attr.${key}`, value]] : [];
    });
  const condition: [string, string][] = form.condition ? [["condition", form.condition]] : [];
  const asks = [[...like, ...condition], like, like.slice(0, 2), like.slice(0, 1)].filter(
    (ask) => ask.length > 0 || category.attributes.every(({ kind, required }) => !required || !LIKE.has(kind)),
  );
  const paths = asks.map(
    (ask) => `/marketplace/listings/price-hint?${new URLSearchParams([["category", category.id], ...ask])}`,
  );
  return [...new Set(paths)];
}

function exchange(from: Currency, to: Currency, rates: Rates | null): ((minor: number) => number) | null {
  if (from === to) return (minor) => minor;
  const rate = Number(rates?.rsd_per_eur);
  if (!rate) return null;
  return to === "EUR" ? (minor) => minor / rate : (minor) => minor * rate;
}

/** Two leading digits say enough of a spread. */
function round(minor: number): number {
  const whole = minor / 100;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, whole))) - 1);
  return Math.round(whole / step) * step * 100;
}
