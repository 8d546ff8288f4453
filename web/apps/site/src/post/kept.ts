import type { ListingInput } from "@svetu/api-client/types";
import type { Form } from "./form";

/** What the browser keeps of an unfinished ad, so that a closed tab, a dead battery or no network lose nothing. */
export interface Kept {
  account: string;
  /** The ad on the server, once there is one. */
  id: string | null;
  etag: string | null;
  form: Form;
  /** What the server was last sent, and what it last answered. */
  sent: ListingInput;
  base: ListingInput;
  /** A creation whose answer never came: it is repeated with the same key and the same body. */
  creating: { key: string; input: ListingInput } | null;
  at: number;
}

const KEY = "svetu:ad";
const HABITS = "svetu:ad-habits";
const KEPT_MAX_MS = 30 * 86_400_000;

/** `null` names the ad that is being posted; an id the ad that is being edited. */
const slot = (edited: string | null) => (edited ? `${KEY}:${edited}` : KEY);

export function readKept(account: string, edited: string | null): Kept | null {
  const kept = read<Kept>(slot(edited));
  if (!kept || kept.account !== account || Date.now() - kept.at > KEPT_MAX_MS || !kept.form) return null;
  return kept;
}

export function keep(kept: Kept, edited: string | null) {
  write(slot(edited), kept);
}

export function forget(edited: string | null) {
  try {
    localStorage.removeItem(slot(edited));
  } catch {
    // Storage is off: there was nothing.
  }
}

/** What stays the same from one ad to the next: it is filled in already. */
export type Habits = Partial<
  Pick<Form, "place" | "phone" | "showPhone" | "viber" | "whatsapp" | "delivery" | "currency">
>;

export const readHabits = (account: string): Habits => {
  const habits = read<{ account: string; habits: Habits }>(HABITS);
  return habits?.account === account ? habits.habits : {};
};

export const keepHabits = (account: string, { place, phone, showPhone, viber, whatsapp, delivery, currency }: Form) =>
  write(HABITS, { account, habits: { place, phone, showPhone, viber, whatsapp, delivery, currency } });

function read<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}

function write(key: string, value: unknown) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is off or full: the server's draft is what remains.
  }
}
