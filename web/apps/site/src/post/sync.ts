import { ApiError } from "@svetu/api-client/problem";
import type { Language, Listing, ListingInput, ListingState, ProblemError } from "@svetu/api-client/types";
import { api } from "@/api/browser";
import { type Form, formOf, inputOf, patchOf, same } from "./form";
import { keep, type Kept } from "./kept";

export type SyncState = "idle" | "saving" | "saved" | "offline" | "failed" | "conflict" | "signed_out";

export interface SyncEvents {
  onState: (state: SyncState) => void;
  /** The server refuses some values of a draft. */
  onFaults: (faults: ProblemError[]) => void;
  /** Another device changed fields that nobody touched here. */
  onTheirs: (changes: Partial<Form>) => void;
}

/** A draft as the server has it, and what is to be sent. */
export interface Known {
  id: string | null;
  /** What became of it when it was saved last. */
  state?: ListingState;
  etag: string | null;
  sent: ListingInput;
  base: ListingInput;
  creating: Kept["creating"];
}

export const nothingKnown: Known = { id: null, etag: null, sent: {}, base: {}, creating: null };

/** What the server has of an ad that was read from it. */
export function knownOf(listing: Listing, reader: Language): Known {
  const input = inputOfListing(listing, reader);
  return {
    id: listing.id,
    state: listing.state,
    etag: `"${listing.version}"`,
    sent: input,
    base: input,
    creating: null,
  };
}

const inputOfListing = (listing: Listing, reader: Language): ListingInput => {
  const form = formOf(listing, reader);
  const input = inputOf(form, null);
  input.attributes = Object.fromEntries(listing.attributes.map(({ key, value }) => [key, value]));
  return input;
};

const PAUSE_MS = 900;
const RETRY_MS = 8000;
const ROUNDS_MAX = 4;

/** Keeps a draft on the server: one request at a time, nothing sent twice, nothing of another device overwritten unseen. */
export class Sync {
  known: Known;
  private wanted: { form: Form; input: ListingInput } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  /** Values that the server refused; they are sent again when they change. */
  private refused = new Map<string, string>();

  constructor(
    known: Known,
    private readonly account: string,
    private readonly reader: Language,
    private readonly edited: string | null,
    /** A published ad is changed only when its owner says so; until then the browser alone keeps the changes. */
    private readonly automatic: boolean,
    private readonly events: SyncEvents,
  ) {
    this.known = known;
  }

  /** Notes what stands in the fields; it is sent after a pause in typing. */
  want(form: Form, input: ListingInput) {
    this.wanted = { form, input };
    this.keep();
    if (!this.automatic) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush().catch(() => undefined), PAUSE_MS);
  }

  /** Sends what is not there yet. Throws where a person has to do something; a quiet save only tells the state. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    while (this.running) await this.running.catch(() => undefined);
    this.running = this.send().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Whether the server has refused something that still stands here. */
  get blocked(): boolean {
    const { input } = this.wanted ?? {};
    return [...this.refused].some(([field, value]) => JSON.stringify(pick(input, field) ?? null) === value);
  }

  retry() {
    if (this.wanted && this.automatic) void this.flush().catch(() => undefined);
  }

  /** After a conflict: what is here overwrites what is there. */
  async overwrite(): Promise<void> {
    const { id } = this.known;
    if (!id) return;
    const { data } = await api<Listing>("GET", `/marketplace/listings/${id}`, { query: { lang: this.reader } });
    const theirs = knownOf(data, this.reader);
    this.known = { ...theirs, sent: theirs.base };
    await this.flush();
  }

  stop() {
    clearTimeout(this.timer);
  }

  private keep() {
    if (this.wanted) {
      keep({ ...this.known, account: this.account, form: this.wanted.form, at: Date.now() }, this.edited);
    }
  }

  private async send(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (!this.wanted) return;
      const { input } = this.wanted;
      const patch = this.withoutRefused(patchOf(input, this.known.sent));
      if (this.known.id && Object.keys(patch).length === 0) {
        this.events.onState("saved");
        return;
      }
      this.events.onState("saving");
      try {
        await (this.known.id ? this.change(patch) : this.create(input));
        this.keep();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (await this.recover(error, patch)) continue;
        throw error;
      }
    }
  }

  private async create(input: ListingInput) {
    this.known.creating ??= { key: crypto.randomUUID(), input: this.withoutRefused(input) };
    this.keep();
    const { key, input: body } = this.known.creating;
    const { data, etag } = await api<Listing>("POST", "/marketplace/listings", {
      body,
      headers: { "idempotency-key": key },
    });
    this.known = { ...knownOf(data, this.reader), etag: etag ?? `"${data.version}"`, sent: body };
  }

  private async change(patch: ListingInput) {
    const { id, etag, sent } = this.known;
    const answer = await api<Listing>("PATCH", `/marketplace/listings/${id}`, {
      body: patch,
      headers: { "if-match": etag ?? "*" },
    });
    const known = knownOf(answer.data, this.reader);
    const attributes = patch.attributes
      ? Object.fromEntries(
          Object.entries({ ...sent.attributes, ...patch.attributes }).filter(([, value]) => value !== null),
        )
      : sent.attributes;
    this.known = { ...known, etag: answer.etag ?? known.etag, sent: { ...sent, ...patch, attributes } };
  }

  /** Whether another round may succeed. */
  private async recover(error: ApiError, patch: ListingInput): Promise<boolean> {
    switch (error.status) {
      case 0:
        this.again("offline");
        return false;
      case 401:
        this.events.onState("signed_out");
        return false;
      case 404:
      case 410:
        if (!this.known.id || this.edited) break;
        // The draft was deleted elsewhere, what stands here was not: it becomes a new one.
        this.known = { ...nothingKnown };
        return true;
      case 412:
        return this.merge();
      case 422: {
        this.known.creating = null;
        this.events.onFaults(error.errors);
        if (!this.automatic) break;
        const before = this.refused.size;
        for (const { field } of error.errors) if (field) this.refuse(field);
        const left = this.withoutRefused(patch);
        this.events.onState("failed");
        return this.refused.size > before && Object.keys(left).length > 0;
      }
      case 429:
      case 500:
      case 502:
      case 503:
      case 504:
        this.again("failed");
        return false;
    }
    this.events.onState("failed");
    return false;
  }

  private again(state: SyncState) {
    this.events.onState(state);
    if (!this.automatic) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush().catch(() => undefined), RETRY_MS);
  }

  /** Somebody else saved in between. Fields that only they changed are taken; a field that both changed asks. */
  private async merge(): Promise<boolean> {
    if (!this.wanted || !this.known.id) return false;
    const { data } = await api<Listing>("GET", `/marketplace/listings/${this.known.id}`, {
      query: { lang: this.reader },
    });
    const theirs = knownOf(data, this.reader);
    const theirForm = formOf(data, this.reader);
    const { base, sent } = this.known;
    const ours = this.wanted.input;
    const names = Object.keys({ ...theirs.base, ...ours }) as (keyof ListingInput)[];
    const changedThere = names.filter((name) => name !== "point" && !same(theirs.base[name], base[name]));
    const both = changedThere.filter((name) => !same(ours[name], sent[name]) && !same(ours[name], theirs.base[name]));
    if (both.length > 0) {
      this.events.onState("conflict");
      return false;
    }
    const changes = Object.assign({}, ...changedThere.map((name) => formPart(theirForm, name))) as Partial<Form>;
    this.known = theirs;
    const unchanged = Object.fromEntries(changedThere.map((name) => [name, theirs.base[name]]));
    this.wanted = { form: { ...this.wanted.form, ...changes }, input: { ...ours, ...unchanged } };
    if (changedThere.length > 0) this.events.onTheirs(changes);
    return true;
  }

  private refuse(field: string) {
    const value = pick(this.wanted?.input, field);
    this.refused.set(field, JSON.stringify(value ?? null));
  }

  private withoutRefused(patch: ListingInput): ListingInput {
    const left = structuredClone(patch) as Record<string, unknown>;
    for (const [field, value] of this.refused) {
      const [, name = "", key] = field.split("/");
      if (JSON.stringify(pick(this.wanted?.input, field) ?? null) !== value) {
        this.refused.delete(field);
      } else if (name === "attributes" && key) {
        const attributes = left.attributes as Record<string, unknown> | undefined;
        if (attributes) delete attributes[key];
        if (attributes && Object.keys(attributes).length === 0) delete left.attributes;
      } else delete left[name];
    }
    return left as ListingInput;
  }
}

function pick(input: ListingInput | undefined, field: string): unknown {
  const [, name = "", key] = field.split("/");
  const value = (input as Record<string, unknown> | undefined)?.[name];
  return name === "attributes" && key ? (value as Record<string, unknown> | undefined)?.[key] : value;
}

/** The part of the form that a field of the API is. */
function formPart(form: Form, name: keyof ListingInput): Partial<Form> {
  switch (name) {
    case "price":
      return { priceKind: form.priceKind, amount: form.amount, currency: form.currency };
    case "place_id":
    case "point":
      return { place: form.place };
    case "contact":
      return { phone: form.phone, showPhone: form.showPhone, viber: form.viber, whatsapp: form.whatsapp };
    case "title":
    case "description":
    case "category":
    case "condition":
    case "attributes":
    case "delivery":
    case "language":
    case "media":
      return { [name]: form[name] };
  }
}
