-- Ads, their taxonomy, their moderation. Nothing outside this schema is named.
-- `source` is what the committed files say, `edit` a merge patch (RFC 7396) by an operator. Loading the files anew
-- replaces `source` only, so an operator's work survives every release.
create table listings.taxonomy_item (
    kind text not null check (kind in ('category', 'attribute')),
    key text not null check (length(key) between 1 and 100),
    position integer not null,
    source jsonb not null,
    edit jsonb,
    edited_by uuid,
    edited_at timestamptz,
    primary key (kind, key)
);

-- One row: grows with every change, so that other processes see that their copy is old.
create table listings.taxonomy_version (
    only_one boolean primary key default true check (only_one),
    version bigint not null,
    files_hash bytea not null
);

create table listings.seller (
    id uuid primary key,
    display_name text not null,
    language text not null,
    is_trader boolean not null,
    created_at timestamptz not null,
    version bigint not null
);

create table listings.rate (
    valid_from timestamptz primary key,
    rsd_per_eur_micro bigint not null check (rsd_per_eur_micro between 1000000 and 10000000000),
    set_by uuid,
    set_at timestamptz not null
);

create table listings.listing (
    id uuid primary key,
    version bigint not null check (version > 0),
    state text not null check (state in ('draft', 'in_review', 'live', 'reserved', 'sold', 'paused', 'expired',
        'archived', 'refused', 'removed', 'purged')),
    state_since timestamptz not null,
    expires_at timestamptz,
    seller uuid not null,
    seller_kind text not null check (seller_kind in ('person', 'trader')),
    seller_name text not null,
    category text,
    title text not null check (length(title) <= 200),
    description text not null check (length(description) <= 10000),
    language text,
    price_kind text check (price_kind in ('fixed', 'agreement', 'free', 'contact')),
    price_minor bigint check (price_minor > 0),
    price_currency text check (price_currency in ('RSD', 'EUR')),
    price_rsd_minor bigint,
    previous_price_minor bigint,
    previous_price_currency text,
    condition text check (condition in ('new', 'like_new', 'used', 'for_parts')),
    attributes jsonb not null,
    -- Already snapped for private sellers: the exact point is nowhere.
    place jsonb,
    delivery text[] not null,
    phone text check (phone ~ '^\+[1-9][0-9]{7,14}$'),
    show_phone boolean not null,
    viber boolean not null,
    whatsapp boolean not null,
    pictures jsonb not null,
    completeness smallint not null check (completeness between 0 and 100),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    published_at timestamptz,
    refreshed_at timestamptz not null,
    -- Days before the end of this term that the last reminder named: 3, then 1.
    reminded_days smallint,
    check ((price_kind = 'fixed') = (price_minor is not null and price_currency is not null)),
    check ((state in ('live', 'reserved', 'paused')) <= (expires_at is not null)),
    check (state in ('draft', 'purged') or (category is not null and price_kind is not null
        and place is not null and language is not null))
);
create index listing_of_seller on listings.listing (seller, id desc);
create index listing_of_seller_by_state on listings.listing (seller, state, id desc);
create index listing_of_category on listings.listing (category, refreshed_at desc)
    where state in ('live', 'reserved') and price_rsd_minor is not null;
create index listing_to_expire on listings.listing (expires_at) where state in ('live', 'reserved', 'paused');
create index listing_to_age on listings.listing (state, state_since)
    where state in ('draft', 'sold', 'expired', 'archived', 'refused', 'removed');

create table listings.price_history (
    listing uuid not null references listings.listing on delete cascade,
    at timestamptz not null,
    price_kind text not null,
    price_minor bigint,
    price_currency text,
    primary key (listing, at)
);

-- Where an imported ad came from. Narrow, because every run says of every row that it was seen.
create table listings.source (
    seller uuid not null,
    source_key text collate "C" not null check (length(source_key) between 1 and 200),
    listing uuid not null unique references listings.listing on delete cascade,
    -- Of the row as it was brought; empty after the ad was closed, so that its return is a change.
    hash bytea not null,
    seen_at timestamptz not null,
    primary key (seller, source_key)
) with (fillfactor = 80);

-- What duplicates are found by: 64-bit hashes, and their four bands of 16 bits (band << 16 | bits), text bands 0–3,
-- picture bands 4–7. Two hashes that differ in at most three bits share a band.
create table listings.fingerprint (
    listing uuid primary key references listings.listing on delete cascade,
    seller uuid not null,
    text_hash bigint not null,
    picture_hashes bigint[] not null,
    bands integer[] not null
);
create index fingerprint_by_band on listings.fingerprint using gin (bands);

create table listings.view_day (
    listing uuid not null references listings.listing on delete cascade,
    day date not null,
    views bigint not null check (views > 0),
    primary key (listing, day)
);

create table listings.reveal (
    account uuid not null,
    at timestamptz not null,
    listing uuid not null references listings.listing on delete cascade,
    primary key (account, at, listing)
);
create index reveal_of_listing on listings.reveal (listing);

create table listings.posting_day (
    seller uuid not null,
    day date not null,
    posted integer not null check (posted > 0),
    primary key (seller, day)
);

create table listings.review (
    listing uuid primary key references listings.listing on delete cascade,
    since timestamptz not null,
    score smallint not null,
    reasons jsonb not null
);
create index review_queue on listings.review (since, listing);

create table listings.decision (
    id uuid primary key,
    listing uuid not null references listings.listing on delete cascade,
    kind text not null check (kind in ('approve', 'refuse', 'remove', 'reinstate')),
    rule text not null,
    automated boolean not null,
    facts jsonb not null,
    decided_by uuid,
    decided_at timestamptz not null,
    appeal_until timestamptz not null,
    -- A machine decides alone or a person does.
    check (automated = (decided_by is null))
);
create index decision_of_listing on listings.decision (listing, decided_at desc);
create index decision_by_time on listings.decision (decided_at desc);

create table listings.report (
    id uuid primary key,
    listing uuid not null references listings.listing on delete cascade,
    reporter uuid,
    -- A keyed digest of a visitor's address: one open report per person and ad.
    visitor text,
    reason text not null check (reason in ('spam', 'fraud', 'forbidden', 'wrong_category', 'duplicate', 'offensive', 'other')),
    text text not null check (length(text) <= 2000),
    created_at timestamptz not null,
    closed_at timestamptz,
    closed_by uuid,
    check ((closed_at is null) = (closed_by is null))
);
create index report_open on listings.report (id) where closed_at is null;
create index report_of_listing on listings.report (listing);
create unique index report_once_by_account on listings.report (listing, reporter) where closed_at is null and reporter is not null;
create unique index report_once_by_visitor on listings.report (listing, visitor) where closed_at is null and visitor is not null;

create table listings.appeal (
    id uuid primary key,
    decision uuid not null unique references listings.decision on delete cascade,
    listing uuid not null references listings.listing on delete cascade,
    appellant uuid not null,
    text text not null check (length(text) between 1 and 4000),
    state text not null check (state in ('open', 'upheld', 'reversed')),
    created_at timestamptz not null,
    answer text check (length(answer) <= 4000),
    decided_by uuid,
    decided_at timestamptz,
    check ((state = 'open') = (decided_by is null))
);
create index appeal_open on listings.appeal (id) where state = 'open';
create index appeal_of_listing on listings.appeal (listing);

-- Append-only, and outlives the ads: no reference to them.
create table listings.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    actor_kind text not null check (actor_kind in ('account', 'system')),
    actor text not null,
    action text not null,
    listing uuid,
    details jsonb not null
);
create index audit_of_listing on listings.audit (listing, id desc) where listing is not null;
create index audit_of_actor on listings.audit (actor, id desc);

create function listings.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only';
end $$;
create trigger audit_append_only before update or delete on listings.audit
    for each row execute function listings.refuse_change();
create trigger audit_no_truncate before truncate on listings.audit
    for each statement execute function listings.refuse_change();
