-- Telephones that people have proven (ADR 14): one number, one person.
create table identity.phone (
    account uuid primary key references identity.account on delete cascade,
    -- E.164, under the person's key; bound to this column and `account`.
    sealed bytea not null,
    -- HMAC-SHA-256 of the number.
    blind bytea not null unique,
    verified_at timestamptz not null
);

-- Codes sent to telephones, each for the browser that asked.
create table identity.phone_code (
    request bytea primary key,
    account uuid not null references identity.account on delete cascade,
    purpose text not null check (purpose in ('add', 'sign_in')),
    -- The number that is to be proven, under the person's key; null: the account's own.
    sealed bytea,
    -- Null until the message goes.
    code_hash bytea,
    tries_left smallint not null,
    expires_at timestamptz not null
);
create index phone_code_account on identity.phone_code (account);
create index phone_code_expires_at on identity.phone_code (expires_at);
