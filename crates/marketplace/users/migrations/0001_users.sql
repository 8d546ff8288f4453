-- The public side of an account, made from identity's events.
create table users.seller (
    id uuid primary key,
    name text not null,
    kind text not null check (kind in ('person', 'trader')),
    since timestamptz not null,
    -- Of the account's last event: an old one never overwrites a new one.
    version bigint not null,
    about text check (char_length(about) <= 1000),
    -- Whether to write when a kept ad gets cheaper.
    price_mail boolean not null default true
);

-- What is known of ads, from their events. The card is there only for those that somebody keeps or looked at.
create table users.listing (
    id uuid primary key,
    version bigint not null,
    seller uuid not null,
    state text not null,
    card jsonb
);

create index listing_live on users.listing (seller) where state in ('live', 'reserved');

create table users.favourite (
    owner uuid not null,
    listing uuid not null,
    at timestamptz not null,
    price_then jsonb not null,
    primary key (owner, listing)
);

create index favourite_page on users.favourite (owner, at desc, listing desc);
create index favourite_keepers on users.favourite (listing, owner);

create table users.viewed (
    owner uuid not null,
    listing uuid not null,
    at timestamptz not null,
    primary key (owner, listing)
);

create index viewed_page on users.viewed (owner, at desc, listing desc);
create index viewed_listing on users.viewed (listing);

-- Who is to be told that a kept ad got cheaper: once per (listing, version, person).
create table users.price_mail (
    listing uuid not null,
    version bigint not null,
    owner uuid not null,
    change jsonb not null,
    due_at timestamptz not null,
    attempts integer not null default 0,
    -- Sent, or found to be no longer wanted.
    done_at timestamptz,
    primary key (listing, version, owner)
);

create index price_mail_due on users.price_mail (due_at) where done_at is null;
