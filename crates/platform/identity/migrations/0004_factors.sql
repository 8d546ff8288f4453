-- How a session's person proved who they are (RFC 8176), when last, and when they last proved all that the account asks
-- for: what a remembered device spares is not proven.
alter table identity.session
    add column methods text[] not null default '{pwd}',
    add column authenticated_at timestamptz,
    add column confirmed_at timestamptz;
update identity.session set authenticated_at = created_at, confirmed_at = created_at;
alter table identity.session alter column authenticated_at set not null;
alter table identity.oauth_grant add column methods text[] not null default '{pwd}';

-- The secret of an authenticator application (RFC 6238).
create table identity.totp (
    account uuid primary key references identity.account on delete cascade,
    -- AES-256-GCM by the service's secret; the account is bound to it.
    sealed bytea not null,
    -- The last time step whose code was taken: no code works twice.
    last_step bigint not null,
    created_at timestamptz not null
);

create table identity.passkey (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    -- WebAuthn's name of the key.
    credential_id bytea not null unique,
    name text not null,
    -- The public key, its counter and flags, as the library keeps them.
    credential jsonb not null,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index passkey_account on identity.passkey (account, created_at);

-- Each opens once; keyed by the service's secret, so that the table alone cannot be searched.
create table identity.recovery_code (
    account uuid not null references identity.account on delete cascade,
    hash bytea not null,
    primary key (account, hash)
);

-- Where the second factor is not asked again.
create table identity.trusted_device (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    token_hash bytea not null unique,
    device text not null,
    network text not null,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null
);
create index trusted_device_account on identity.trusted_device (account, last_used_at desc);
create index trusted_device_expires_at on identity.trusted_device (expires_at);

-- Codes sent by mail, each for the browser that asked: a stranger's guesses use up a stranger's code.
create table identity.mail_code (
    request bytea primary key,
    account uuid not null references identity.account on delete cascade,
    code_hash bytea not null,
    tries_left smallint not null,
    expires_at timestamptz not null
);
create index mail_code_account on identity.mail_code (account);
create index mail_code_expires_at on identity.mail_code (expires_at);
