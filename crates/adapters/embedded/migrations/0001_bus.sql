-- The log. `seq` is given under a lock that is held until commit: its order is the order of commits, without holes to wait for.
create table bus.event (
    seq bigint primary key,
    id uuid not null unique,
    partition smallint not null,
    kind text not null,
    body json not null,
    appended_at timestamptz not null default now()
);
create index event_partition on bus.event (partition, seq);

create table bus.consumer_group (
    name text primary key,
    kinds text[] not null
);

-- Who works for a group right now: partitions are shared evenly among them.
create table bus.member (
    "group" text not null references bus.consumer_group,
    id uuid not null,
    alive_until timestamptz not null,
    primary key ("group", id)
);

-- Everything up to `seq` is handled. Only the owner of the lease moves it.
create table bus.position (
    "group" text not null references bus.consumer_group,
    partition smallint not null,
    seq bigint not null,
    attempts int not null default 0,
    owner uuid,
    owned_until timestamptz,
    primary key ("group", partition)
);

create table bus.dead_letter (
    id bigint generated always as identity primary key,
    "group" text not null,
    body json not null,
    reason text not null,
    attempts int not null,
    shelved_at timestamptz not null default now(),
    replaying boolean not null default false
);
create index dead_letter_replaying on bus.dead_letter ("group", id) where replaying;
