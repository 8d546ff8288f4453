-- A photo by its content: one row and one set of files, however many people hold it.
create table media.photo (
    hash bytea primary key check (octet_length(hash) = 32),
    -- Null until every variant is in the object store.
    ready_at timestamptz,
    width integer check (width > 0),
    height integer check (height > 0),
    -- Ascending widths that exist as JPEG and WebP.
    widths integer[],
    thumbhash bytea,
    perceptual_hash bigint,
    -- When to look whether anybody still holds it. Set by every upload and every removal, cleared by a look that finds a holder:
    -- a process that dies between files and rows leaves nothing behind for ever.
    check_at timestamptz,
    check ((ready_at is null) = (width is null)),
    check ((ready_at is null) = (height is null)),
    check ((ready_at is null) = (widths is null)),
    check ((ready_at is null) = (thumbhash is null)),
    check ((ready_at is null) = (perceptual_hash is null))
);
create index photo_check_at on media.photo (check_at) where check_at is not null;

-- One owner's hold on a photo. The same bytes of the same owner are the same media.
create table media.media (
    id uuid primary key,
    owner uuid not null,
    hash bytea not null references media.photo (hash),
    uploaded_at timestamptz not null,
    -- Since when nothing holds it; null while it is attached.
    orphan_at timestamptz,
    constraint media_owner_hash unique (owner, hash)
);
create index media_hash on media.media (hash);
create index media_orphan_at on media.media (orphan_at) where orphan_at is not null;
create index media_owner_orphans on media.media (owner) where orphan_at is not null;

-- What holds it: an outside id of another service, such as a listing.
create table media.attachment (
    holder text not null check (length(holder) between 1 and 200),
    media uuid not null references media.media (id),
    position smallint not null check (position between 0 and 99),
    visibility text not null check (visibility in ('public', 'owner')),
    primary key (holder, media)
);
create index attachment_media on media.attachment (media);
