-- The gazetteer as it was built into the binary (gazetteer/places.tsv), copied here by every migration.
create table geo.place (
    id uuid primary key,
    key text not null unique,
    -- Serbian in Latin script.
    name text not null check (name <> ''),
    name_cyrl text not null check (name_cyrl <> ''),
    name_ru text not null check (name_ru <> ''),
    name_en text not null check (name_en <> ''),
    country text not null check (country ~ '^[A-Z]{2}$'),
    kind text not null check (kind in ('city', 'town', 'village', 'municipality', 'quarter')),
    parent uuid references geo.place (id) deferrable initially deferred,
    point geography(point, 4326) not null,
    -- False: the middle of something larger, or a guess of the source.
    precise boolean not null,
    -- 0: not known.
    population integer not null check (population >= 0),
    postal_codes text[] not null,
    aliases text[] not null,
    -- Listings may point at a place that a later gazetteer no longer has: it stays, and is not offered.
    offered boolean not null default true
);

create index place_point on geo.place using gist (point);
create index place_parent on geo.place (parent) where parent is not null;

-- One row: which gazetteer is loaded.
create table geo.gazetteer (
    only_one boolean primary key default true check (only_one),
    -- SHA-256 of the file, hexadecimal.
    digest text not null,
    loaded_at timestamptz not null default now()
);
