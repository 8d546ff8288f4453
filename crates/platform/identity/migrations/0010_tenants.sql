-- Tenants: several people under one name (ADR 15). The platform itself is the tenant without a row.
create table identity.tenant (
    id uuid primary key,
    kind text not null check (kind in ('shop')),
    display_name text not null,
    created_at timestamptz not null,
    -- Over for everybody from here on.
    closed_at timestamptz
);
create index tenant_closed_at on identity.tenant (closed_at) where closed_at is not null;

-- Whoever changes a team holds its tenant's row: there is always an owner.
create table identity.membership (
    tenant uuid not null references identity.tenant on delete cascade,
    account uuid not null references identity.account on delete cascade,
    role text not null check (role in ('owner', 'manager', 'member')),
    since timestamptz not null,
    primary key (tenant, account)
);
create index membership_account on identity.membership (account);

create table identity.tenant_invitation (
    id uuid primary key,
    tenant uuid not null references identity.tenant on delete cascade,
    role text not null check (role in ('owner', 'manager', 'member')),
    -- What somebody gives goes with them.
    invited_by uuid not null references identity.account on delete cascade,
    -- The address that is invited, under the key of who invites it; bound to this column and `id`.
    sealed bytea not null,
    blind bytea not null,
    -- Of the newest letter's token; null: no letter went yet.
    token_hash bytea unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- It was accepted, taken back or replaced.
    ended_at timestamptz
);
-- One address, one invitation that waits.
create unique index tenant_invitation_waiting on identity.tenant_invitation (tenant, blind) where ended_at is null;
create index tenant_invitation_invited_by on identity.tenant_invitation (invited_by, created_at);
create index tenant_invitation_blind on identity.tenant_invitation (blind);
create index tenant_invitation_expires_at on identity.tenant_invitation (expires_at);

insert into identity.retention (what, kept_days, why) values
    ('shop_invitation', 7, 'contract'),
    ('closed_shop', 30, 'contract');
