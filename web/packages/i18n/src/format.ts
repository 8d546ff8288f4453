import type { Locale } from "./locales";

export interface Money {
  amount_minor: number;
  currency: "RSD" | "EUR";
}

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => T,
): T {
  let value = cache.get(key) as T | undefined;
  if (!value) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

/** `12.500 €`, `1.250.000 RSD`; minor units only where there are some. */
export function formatMoney(locale: Locale, money: Money): string {
  const whole = money.amount_minor % 100 === 0;
  const format = cached(
    `m:${locale}:${money.currency}:${whole}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currency: money.currency,
        minimumFractionDigits: whole ? 0 : 2,
        maximumFractionDigits: whole ? 0 : 2,
      }),
  );
  return format.format(money.amount_minor / 100);
}

export function formatNumber(locale: Locale, value: number): string {
  return cached(`n:${locale}`, () => new Intl.NumberFormat(locale)).format(value);
}

/** An exchange rate, to the digits it is set in: `117,1742`. */
export function formatRate(locale: Locale, rate: number | string): string {
  return cached(
    `x:${locale}`,
    () => new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 6 }),
  ).format(Number(rate));
}

/** A share of one: `0.42` is `42%`. */
export function formatShare(locale: Locale, value: number): string {
  return cached(
    `s:${locale}`,
    () => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }),
  ).format(value);
}

export function formatDate(locale: Locale, iso: string, style: "medium" | "long" = "medium"): string {
  return cached(
    `d:${locale}:${style}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: style, timeZone: "Europe/Belgrade" }),
  ).format(new Date(iso));
}

export function formatDateTime(locale: Locale, iso: string): string {
  return cached(
    `dt:${locale}`,
    () => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "Europe/Belgrade" }),
  ).format(new Date(iso));
}

/** `14:05`, as a clock in Serbia shows it. */
export function formatTime(locale: Locale, iso: string): string {
  return cached(
    `t:${locale}`,
    () => new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "Europe/Belgrade" }),
  ).format(new Date(iso));
}

const steps: [limitSeconds: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [3600, "minute", 60],
  [86_400, "hour", 3600],
  [7 * 86_400, "day", 86_400],
  [30 * 86_400, "week", 7 * 86_400],
];

/** `pre 3 dana`; older than a month is a date. */
export function formatAge(locale: Locale, iso: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - new Date(iso).getTime()) / 1000);
  for (const [limit, unit, size] of steps) {
    if (seconds < limit) {
      return cached(`r:${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: "auto" })).format(
        -Math.max(unit === "minute" ? 1 : 0, Math.floor(seconds / size)),
        unit,
      );
    }
  }
  return formatDate(locale, iso);
}

/** Metres as `850 m` or `12 km`. */
export function formatDistance(locale: Locale, metres: number): string {
  const kilometres = metres >= 1000;
  return cached(
    `km:${locale}:${kilometres}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: "unit",
        unit: kilometres ? "kilometer" : "meter",
        maximumFractionDigits: kilometres && metres < 10_000 ? 1 : 0,
      }),
  ).format(kilometres ? metres / 1000 : Math.round(metres / 50) * 50);
}
