-- The log by days: what is over is dropped with its day and not deleted row by row. The day is that of the event's id (UUIDv7), so
-- that an id stays unique over all of them; `seq` is unique in a day, and over all days by the appender's lock. Whoever reads and
-- writes bus.event goes on as before: another table of that name takes the old one in, in the same transaction.
-- squawk-ignore-file renaming-table, renaming-object
alter table bus.event rename to event_before;
alter table bus.event_before rename constraint event_pkey to event_before_pkey;
alter table bus.event_before rename constraint event_id_key to event_before_id_key;
alter index bus.event_partition rename to event_before_partition;

create table bus.event (
    seq bigint not null,
    id uuid not null unique,
    partition smallint not null,
    kind text not null,
    body json not null,
    appended_at timestamptz not null default now()
) partition by range (id);
create index event_partition on bus.event (partition, seq);

-- Ids of days that nobody made a partition for: clocks that are wrong.
create table bus.event_rest (like bus.event including defaults, primary key (seq));

-- The first id of a moment.
create function bus.id_at(at timestamptz) returns uuid immutable strict parallel safe language sql
return (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Everything until now, and until the end of tomorrow: time to make the days after it.
do $$
declare
    upto uuid := bus.id_at(((now() at time zone 'UTC')::date + 2)::timestamp at time zone 'UTC');
begin
    with strange as (delete from bus.event_before where id >= upto returning *)
    insert into bus.event_rest select * from strange;
    execute format('alter table bus.event attach partition bus.event_before for values from (minvalue) to (%L)', upto);
end $$;
alter table bus.event attach partition bus.event_rest default;

-- The bus's role may make and drop days by these and define nothing else. Both may run twice and side by side.
create function bus.make_days(at timestamptz, ahead int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
declare
    today date := (at at time zone 'UTC')::date;
    name text;
    made int := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('bus.event days', 0));
    for day in 0..least(ahead, 31) loop
        name := 'event_' || to_char(today + day, 'YYYYMMDD');
        continue when to_regclass('bus.' || name) is not null;
        begin
            execute format('create table bus.%I (like bus.event including defaults, primary key (seq))', name);
            execute format('alter table bus.event attach partition bus.%I for values from (%L) to (%L)', name,
                bus.id_at((today + day)::timestamp at time zone 'UTC'),
                bus.id_at((today + day + 1)::timestamp at time zone 'UTC'));
            made := made + 1;
        exception
            -- Another partition has the day, or the rest has rows of it already.
            when invalid_object_definition or check_violation then null;
        end;
    end loop;
    return made;
end $$;

-- Those that are over: older than `kept` and handled by every group, or older than `kept_max`. The last event always stays, since
-- the next `seq` is counted from it.
create function bus.drop_days(at timestamptz, kept interval, kept_max interval) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
declare
    day record;
    last_seq bigint;
    last_at timestamptz;
    dropped int := 0;
begin
    perform pg_advisory_xact_lock(hashtextextended('bus.event days', 0));
    for day in
        select c.relname, substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''([0-9a-f-]{36})''\)')::uuid as upto
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'bus.event'::regclass order by 2 limit 64
    loop
        -- The rest has no end; a day that is not over may still be written to.
        continue when day.upto is null or day.upto > bus.id_at(at - kept);
        execute format('select seq, appended_at from bus.%I order by seq desc limit 1', day.relname) into last_seq, last_at;
        if last_seq is null or last_seq < (select max(seq) from bus.event)
            and (last_at < at - kept_max
                or last_at < at - kept and last_seq <= coalesce((select min(seq) from bus.position), last_seq))
        then
            execute format('drop table bus.%I', day.relname);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end $$;

revoke execute on function bus.make_days(timestamptz, int) from public;
revoke execute on function bus.drop_days(timestamptz, interval, interval) from public;
