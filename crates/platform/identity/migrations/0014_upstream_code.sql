-- Codes to addresses that a provider elsewhere does not vouch for (ADR 13): for what waits in the browser that asked.
create table identity.upstream_code (
    -- Hash of the name of what waits.
    request bytea primary key,
    -- Address and language, under the service's secret, until the letter went: there is no person yet whose key it could be.
    sealed bytea,
    -- Null until the letter goes.
    code_hash bytea,
    tries_left smallint not null,
    expires_at timestamptz not null
);
create index upstream_code_expires_at on identity.upstream_code (expires_at);
