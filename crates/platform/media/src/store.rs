use std::collections::{HashMap, HashSet};

use svetu_contracts::media::{Attachment, Visibility};
use svetu_db::{DbError, Tx};
use svetu_kernel::{AccountId, MediaId, Timestamp};
use uuid::Uuid;

use crate::{
    model::{Media, PhotoFacts},
    photo::ContentHash,
};

/// A row of a ready photo, as the queries below name its columns.
struct Row {
    id: Uuid,
    owner: Uuid,
    hash: Vec<u8>,
    width: i32,
    height: i32,
    widths: Vec<i32>,
    thumbhash: Vec<u8>,
    perceptual_hash: i64,
}

impl From<Row> for Media {
    fn from(row: Row) -> Self {
        Self {
            id: MediaId::from_uuid(row.id),
            owner: AccountId::from_uuid(row.owner),
            photo: PhotoFacts {
                hash: content_hash(&row.hash),
                width: row.width.unsigned_abs(),
                height: row.height.unsigned_abs(),
                widths: row.widths.into_iter().map(i32::unsigned_abs).collect(),
                thumbhash: row.thumbhash,
                perceptual_hash: row.perceptual_hash.cast_unsigned(),
            },
        }
    }
}

/// The column's check keeps every hash at 32 bytes.
fn content_hash(bytes: &[u8]) -> ContentHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(&bytes[..32]);
    ContentHash::from_bytes(hash)
}

fn pixels(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// Announces that somebody is about to hold the photos, so that no sweep deletes them for a while; answers those whose files are complete.
/// `hashes` ascend without repetition: one order of locking for everybody.
pub async fn announce(
    tx: &mut Tx<'_>,
    hashes: &[ContentHash],
    check_at: Timestamp,
) -> Result<HashSet<ContentHash>, DbError> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.bytes().to_vec()).collect();
    let ready = sqlx::query!(
        r#"insert into media.photo (hash, check_at) select hash, $2 from unnest($1::bytea[]) as announced (hash)
           on conflict (hash) do update set check_at = excluded.check_at
           returning hash, (ready_at is not null) as "ready!""#,
        &hashes,
        check_at,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ready.into_iter().filter(|row| row.ready).map(|row| content_hash(&row.hash)).collect())
}

/// Files are complete. Doing it twice changes nothing.
pub async fn complete(tx: &mut Tx<'_>, photo: &PhotoFacts, now: Timestamp) -> Result<(), DbError> {
    let widths: Vec<i32> = photo.widths.iter().copied().map(pixels).collect();
    sqlx::query!(
        "update media.photo set ready_at = $2, width = $3, height = $4, widths = $5, thumbhash = $6, perceptual_hash = $7
         where hash = $1 and ready_at is null",
        &photo.hash.bytes()[..],
        now,
        pixels(photo.width),
        pixels(photo.height),
        &widths,
        &photo.thumbhash,
        photo.perceptual_hash.cast_signed(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The owners' media of these photos, in no order, made where they are not there yet. Unattached ones begin their time anew.
/// `holds` ascend by owner and hash without repetition.
pub async fn hold(tx: &mut Tx<'_>, holds: &[(AccountId, ContentHash)], now: Timestamp) -> Result<Vec<Media>, DbError> {
    let ids: Vec<Uuid> = holds.iter().map(|_| MediaId::new(now).uuid()).collect();
    let owners: Vec<Uuid> = holds.iter().map(|(owner, _)| owner.uuid()).collect();
    let hashes: Vec<Vec<u8>> = holds.iter().map(|(_, hash)| hash.bytes().to_vec()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"with held as (
               insert into media.media (id, owner, hash, uploaded_at, orphan_at)
               select id, owner, hash, $4, $4 from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as hold (id, owner, hash)
               on conflict on constraint media_owner_hash do update
                   set orphan_at = case when media.orphan_at is null then null else excluded.orphan_at end
               returning id, owner, hash)
           select held.id as "id!", owner as "owner!", photo.hash as "hash!", width as "width!", height as "height!",
               widths as "widths!", thumbhash as "thumbhash!", perceptual_hash as "perceptual_hash!"
           from held join media.photo on photo.hash = held.hash"#,
        &ids,
        &owners,
        &hashes,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Media::from).collect())
}

/// How many of the owner's media nothing holds, counted to `max` and one more.
pub async fn unattached(tx: &mut Tx<'_>, owner: AccountId, max: i64) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from media.media where owner = $1 and orphan_at is not null limit $2) as unattached"#,
        owner.uuid(),
        max + 1,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// Ready media of these ids, in no order.
pub async fn load(tx: &mut Tx<'_>, ids: &[MediaId]) -> Result<HashMap<MediaId, Media>, DbError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"select id, owner, photo.hash, width as "width!", height as "height!", widths as "widths!",
               thumbhash as "thumbhash!", perceptual_hash as "perceptual_hash!"
           from media.media join media.photo on photo.hash = media.hash
           where id = any($1) limit 1000"#,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (MediaId::from_uuid(row.id), row.into())).collect())
}

/// Whether anything public holds it.
pub async fn is_public(tx: &mut Tx<'_>, id: MediaId) -> Result<bool, DbError> {
    let public = sqlx::query_scalar!(
        r#"select exists (select from media.attachment where media = $1 and visibility = 'public') as "public!""#,
        id.uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(public)
}

/// Who may see a photo's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sight {
    /// Something public holds it.
    pub public: bool,
    /// The reader holds it.
    pub own: bool,
}

/// None: there is no such photo.
pub async fn sight(tx: &mut Tx<'_>, hash: &ContentHash, reader: Option<AccountId>) -> Result<Option<Sight>, DbError> {
    let row = sqlx::query!(
        r#"select
               exists (select from media.media join media.attachment on attachment.media = media.id
                       where media.hash = photo.hash and visibility = 'public') as "public!",
               exists (select from media.media where media.hash = photo.hash and owner = $2) as "own!"
           from media.photo where hash = $1 and ready_at is not null"#,
        &hash.bytes()[..],
        reader.map(AccountId::uuid),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Sight { public: row.public, own: row.own }))
}

/// Deletes it if nothing holds it; answers whether it was deleted.
pub async fn delete_unattached(tx: &mut Tx<'_>, id: MediaId, check_at: Timestamp) -> Result<bool, DbError> {
    let deleted = sqlx::query!(
        "with gone as (
             delete from media.media where id = $1
                 and not exists (select from media.attachment where attachment.media = media.id)
             returning hash)
         update media.photo set check_at = $2 from gone where photo.hash = gone.hash",
        id.uuid(),
        check_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(deleted.rows_affected() > 0)
}

/// Media of other owners than the one who attaches them, and ids that do not exist. Locks those that are in order against deletion.
pub async fn foreign(tx: &mut Tx<'_>, attachments: &[Attachment]) -> Result<Option<MediaId>, DbError> {
    let (ids, owners): (Vec<Uuid>, Vec<Uuid>) = attachments
        .iter()
        .flat_map(|attachment| attachment.media.iter().map(|id| (id.uuid(), attachment.owner.uuid())))
        .unzip();
    let holders: Vec<String> = attachments.iter().map(|attachment| attachment.holder.clone()).collect();
    // One order of locking for everybody, else two writers wait for each other: holders first, then their media, old and new.
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('media.holder:' || holder, 0)) as "locked: ()"
           from (select distinct holder from unnest($1::text[]) as h (holder) order by holder) as holders"#,
        &holders,
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!(
        "select id from media.media
         where id = any($1) or id in (select media from media.attachment where holder = any($2)) order by id for update",
        &ids,
        &holders,
    )
    .fetch_all(&mut **tx)
    .await?;
    let foreign = sqlx::query_scalar!(
        r#"select asked.id as "id!" from unnest($1::uuid[], $2::uuid[]) as asked (id, owner)
           where not exists (select from media.media where media.id = asked.id and media.owner = asked.owner)
           limit 1"#,
        &ids,
        &owners,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(foreign.map(MediaId::from_uuid))
}

/// What the holders hold becomes exactly this; media that lost their last holder are orphans since `now`.
pub async fn replace(tx: &mut Tx<'_>, attachments: &[Attachment], now: Timestamp) -> Result<(), DbError> {
    let holders: Vec<String> = attachments.iter().map(|attachment| attachment.holder.clone()).collect();
    let dropped = sqlx::query_scalar!("delete from media.attachment where holder = any($1) returning media", &holders,)
        .fetch_all(&mut **tx)
        .await?;
    let mut rows: (Vec<String>, Vec<Uuid>, Vec<i16>, Vec<String>) = Default::default();
    for attachment in attachments {
        for (position, id) in attachment.media.iter().enumerate() {
            rows.0.push(attachment.holder.clone());
            rows.1.push(id.uuid());
            rows.2.push(i16::try_from(position).unwrap_or(i16::MAX));
            rows.3.push(visibility(attachment.visibility).to_owned());
        }
    }
    sqlx::query!(
        "insert into media.attachment (holder, media, position, visibility)
         select * from unnest($1::text[], $2::uuid[], $3::smallint[], $4::text[])",
        &rows.0,
        &rows.1,
        &rows.2,
        &rows.3,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update media.media set orphan_at = case
             when exists (select from media.attachment where attachment.media = media.id) then null
             else coalesce(orphan_at, $3) end
         where id = any($1) or id = any($2)",
        &rows.1,
        &dropped,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Owner => "owner",
    }
}

/// Deletes media that nothing holds since before `cutoff`; answers how many. Their photos are looked at from `check_at` on.
pub async fn delete_orphans(
    tx: &mut Tx<'_>,
    cutoff: Timestamp,
    check_at: Timestamp,
    limit: i64,
) -> Result<u64, DbError> {
    let hashes = sqlx::query_scalar!(
        "delete from media.media where id = any(array(
             select id from media.media where orphan_at < $1 order by orphan_at limit $2 for update skip locked))
             and orphan_at < $1
         returning hash",
        cutoff,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    sqlx::query!("update media.photo set check_at = $2 where hash = any($1)", &hashes, check_at)
        .execute(&mut **tx)
        .await?;
    Ok(hashes.len() as u64)
}

/// Locks photos that are due for a look. Those that somebody holds are looked after; the others are answered, to be deleted in this transaction.
pub async fn unused(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<(u64, Vec<ContentHash>), DbError> {
    let due = sqlx::query_scalar!(
        "select hash from media.photo where check_at < $1 order by check_at limit $2 for update skip locked",
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let used = sqlx::query_scalar!(
        "update media.photo set check_at = null where hash = any($1)
             and exists (select from media.media where media.hash = photo.hash)
         returning hash",
        &due,
    )
    .fetch_all(&mut **tx)
    .await?;
    let unused = due.iter().filter(|hash| !used.contains(hash)).map(|hash| content_hash(hash)).collect();
    Ok((due.len() as u64, unused))
}

pub async fn delete_photos(tx: &mut Tx<'_>, hashes: &[ContentHash]) -> Result<(), DbError> {
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.bytes().to_vec()).collect();
    sqlx::query!("delete from media.photo where hash = any($1)", &hashes).execute(&mut **tx).await?;
    Ok(())
}

/// The owner's ready media in the order of their ids.
pub async fn owned(tx: &mut Tx<'_>, owner: AccountId, after: MediaId, limit: i64) -> Result<Vec<Media>, DbError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, owner, photo.hash, width as "width!", height as "height!", widths as "widths!",
               thumbhash as "thumbhash!", perceptual_hash as "perceptual_hash!"
           from media.media join media.photo on photo.hash = media.hash
           where owner = $1 and id > $2 and ready_at is not null order by id limit $3"#,
        owner.uuid(),
        after.uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Media::from).collect())
}

/// All that is theirs, whatever holds it; the sweep looks at the photos at once.
pub async fn erase(tx: &mut Tx<'_>, owner: AccountId, now: Timestamp) -> Result<(), DbError> {
    sqlx::query!(
        "delete from media.attachment where media in (select id from media.media where owner = $1)",
        owner.uuid()
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "with gone as (delete from media.media where owner = $1 returning hash)
         update media.photo set check_at = $2 from gone where photo.hash = gone.hash",
        owner.uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
