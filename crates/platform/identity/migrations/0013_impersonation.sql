-- Support looks at the platform as a person does, for a few minutes (ADR 16): its own session shows that person until it is over.
-- Kept when it is over: who came, to whom and why.
create table identity.impersonation (
    id uuid primary key,
    -- Of support. Neither it nor its account has to be there still.
    session uuid not null,
    support uuid not null,
    account uuid not null references identity.account on delete cascade,
    -- As they wrote it; the person may read it.
    reason text not null,
    started_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    -- By support's own press, by time, because its session is over.
    how text check (how in ('support', 'time', 'session')),
    check ((ended_at is null) = (how is null)),
    check (support <> account)
);
-- One at a time.
create unique index impersonation_session on identity.impersonation (session) where ended_at is null;
create index impersonation_account on identity.impersonation (account, id);
create index impersonation_support on identity.impersonation (support, started_at);
create index impersonation_started_at on identity.impersonation (started_at);

insert into identity.retention (what, kept_days, why) values ('impersonation', 400, 'security');
