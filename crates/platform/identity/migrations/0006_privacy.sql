-- What is personal is sealed with a key of its person's own; the keys that wrap those are in `Secrets` (ADR 10).
create sequence identity.person_leaf as bigint minvalue 0 start 0 maxvalue 4294967295;

create table identity.person_key (
    account uuid primary key references identity.account on delete cascade,
    -- The person's number in the tree that derives what wraps the key.
    leaf bigint not null unique check (leaf between 0 and 4294967295),
    epoch integer not null,
    -- AES-256-GCM: nonce, ciphertext; bound to this column and `account`.
    wrapped bytea not null
);
create index person_key_epoch on identity.person_key (epoch, account);

-- Addresses of before wait here until a process that has the keys seals them; then the table is dropped.
create table identity.email_plain as select account, address, normal from identity.email;
-- Truncated, not deleted: no plain row stays behind in the table's files.
truncate identity.email;
alter table identity.email_plain
    add primary key (account),
    add foreign key (account) references identity.account on delete cascade;
alter table identity.email
    drop column address,
    drop column normal,
    -- What letters go to, as the person wrote it; bound to this column and `account`.
    add column sealed bytea not null,
    -- HMAC-SHA-256 of the normal form: one mailbox, one account.
    add column blind bytea not null unique;

create function identity.end_email_plain() returns void language plpgsql security definer set search_path = pg_catalog as $$
begin
    if exists (select from identity.email_plain) then
        raise exception 'addresses still wait to be sealed';
    end if;
    drop table identity.email_plain;
end $$;
do $$
begin
    if not exists (select from identity.email_plain) then
        perform identity.end_email_plain();
    end if;
end $$;

-- A request may name a person (`login_hint`): it is sealed with its own secret name.
truncate identity.oauth_request;
alter table identity.oauth_request drop column params, add column sealed bytea not null;

-- Operators find people by what they call themselves, from its beginning.
create index account_name on identity.account (lower(display_name) text_pattern_ops);

-- Who asked to be erased, until it is done or they change their mind.
create table identity.erasure (
    account uuid primary key references identity.account on delete cascade,
    asked_at timestamptz not null,
    due_at timestamptz not null
);

-- Everything about a person in one file, for its owner.
create table identity.export (
    id uuid primary key,
    account uuid not null references identity.account on delete cascade,
    asked_at timestamptz not null,
    -- Null: it is being gathered.
    ready_at timestamptz,
    -- When the file goes.
    expires_at timestamptz not null,
    bytes bigint check (bytes >= 0),
    check ((ready_at is null) = (bytes is null))
);
-- One at a time.
create unique index export_account on identity.export (account);
create index export_expires_at on identity.export (expires_at);

-- What a person agreed to or took back; append-only while there is the person.
create table identity.consent_log (
    id bigint generated always as identity primary key,
    account uuid not null references identity.account on delete cascade,
    at timestamptz not null,
    -- `terms`, or the application that was let in.
    subject text not null,
    -- Of the terms, or the scopes.
    version text not null,
    given boolean not null
);
create index consent_log_account on identity.consent_log (account, id);
insert into identity.consent_log (account, at, subject, version, given)
    select id, terms_accepted_at, 'terms', '1', true from identity.account where terms_accepted_at is not null
    union all
    select account, given_at, client, array_to_string(scopes, ' '), true from identity.oauth_consent
    order by 2;

-- How long what is kept, and why: the job `identity.retention` obeys it.
create table identity.retention (
    what text primary key,
    kept_days integer not null check (kept_days between 0 and 3660),
    why text not null check (why in ('contract', 'security', 'consent', 'law'))
);
insert into identity.retention (what, kept_days, why) values
    ('unverified_account', 7, 'contract'),
    ('erasure_grace', 30, 'contract'),
    ('export', 7, 'law'),
    ('link', 0, 'security'),
    ('ended_session', 30, 'security'),
    ('security_event', 400, 'security'),
    ('application_grant', 7, 'security'),
    ('used_code', 1, 'security'),
    ('signing_key', 30, 'security');
