-- What a person wants to be told of: the query string of the search page.
create table search.saved_search (
    id uuid primary key,
    owner uuid not null,
    name text not null check (char_length(name) between 1 and 100),
    -- As it was understood when it was saved: the price limit in force, typing errors mended.
    query text not null check (char_length(query) between 1 and 2000),
    -- The reader's: it decides how words are analysed.
    language text not null check (language in ('sr-Latn', 'sr-Cyrl', 'ru', 'en')),
    frequency text not null check (frequency in ('instant', 'daily', 'weekly', 'off')),
    -- Ads published before are no news.
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- When its owner last looked at what was found.
    seen_at timestamptz,
    -- When its owner was last written to.
    told_at timestamptz,
    -- When a letter is due; null while there is nothing to tell.
    due_at timestamptz
);

create unique index saved_search_once on search.saved_search (owner, language, md5(query));
create index saved_search_owner on search.saved_search (owner, created_at desc, id desc);
create index saved_search_changed on search.saved_search (updated_at, id);
create index saved_search_due on search.saved_search (due_at) where due_at is not null;

-- One row per search and ad: a person hears of an ad once, and again only when it gets cheaper.
create table search.alert (
    search uuid not null references search.saved_search (id) on delete cascade,
    listing uuid not null,
    kind text not null check (kind in ('new', 'price')),
    -- Of the ad when it was found: an event that comes again or too late changes nothing.
    version bigint not null,
    -- The price that the person was told, or will be; null without a fixed one.
    price_rsd_minor bigint,
    found_at timestamptz not null,
    -- Null: not yet told.
    sent_at timestamptz,
    primary key (search, listing)
);

create index alert_waiting on search.alert (search, found_at) where sent_at is null;
create index alert_page on search.alert (search, found_at desc, listing desc);
create index alert_listing on search.alert (listing);
create index alert_found on search.alert using brin (found_at);

-- How often words were searched for with success; no person, no address.
create table search.asked (
    folded text primary key check (char_length(folded) <= 80),
    spelling text not null,
    times bigint not null,
    last_at timestamptz not null
);

create index asked_times on search.asked (times desc);
