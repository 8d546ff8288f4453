-- no-transaction
create index concurrently if not exists listing_newest on listings.listing (category, refreshed_at desc, id desc)
    where state in ('live', 'reserved');
