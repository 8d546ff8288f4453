-- Devices without a browser that wait for a person elsewhere (RFC 8628).
create table identity.oauth_device (
    -- Of the device code.
    hash bytea primary key,
    -- What the person types, in its one way of writing.
    user_code text not null unique,
    client text not null references identity.oauth_client on delete cascade,
    scopes text[] not null,
    audience text[] not null,
    dpop_jkt text,
    state text not null default 'pending' check (state in ('pending', 'allowed', 'denied')),
    account uuid references identity.account on delete cascade,
    session uuid,
    auth_time timestamptz,
    strength text,
    interval_s integer not null,
    polled_at timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    check ((state = 'allowed') = (account is not null and session is not null))
);
create index oauth_device_expires_at on identity.oauth_device (expires_at);

-- Who may register a client by themselves (RFC 7591 §3): an operator's invitation.
create table identity.oauth_invitation (
    hash bytea primary key,
    uses_left integer not null check (uses_left >= 0),
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index oauth_invitation_expires_at on identity.oauth_invitation (expires_at);

-- Of a client that registered itself: its management token (RFC 7592), and what it says of itself.
alter table identity.oauth_client add column registration_hash bytea;
