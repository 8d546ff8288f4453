-- A wish of the staff to take away somebody's second factors, which another of them has to approve. Kept when it is over:
-- who asked, who decided and why.
create table identity.factor_reset (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    -- As they wrote it; the person may read it.
    reason text not null,
    asked_by uuid not null,
    asked_at timestamptz not null,
    -- Nobody can approve it afterwards.
    expires_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    outcome text check (outcome in ('approved', 'withdrawn', 'refused')),
    check ((outcome is null) = (decided_at is null) and (outcome is null) = (decided_by is null)),
    check (asked_by <> account),
    -- Four eyes: neither who asked nor whom it is about.
    check (outcome <> 'approved' or (decided_by <> asked_by and decided_by <> account))
);
create unique index factor_reset_waiting on identity.factor_reset (account) where outcome is null;
create index factor_reset_account on identity.factor_reset (account, id);
create index factor_reset_asked_at on identity.factor_reset (asked_at);
insert into identity.retention (what, kept_days, why) values ('factor_reset', 400, 'security');
