import type { Category } from "@svetu/api-client/types";
import { type Form, isPhone, modelsOf, type NumberFault, parseAmount, parseNumber } from "./form";

export type FaultWord =
  | "required"
  | "titleShort"
  | "titleLong"
  | "descriptionLong"
  | "amount"
  | "phone"
  | "phoneMissing"
  | "photosFailed"
  | NumberFault;

export interface Fault {
  pointer: string;
  word: FaultWord;
  /** A bound that the words name. */
  bound?: number;
}

export const TITLE_MAX = 200;
export const DESCRIPTION_MAX = 10_000;
const TITLE_MIN = 3;

/** What keeps the ad from being published, in the order of the fields. */
export function faultsOf(form: Form, category: Category | null, photosFailed: boolean): Fault[] {
  const faults: Fault[] = [];
  const add = (pointer: string, word: FaultWord, bound?: number) => faults.push({ pointer, word, bound });
  const title = form.title.trim();
  if (photosFailed) add("/media", "photosFailed");
  if (!title) add("/title", "required");
  else if ([...title].length < TITLE_MIN) add("/title", "titleShort", TITLE_MIN);
  else if ([...title].length > TITLE_MAX) add("/title", "titleLong", TITLE_MAX);
  if (!form.category) add("/category", "required");
  if (category?.has_condition && !form.condition) add("/condition", "required");
  for (const attribute of category?.attributes ?? []) {
    const value = form.attributes[attribute.key];
    const pointer = `/attributes/${attribute.key}`;
    const absent = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    if (absent) {
      // A make without a list of models needs no model.
      const moot =
        attribute.kind === "model" && isMake(form, attribute.depends_on) && modelsOf(attribute, form).length === 0;
      if (attribute.required && !moot) add(pointer, "required");
    } else if (attribute.kind === "number" || attribute.kind === "integer" || attribute.kind === "year") {
      const number = parseNumber(attribute, String(value));
      if (typeof number === "string") {
        add(
          pointer,
          number,
          (number === "small" ? attribute.min : number === "large" ? attribute.max : null) ?? undefined,
        );
      }
    }
  }
  if ([...form.description].length > DESCRIPTION_MAX) add("/description", "descriptionLong", DESCRIPTION_MAX);
  if (form.priceKind === "fixed") {
    if (!form.amount.trim()) add("/price/amount_minor", "required");
    else if (parseAmount(form.amount) === null) add("/price/amount_minor", "amount");
  }
  if (!form.place) add("/place_id", "required");
  if (form.phone.trim() && !isPhone(form.phone)) add("/contact/phone", "phone");
  else if (form.showPhone && !form.phone.trim()) add("/contact/phone", "phoneMissing");
  return faults;
}

const isMake = (form: Form, key: string | null | undefined) => Boolean(key && form.attributes[key]);

/** `/price` and `/price/kind` are faults of the price's field, `/media/3` of the photos. */
export function fieldOf(pointer: string): string {
  if (pointer.startsWith("/price")) return "/price/amount_minor";
  if (pointer.startsWith("/media")) return "/media";
  if (pointer === "/point") return "/place_id";
  return pointer;
}

/** What stands in a field, to see whether it changed since the server spoke of it. */
export function valueAt(form: Form, pointer: string): unknown {
  const field = fieldOf(pointer);
  if (field.startsWith("/attributes/")) return form.attributes[field.slice("/attributes/".length)];
  switch (field) {
    case "/title":
      return form.title;
    case "/description":
      return form.description;
    case "/category":
      return form.category;
    case "/condition":
      return form.condition;
    case "/price/amount_minor":
      return [form.priceKind, form.amount, form.currency];
    case "/place_id":
      return form.place?.id;
    case "/contact/phone":
      return [form.phone, form.showPhone];
    case "/media":
      return form.media.map(({ id }) => id);
    default:
      return null;
  }
}
