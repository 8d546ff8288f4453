-- OAuth 2.0 and OpenID Connect. Nothing that opens a door is here in clear: tokens, codes and secrets are hashes, keys are sealed.
create table identity.oauth_key (
    kid text primary key,
    alg text not null check (alg in ('ES256', 'EdDSA', 'RS256', 'PS256')),
    public_jwk jsonb not null,
    -- PKCS#8, AES-256-GCM: nonce, then ciphertext; bound to this column and `kid`.
    sealed bytea not null,
    created_at timestamptz not null,
    -- It is in the key set before it signs, so that nobody meets a signature of a key they cannot find.
    active_at timestamptz not null,
    -- It signs no more from here on; null: it is the newest.
    replaced_at timestamptz,
    -- It leaves the key set: the last token that it signed is over.
    expires_at timestamptz
);
create index oauth_key_alg on identity.oauth_key (alg, active_at desc);

create table identity.oauth_client (
    id text primary key,
    name text not null,
    auth_method text not null check (auth_method in ('none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt')),
    secret_hash bytea,
    jwks jsonb,
    redirect_uris text[] not null default '{}',
    post_logout_redirect_uris text[] not null default '{}',
    backchannel_logout_uri text,
    grant_types text[] not null,
    scopes text[] not null,
    -- Audiences beside the platform's own API that it may ask tokens for (RFC 8707).
    resources text[] not null default '{}',
    signing_alg text not null default 'ES256' check (signing_alg in ('ES256', 'EdDSA', 'RS256', 'PS256')),
    profile text not null default 'oauth2' check (profile in ('oauth2', 'fapi2')),
    dpop_bound boolean not null default false,
    par_required boolean not null default false,
    -- Ours: people are not asked whether their own platform may know them.
    first_party boolean not null default false,
    created_at timestamptz not null,
    disabled_at timestamptz,
    check ((auth_method in ('client_secret_basic', 'client_secret_post')) = (secret_hash is not null)),
    constraint oauth_client_keys check (auth_method <> 'private_key_jwt' or jwks is not null)
);

-- What a person allowed a client, once; codes and refresh tokens hang on it. Revoked, all of them are dead.
create table identity.oauth_grant (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    client text not null references identity.oauth_client on delete cascade,
    session uuid not null,
    scopes text[] not null,
    audience text[] not null,
    claims jsonb,
    auth_time timestamptz not null,
    strength text not null,
    dpop_jkt text,
    -- `offline_access`: it outlives the session.
    offline boolean not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index oauth_grant_account on identity.oauth_grant (account, created_at desc);
create index oauth_grant_session on identity.oauth_grant (session);
create index oauth_grant_expires_at on identity.oauth_grant (expires_at);

create table identity.oauth_code (
    hash bytea primary key,
    grant_id uuid not null references identity.oauth_grant on delete cascade,
    redirect_uri text not null,
    challenge bytea not null,
    nonce text,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index oauth_code_expires_at on identity.oauth_code (expires_at);
create index oauth_code_grant on identity.oauth_code (grant_id);

create table identity.oauth_refresh (
    hash bytea primary key,
    grant_id uuid not null references identity.oauth_grant on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
-- A family has one living head.
create unique index oauth_refresh_head on identity.oauth_refresh (grant_id) where used_at is null;
create index oauth_refresh_expires_at on identity.oauth_refresh (expires_at);

create table identity.oauth_consent (
    account uuid not null references identity.account on delete cascade,
    client text not null references identity.oauth_client on delete cascade,
    scopes text[] not null,
    given_at timestamptz not null,
    primary key (account, client)
);

-- Requests that were pushed (RFC 9126) and those that wait for a person.
create table identity.oauth_request (
    hash bytea primary key,
    kind text not null check (kind in ('pushed', 'waiting')),
    client text not null references identity.oauth_client on delete cascade,
    params jsonb not null,
    dpop_jkt text,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index oauth_request_expires_at on identity.oauth_request (expires_at);

-- Assertions and proofs that were used, and access tokens that were revoked, until they are over anyway.
create table identity.oauth_spent (
    hash bytea primary key,
    expires_at timestamptz not null
);
create index oauth_spent_expires_at on identity.oauth_spent (expires_at);
