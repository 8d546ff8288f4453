-- Who has a way in. What is personal is in `email` alone (and in `display_name`, which is public).
create table identity.account (
    id uuid primary key,
    display_name text not null,
    language text not null,
    theme text check (theme in ('light', 'dark', 'system')),
    -- `unverified`: the address is not proven, nobody can sign in.
    state text not null check (state in ('unverified', 'active')),
    roles text[] not null default '{member}',
    -- PHC string; null: no password until the address recovers one.
    password_hash text,
    created_at timestamptz not null,
    verified_at timestamptz,
    terms_accepted_at timestamptz,
    version bigint not null default 1
);
create index account_unverified on identity.account (created_at) where state = 'unverified';

create table identity.email (
    account uuid primary key references identity.account on delete cascade,
    -- As the person wrote it: what letters go to.
    address text not null,
    -- What is compared; operators look addresses up by their beginning, which only the order of bytes can index.
    normal text collate "C" not null unique
);

create table identity.session (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    -- BLAKE3 of the token: who reads this table cannot sign in with it.
    token_hash bytea not null unique,
    device text not null,
    network text not null,
    strength text not null check (strength in ('password', 'multi_factor')),
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    idle_s_max bigint not null,
    expires_at timestamptz not null,
    ended_at timestamptz
);
create index session_account on identity.session (account, last_seen_at desc);
create index session_expires_at on identity.session (expires_at);

-- One-time links of letters.
create table identity.link (
    token_hash bytea primary key,
    account uuid not null references identity.account on delete cascade,
    purpose text not null check (purpose in ('verify', 'recover')),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index link_account on identity.link (account, purpose);
create index link_expires_at on identity.link (expires_at);

-- What happened to an account and who did it; append-only.
create table identity.security_event (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    account uuid not null,
    actor text not null,
    kind text not null,
    detail jsonb not null default '{}'
);
create index security_event_account on identity.security_event (account, id desc);
create index security_event_at on identity.security_event using brin (at);
