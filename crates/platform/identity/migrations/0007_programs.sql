-- What a client is when it acts for itself (client_credentials): roles as an account's, `machine` always.
alter table identity.oauth_client add column roles text[] not null default '{machine}';

-- Keys of people's own programs. What is kept is the hash; the beginning says which one it is.
create table identity.api_key (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    name text not null,
    beginning text not null,
    hash bytea not null unique,
    scopes text[] not null,
    per_minute integer not null check (per_minute > 0),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index api_key_account on identity.api_key (account, created_at desc);
create index api_key_expires_at on identity.api_key (expires_at);
