import type {
  AttributeValue,
  AttributeView,
  Condition,
  Currency,
  Delivery,
  Language,
  Listing,
  ListingInput,
  Picture,
  Point,
  PriceKind,
} from "@svetu/api-client/types";

/** What stands in the fields: numbers as they were typed. */
export interface Form {
  title: string;
  description: string;
  category: string;
  condition: Condition | "";
  attributes: Record<string, AttributeValue>;
  priceKind: PriceKind;
  amount: string;
  currency: Currency;
  place: { id: string; name: string; point?: Point } | null;
  delivery: Delivery[];
  phone: string;
  showPhone: boolean;
  viber: boolean;
  whatsapp: boolean;
  language: Language;
  /** A person chose the language: letters no longer do. */
  languageChosen: boolean;
  media: Picture[];
}

const NUMBERS = new Set(["number", "integer", "year"]);

export function emptyForm(language: Language): Form {
  return {
    title: "",
    description: "",
    category: "",
    condition: "",
    attributes: {},
    priceKind: "fixed",
    amount: "",
    currency: language === "sr-Latn" || language === "sr-Cyrl" ? "RSD" : "EUR",
    place: null,
    delivery: ["pickup"],
    phone: "",
    showPhone: true,
    viber: false,
    whatsapp: false,
    language,
    languageChosen: false,
    media: [],
  };
}

/** The fields of an ad that the server has. The text as it was written, not as the reader's script shows it. */
export function formOf(listing: Listing, reader: Language): Form {
  const { price, place, contact } = listing;
  return {
    ...emptyForm(reader),
    title: listing.original?.title ?? listing.title,
    description: listing.original?.description ?? listing.description,
    category: listing.category?.id ?? "",
    condition: listing.condition ?? "",
    attributes: Object.fromEntries(
      listing.attributes.map(({ key, kind, value }) => [key, NUMBERS.has(kind) ? String(value) : value]),
    ),
    priceKind: price?.kind ?? "fixed",
    ...(price?.kind === "fixed" && { amount: plainAmount(price.amount_minor), currency: price.currency }),
    place: place && { id: place.id, name: [place.name, place.parent_name].filter(Boolean).join(", ") },
    delivery: listing.delivery,
    phone: contact.phone ?? "",
    showPhone: contact.show_phone,
    viber: contact.viber,
    whatsapp: contact.whatsapp,
    language: listing.original?.language ?? listing.language ?? reader,
    languageChosen: true,
    media: listing.pictures,
  };
}

const plainAmount = (minor: number) => (minor % 100 === 0 ? String(minor / 100) : (minor / 100).toFixed(2));

/** The language of what is written, by its letters; the reader's own where they do not tell. */
export function guessLanguage(text: string, reader: Language): Language {
  if (/[ыэщъяюёйь]/i.test(text)) return "ru";
  if (/[а-яђјљњћџ]/i.test(text)) return "sr-Cyrl";
  if (/[čćžšđ]/i.test(text)) return "sr-Latn";
  if (!/[a-z]/i.test(text)) return reader;
  return reader === "en" ? "en" : "sr-Latn";
}

const AMOUNT_MINOR_MAX = 1_000_000_000_000_00;

/** `12.500`, `12 500,50` and `12,500.50` in minor units; null where it is no amount. */
export function parseAmount(text: string): number | null {
  let digits = text.replace(/[\s\u00a0']/g, "").replace(/(rsd|din\.?|eur|€)$/i, "");
  const last = Math.max(digits.lastIndexOf(","), digits.lastIndexOf("."));
  const decimals = last >= 0 ? digits.length - last - 1 : 0;
  const separators = digits.replace(/\d/g, "");
  const mixed = separators.includes(",") && separators.includes(".");
  // Three digits after the only kind of separator are thousands: nobody writes a thousandth of a dinar.
  const isDecimal = last >= 0 && (mixed || (separators.length === 1 && decimals !== 3)) && decimals <= 2;
  digits = isDecimal
    ? `${digits.slice(0, last).replace(/[.,]/g, "")}.${digits.slice(last + 1)}`
    : digits.replace(/[.,]/g, "");
  if (!/^\d{1,13}(\.\d{0,2})?$/.test(digits)) return null;
  const minor = Math.round(Number(digits) * 100);
  return minor > 0 && minor <= AMOUNT_MINOR_MAX ? minor : null;
}

export type NumberFault = "number" | "whole" | "small" | "large";

/** A number that an attribute takes, or what is wrong with the text. */
export function parseNumber(attribute: AttributeView, text: string): number | NumberFault {
  const plain = text.replace(/[\s\u00a0]/g, "");
  const whole = attribute.kind !== "number";
  const normal = whole ? plain.replace(/[.,](?=\d{3}(\D|$))/g, "") : plain.replace(",", ".");
  if (!/^-?\d+(\.\d+)?$/.test(normal)) return whole && /^-?\d+[.,]\d+$/.test(plain) ? "whole" : "number";
  const value = Number(normal);
  if (whole && !Number.isInteger(value)) return "whole";
  if (attribute.min != null && value < attribute.min) return "small";
  if (attribute.max != null && value > attribute.max) return "large";
  return value;
}

/** A Serbian or an international number, loosely: the server has the last word. */
export const isPhone = (text: string) => /^\+?[\d\s()/.-]{7,20}$/.test(text.trim());

/** The fields as the API takes them. What is not right yet is left out: a draft may lack anything. */
export function inputOf(form: Form, attributes: AttributeView[] | null): ListingInput {
  const amount = parseAmount(form.amount);
  const contact = { show_phone: form.showPhone, viber: form.viber, whatsapp: form.whatsapp };
  const input: ListingInput = {
    title: form.title,
    description: form.description,
    condition: form.condition || null,
    delivery: form.delivery,
    language: form.language,
    media: form.media.map(({ id }) => id),
    place_id: form.place?.id ?? null,
    contact: !form.phone.trim()
      ? { ...contact, phone: null }
      : isPhone(form.phone)
        ? { ...contact, phone: form.phone }
        : contact,
  };
  if (form.place?.point) input.point = form.place.point;
  if (form.category) input.category = form.category;
  if (form.priceKind !== "fixed") input.price = { kind: form.priceKind };
  else if (amount !== null) input.price = { kind: "fixed", amount_minor: amount, currency: form.currency };
  if (form.category && attributes) input.attributes = attributeValues(form, attributes);
  return input;
}

function attributeValues(form: Form, attributes: AttributeView[]): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {};
  for (const attribute of attributes) {
    const value = form.attributes[attribute.key];
    if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    if (NUMBERS.has(attribute.kind)) {
      const number = parseNumber(attribute, String(value));
      if (typeof number === "number") values[attribute.key] = number;
    } else if (attribute.kind !== "model" || modelsOf(attribute, form).some(({ key }) => key === value)) {
      values[attribute.key] = value;
    }
  }
  return values;
}

/** The models of the chosen make. */
export function modelsOf(attribute: AttributeView, form: Form) {
  const make = attribute.depends_on ? form.attributes[attribute.depends_on] : undefined;
  return typeof make === "string" ? (attribute.models?.[make] ?? []) : [];
}

/** The fields of `next` that differ from what was sent; attributes that went are sent as null. */
export function patchOf(next: ListingInput, sent: ListingInput): ListingInput {
  const patch: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(next) as [keyof ListingInput, unknown][]) {
    if (same(value, sent[name])) continue;
    if (name === "attributes") {
      const gone = Object.keys(sent.attributes ?? {}).filter((key) => !(key in (value as object)));
      patch.attributes = { ...(value as object), ...Object.fromEntries(gone.map((key) => [key, null])) };
    } else patch[name] = value;
  }
  // A point means something only with its place.
  if ("point" in patch && !("place_id" in patch)) patch.place_id = next.place_id;
  return patch as ListingInput;
}

/** Whether two values say the same; the order of an object's keys says nothing. */
export const same = (a: unknown, b: unknown) => stable(a) === stable(b);

const stable = (value: unknown) =>
  JSON.stringify(value ?? null, (_, inner: unknown) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
