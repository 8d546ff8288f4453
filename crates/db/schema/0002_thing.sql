-- The id of what a creating request makes: the same on every attempt under its key, so that one whose answer was lost with its
-- process is found again and not made twice.
alter table idempotency add column thing uuid not null default gen_random_uuid();
