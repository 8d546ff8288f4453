-- The audit log (ADR 9): security events, chained by seals. What is written stays as it is; only the oldest goes, behind an anchor.

-- What concerns no account (a client, a key) has none.
alter table identity.security_event alter column account drop not null;

-- A chain of keyed hashes over the events, in the order in which the sealer saw them committed.
create table identity.audit_seal (
    position bigint primary key check (position > 0),
    event bigint not null unique,
    -- As the event had them: what was deleted can still be named.
    at timestamptz not null,
    kind text not null,
    hash bytea not null check (octet_length(hash) = 32)
);

-- Events that no seal covers yet: written with the event, gone with the seal.
create table identity.audit_waiting (
    event bigint primary key,
    at timestamptz not null,
    kind text not null
);
insert into identity.audit_waiting (event, at, kind) select id, at, kind from identity.security_event;

-- Where the chain begins: everything up to here was over and went.
create table identity.audit_anchor (
    one boolean primary key default true check (one),
    position bigint not null check (position > 0),
    hash bytea not null check (octet_length(hash) = 32),
    moved_at timestamptz not null,
    -- Over the row, by the key of the chain: who has none cannot trim.
    mac bytea not null check (octet_length(mac) = 32)
);

create function identity.audit_refuse() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % is refused', tg_table_schema, tg_table_name, lower(tg_op)
        using errcode = 'insufficient_privilege';
end $$;

create function identity.audit_refuse_unless_over() returns trigger language plpgsql as $$
declare
    over boolean;
begin
    if tg_table_name = 'security_event' then
        select exists (select from identity.audit_seal s, identity.audit_anchor a
            where s.event = old.id and s.position <= a.position) into over;
    elsif tg_table_name = 'audit_seal' then
        select exists (select from identity.audit_anchor a where old.position <= a.position) into over;
    else
        select exists (select from identity.audit_seal s where s.event = old.event) into over;
    end if;
    if not over then
        raise exception '%.% is append-only: delete is refused', tg_table_schema, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return old;
end $$;

create function identity.audit_anchor_moves_forward() returns trigger language plpgsql as $$
begin
    if (tg_op = 'UPDATE' and new.position <= old.position)
        or not exists (select from identity.audit_seal s where s.position = new.position and s.hash = new.hash)
    then
        raise exception 'identity.audit_anchor moves forward along the chain only'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create trigger audit_update before update on identity.security_event
    for each statement execute function identity.audit_refuse();
create trigger audit_truncate before truncate on identity.security_event
    for each statement execute function identity.audit_refuse();
create trigger audit_delete before delete on identity.security_event
    for each row execute function identity.audit_refuse_unless_over();

create trigger audit_update before update on identity.audit_seal
    for each statement execute function identity.audit_refuse();
create trigger audit_truncate before truncate on identity.audit_seal
    for each statement execute function identity.audit_refuse();
create trigger audit_delete before delete on identity.audit_seal
    for each row execute function identity.audit_refuse_unless_over();

create trigger audit_update before update on identity.audit_waiting
    for each statement execute function identity.audit_refuse();
create trigger audit_truncate before truncate on identity.audit_waiting
    for each statement execute function identity.audit_refuse();
create trigger audit_delete before delete on identity.audit_waiting
    for each row execute function identity.audit_refuse_unless_over();

create trigger audit_move before insert or update on identity.audit_anchor
    for each row execute function identity.audit_anchor_moves_forward();
create trigger audit_delete before delete on identity.audit_anchor
    for each statement execute function identity.audit_refuse();
create trigger audit_truncate before truncate on identity.audit_anchor
    for each statement execute function identity.audit_refuse();
