export type Language = "sr-Latn" | "sr-Cyrl" | "ru" | "en";
export type Currency = "RSD" | "EUR";

export interface Money {
  amount_minor: number;
  currency: Currency;
}

export type Price =
  { kind: "fixed"; amount_minor: number; currency: Currency } | { kind: "agreement" | "free" | "contact" };
export type PriceKind = Price["kind"];
export type Condition = "new" | "like_new" | "used" | "for_parts";
export type Delivery = "pickup" | "courier" | "post" | "seller";
export type ListingState =
  | "draft"
  | "in_review"
  | "live"
  | "reserved"
  | "sold"
  | "paused"
  | "expired"
  | "archived"
  | "refused"
  | "removed"
  | "purged";

export interface Point {
  lat: number;
  lon: number;
}

export interface Picture {
  id: string;
  width: number;
  height: number;
  thumbhash: string;
  base_url: string;
  widths: number[];
}

export interface Page<T> {
  items: T[];
  cursor?: string | null;
}

/** What an application asks a person for. */
export interface AuthorizationView {
  client_name: string;
  goes_to: string;
  scopes: string[];
  /** From where a device asked. */
  network?: string | null;
  email: string;
}

export interface Me {
  account_id: string;
  user_id: string;
  email: string;
  display_name: string;
  language: Language;
  has_password: boolean;
  roles: string[];
  created_at: string;
  theme?: string | null;
  /** One of support looks at the site in this person's place until then. */
  support_until?: string | null;
}

export interface Session {
  me: Me;
  erasure_due_at?: string | null;
}

export interface Privacy {
  erasure?: { asked_at: string; due_at: string };
  export?: { asked_at: string; ready: boolean; expires_at: string; bytes?: number | null };
  applications: { client_id: string; name: string; scopes: string[]; given_at: string }[];
  retention: { what: string; kept_days: number; why: string }[];
}

/** Who has just signed in, or what is still asked for. */
export interface SignInAnswer {
  me?: Me;
  erasure_due_at?: string | null;
  second_factor?: { methods: string[]; passkeys: boolean };
}

export interface Factors {
  password: boolean;
  totp_since?: string;
  passkeys: { id: string; name: string; created_at: string; last_used_at?: string }[];
  recovery_codes_left: number;
  phone?: string | null;
  trusted_devices: { id: string; device: string; ip_prefix: string; expires_at: string }[];
  /** Support was asked to take the second factors away. */
  reset?: { reason: string; asked_at: string; expires_at: string };
  confirmed: boolean;
}

export interface AccountFound {
  account_id: string;
  email: string;
  display_name: string;
  verified: boolean;
  roles: string[];
  created_at: string;
}

export interface FactorReset {
  id: string;
  account_id: string;
  account_name: string;
  reason: string;
  asked_by: string;
  asked_by_name: string;
  asked_at: string;
  expires_at: string;
}

export interface AccountDossier extends AccountFound {
  language: string;
  erasure_due_at?: string;
  has_password: boolean;
  totp_since?: string;
  passkeys: number;
  recovery_codes_left: number;
  trusted_devices: number;
  sessions: { id: string; device: string; ip_prefix: string; created_at: string; last_seen_at: string }[];
  events: { at: string; actor: string; kind: string }[];
  factor_reset?: FactorReset;
}

export interface ClientView {
  client_id: string;
  client_name: string;
  token_endpoint_auth_method: string;
  redirect_uris: string[];
  fapi2: boolean;
  first_party: boolean;
}

export interface ClientCreated {
  client_id: string;
  client_secret?: string;
}

export interface ClientSecret {
  client_secret: string;
}

export interface SigningKey {
  kid: string;
  alg: string;
  active_at: string;
  replaced_at?: string;
  expires_at?: string;
}

/** A provider elsewhere that people may sign in by. */
export interface Upstream {
  id: string;
  name: string;
  brand: "google" | "apple" | "facebook" | "other";
}

/** What a provider elsewhere said of whoever sits at this browser. */
export interface WaitingUpstream {
  upstream: Upstream;
  waits_for: "confirm" | "sign_up" | "link";
  email?: string | null;
  display_name?: string | null;
}

export interface LinkedUpstream {
  upstream: Upstream;
  email?: string | null;
  created_at: string;
  last_used_at?: string | null;
}

export interface SecurityEvent {
  at: string;
  kind: string;
  own: boolean;
  device?: string;
  ip_prefix?: string;
}

export interface TotpOffer {
  secret: string;
  uri: string;
  state: string;
}

export interface RecoveryCodes {
  recovery_codes: string[];
}

export interface DeviceSession {
  id: string;
  device: string;
  created_at: string;
  last_seen_at: string;
  current: boolean;
  ip_prefix: string;
}

export interface ApiKey {
  id: string;
  name: string;
  beginning: string;
  scopes: string[];
  per_minute: number;
  created_at: string;
  expires_at: string;
  last_used_at?: string | null;
}

export interface ApiKeyList {
  items: ApiKey[];
  scopes: string[];
}

export type ShopRole = "owner" | "manager" | "member";

export interface Shop {
  id: string;
  name: string;
  created_at: string;
  /** Of who asks. */
  role: ShopRole;
  members: number;
}

export interface ShopMember {
  user_id: string;
  display_name: string;
  role: ShopRole;
  since: string;
  you: boolean;
}

export interface ShopInvitation {
  id: string;
  email: string;
  role: ShopRole;
  invited_by: string;
  created_at: string;
  expires_at: string;
}

/** As the holder of its letter sees it. */
export interface Invited {
  shop: string;
  email: string;
  role: ShopRole;
  invited_by: string;
  expires_at: string;
  yours?: boolean | null;
}

export interface CreatedApiKey {
  key: ApiKey;
  secret: string;
}

export type AttributeKind =
  | "text"
  | "number"
  | "integer"
  | "boolean"
  | "choice"
  | "choices"
  | "date"
  | "colour"
  | "size"
  | "year"
  | "make"
  | "model";

export interface AttributeOption {
  key: string;
  name: string;
  hex?: string | null;
}

export interface AttributeView {
  key: string;
  name: string;
  kind: AttributeKind;
  unit?: string | null;
  min?: number | null;
  max?: number | null;
  decimals?: number | null;
  depends_on?: string | null;
  options?: AttributeOption[];
  models?: Record<string, AttributeOption[]>;
  required: boolean;
  searchable: boolean;
  filterable: boolean;
  card: boolean;
  variant: boolean;
}

export interface CategorySummary {
  id: string;
  parent?: string | null;
  name: string;
  slug: string;
  slugs: Record<Language, string>;
  icon?: string | null;
  term_days: number;
  price_kinds: PriceKind[];
  has_condition: boolean;
  depth: number;
  attributes?: AttributeView[];
}

export interface CategoryTree {
  version: string | number;
  categories: CategorySummary[];
}

export interface CategoryStep {
  id: string;
  name: string;
  slug: string;
}

export interface Category extends CategorySummary {
  attributes: AttributeView[];
  path: CategoryStep[];
  children: CategorySummary[];
  /** Only operators get them. */
  forbidden_words?: string[];
}

export interface CategoryGuess {
  category_id: string;
  path_names: string[];
  score: number;
}

export type AttributeValue = string | number | boolean | string[];

export interface ListingAttribute {
  key: string;
  name: string;
  kind: AttributeKind;
  value: AttributeValue;
  text: string;
  unit?: string | null;
}

export interface ListingPlace {
  id: string;
  name: string;
  parent_name?: string | null;
  country: string;
  point: Point;
}

export interface SellerView {
  id: string;
  name: string;
  kind: "person" | "trader";
  since: string;
  live_count: number;
}

export interface StatementOfReasons {
  rule: string;
  rule_text: string;
  automated: boolean;
  facts: string;
  decided_at: string;
  appeal_until: string;
  appeal?: { state: string; text: string; at: string; answer?: string | null } | null;
}

export interface ListingOriginal {
  title: string;
  description: string;
  language: Language;
}

export interface ContactOptions {
  show_phone: boolean;
  viber: boolean;
  whatsapp: boolean;
  phone?: string | null;
}

export interface Listing {
  id: string;
  version: number;
  state: ListingState;
  title: string;
  description: string;
  original?: ListingOriginal | null;
  language: Language;
  category: { id: string; name: string; path: CategoryStep[] } | null;
  price: Price | null;
  price_other?: Money | null;
  previous_price?: Money | null;
  price_history?: { price: Price; at: string }[];
  condition?: Condition | null;
  attributes: ListingAttribute[];
  place: ListingPlace | null;
  delivery: Delivery[];
  contact: ContactOptions;
  pictures: Picture[];
  seller: SellerView;
  created_at: string;
  published_at?: string | null;
  refreshed_at?: string | null;
  expires_at?: string | null;
  sold_at?: string | null;
  favourite: boolean;
  own: boolean;
  reason?: StatementOfReasons | null;
}

export interface ListingStatistics {
  views: number;
  reveals: number;
  favourites: number;
  by_day?: { day: string; views: number }[];
}

export type MyListing = Listing & { statistics: ListingStatistics };

export interface ListingInput {
  title?: string;
  description?: string;
  category?: string;
  price?: Price;
  condition?: Condition | null;
  attributes?: Record<string, AttributeValue | null>;
  place_id?: string | null;
  point?: Point | null;
  delivery?: Delivery[];
  contact?: ContactOptions;
  language?: Language;
  media?: string[];
}

export interface PriceHint {
  count: number;
  median: number;
  low: number;
  high: number;
  currency: Currency;
}

export interface Contact {
  phone: string;
  viber?: string | null;
  whatsapp?: string | null;
}

export interface Card {
  id: string;
  title: string;
  price: Price;
  price_other?: Money | null;
  previous_price?: Money | null;
  condition?: Condition | null;
  category: { id: string; name: string };
  attributes: { key: string; text: string }[];
  place: { name: string; parent_name?: string | null };
  point?: Point | null;
  picture: Picture | null;
  picture_count: number;
  seller: { id: string; name: string; kind: "person" | "trader" };
  state: ListingState;
  refreshed_at: string;
  distance_m?: number | null;
}

export interface FacetBucket {
  value: string;
  name: string;
  count: number;
}

export interface AttributeFacet {
  kind: AttributeKind;
  name: string;
  buckets?: FacetBucket[];
  range?: { min: number; max: number } | null;
}

export interface UnderstoodChip {
  kind: string;
  field: string;
  value: string;
  label: string;
  /** The query without this chip. */
  remove: string;
}

export interface Understood {
  chips: UnderstoodChip[];
  corrected?: string | null;
  relaxed?: string[] | null;
}

export interface SearchAnswer {
  items: Card[];
  total: number;
  total_exact: boolean;
  facets?: Record<string, FacetBucket[] | AttributeFacet>;
  cursor?: string | null;
  understood?: Understood | null;
}

export interface Suggestion {
  text: string;
  kind: "query" | "category";
  category?: { id: string; name: string; slug: string } | null;
  count?: number | null;
}

export interface Cluster {
  lat: number;
  lon: number;
  count: number;
  bbox: [number, number, number, number];
  listing?: Card | null;
}

export interface Clusters {
  features: Cluster[];
  total: number;
}

export interface SavedSearch {
  id: string;
  name: string;
  query: string;
  frequency: "instant" | "daily" | "weekly" | "off";
  created_at?: string;
  new_count?: number;
}

export interface Seller {
  id: string;
  name: string;
  kind: "person" | "trader";
  since: string;
  live_count: number;
  about?: string | null;
  picture?: Picture | null;
}

/** One's own page, with what only oneself sees. */
export interface OwnSeller extends Seller {
  price_mail: boolean;
}

/** A kept or seen ad: a card without what needs the taxonomy. */
export type KeptListing = Omit<Card, "attributes" | "category" | "price_other"> & { category: { id: string } };

export interface Favourite {
  at: string;
  listing: KeptListing;
  price_then: Price;
  price_change?: { kind?: string; amount_minor?: number; currency?: Currency } | null;
}

export interface Place {
  id: string;
  name: string;
  name_cyrl?: string;
  parent_name?: string | null;
  country: string;
  point: Point;
  population?: number;
  postal_code?: string | null;
}

export interface Rates {
  rsd_per_eur: number | string;
  valid_from: string;
}

export interface ProblemError {
  field?: string | null;
  code: string;
  message: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  request_id?: string;
  errors?: ProblemError[];
  /** On a refusal that a proof of work turns: sent again with the solution in `Svetu-Work`, the request counts. */
  challenge?: Challenge;
}

export interface Challenge {
  token: string;
  /** So many zero bits the SHA-256 of `token.number` begins with. */
  bits: number;
  expires_at: string;
}

export type ReportReason = "spam" | "fraud" | "forbidden" | "wrong_category" | "duplicate" | "offensive" | "other";

/** Why a person should look at an ad. */
export interface RiskReason {
  rule: string;
  rule_text: string;
  /** 0–100: how sure the machine is. */
  score: number;
  /** `detail` in the reader's words, a sentence a line. */
  facts: string;
  /** What was found: words, ids of other ads, amounts. */
  detail: Record<string, unknown>;
}

export interface SimilarListing {
  id: string;
  title: string;
  price: Price | null;
  picture: Picture | null;
  seller: { id: string; name: string };
  state: ListingState;
}

export interface QueueItem {
  listing: Listing;
  reasons: RiskReason[];
  queued_at: string;
  similar: SimilarListing[];
}

export interface ModerationRule {
  id: string;
  text: string;
}

export interface ListingReport {
  id: string;
  listing: Listing;
  reason: ReportReason;
  text: string;
  created_at: string;
}

export interface ListingAppeal {
  id: string;
  listing: Listing;
  text: string;
  created_at: string;
  decision: StatementOfReasons;
  /** The reader made the decision that is appealed. */
  own_decision: boolean;
}

export interface AuditEntry {
  id: number;
  at: string;
  actor: string;
  action: string;
  listing?: string | null;
  details: unknown;
}

export interface ModerationNumbers {
  in_review: number;
  oldest_in_review?: string | null;
  reports_open: number;
  appeals_open: number;
  decided_today: number;
  automated_today: number;
  refused_today: number;
}
