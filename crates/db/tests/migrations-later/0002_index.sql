-- no-transaction
create index concurrently if not exists thing_by_n on listings.thing (n);
