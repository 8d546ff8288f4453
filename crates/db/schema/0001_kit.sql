-- What every service's schema holds beside its own tables. Names are without a schema: the migration runs with search_path
-- set to the service's schema, and so does the service's role.

-- Events of committed transactions that the relay has not yet handed to the bus.
create table outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null,
    event jsonb not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Events that a consumer has had its effect of.
create table inbox (
    consumer text not null,
    event_id uuid not null,
    seen_at timestamptz not null default now(),
    primary key (consumer, event_id)
);
create index inbox_seen_at on inbox using brin (seen_at);

-- Durable timers. `lease_until` keeps a running one from being taken twice; `failed_at` is set when the attempts are used up.
create table job (
    id bigint generated always as identity primary key,
    kind text not null,
    key text not null,
    run_at timestamptz not null,
    payload jsonb not null,
    attempts int not null default 0,
    lease uuid,
    lease_until timestamptz,
    failed_at timestamptz,
    reason text,
    unique (kind, key)
);
create index job_due on job (kind, run_at) where failed_at is null;

-- Answers to requests with an `Idempotency-Key`. `status` is null while the first one is at work.
create table idempotency (
    scope text not null,
    key text not null,
    fingerprint bytea not null,
    ticket uuid not null,
    started_at timestamptz not null,
    status smallint,
    headers jsonb,
    body bytea,
    primary key (scope, key)
);
create index idempotency_started_at on idempotency (started_at);
