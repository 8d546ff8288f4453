-- Accounts that people have elsewhere and sign in by (ADR 13).
create table identity.upstream_login (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    -- As the configuration names the provider.
    upstream text not null,
    -- HMAC-SHA-256 of issuer and subject: one account elsewhere, one here.
    blind bytea not null unique,
    -- Issuer, subject and address, under the person's key; bound to this column and `id`.
    sealed bytea not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    unique (account, upstream)
);
