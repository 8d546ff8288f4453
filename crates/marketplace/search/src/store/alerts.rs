//! What saved searches found, and what of it was told.

use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, ListingId, SavedSearchId, Timestamp};
use uuid::Uuid;

use super::{frequency, language, plan_letter, unknown};
use crate::SearchError;
use crate::saved::{AlertKind, Frequency, Saved};

/// A letter whose sending fails comes again after so long.
const AGAIN_AFTER_S: f64 = 300.0;

/// An ad that a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub search: SavedSearchId,
    pub listing: ListingId,
    pub seller: AccountId,
    /// Who saved the search later is not told.
    pub news_since: Timestamp,
    pub version: i64,
    pub price_rsd_minor: Option<i64>,
}

struct Columns {
    searches: Vec<Uuid>,
    listings: Vec<Uuid>,
    sellers: Vec<Uuid>,
    since: Vec<Timestamp>,
    versions: Vec<i64>,
    prices: Vec<Option<i64>>,
}

fn columns(found: &[Found]) -> Columns {
    Columns {
        searches: found.iter().map(|one| one.search.uuid()).collect(),
        listings: found.iter().map(|one| one.listing.uuid()).collect(),
        sellers: found.iter().map(|one| one.seller.uuid()).collect(),
        since: found.iter().map(|one| one.news_since).collect(),
        versions: found.iter().map(|one| one.version).collect(),
        prices: found.iter().map(|one| one.price_rsd_minor).collect(),
    }
}

/// New ads: once a search and ad, none of one's own, none that was there before the search was saved.
pub async fn add_alerts(tx: &mut Tx<'_>, found: &[Found], now: Timestamp) -> Result<(), SearchError> {
    let Columns { searches, listings, sellers, since, versions, prices } = columns(found);
    let waiting = sqlx::query_scalar!(
        r#"insert into search.alert (search, listing, kind, version, price_rsd_minor, found_at, sent_at)
           select f.search, f.listing, 'new', f.version, f.price, $7::timestamptz, case when s.frequency = 'off' then $7 end
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::int8[], $6::int8[])
               as f (search, listing, seller, since, version, price)
           join search.saved_search s on s.id = f.search
           where s.owner <> f.seller and s.created_at <= f.since
           on conflict (search, listing) do nothing
           returning search"#,
        &searches,
        &listings,
        &sellers,
        &since,
        &versions,
        &prices as &[Option<i64>],
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    due(tx, &waiting, now).await
}

/// Ads that got cheaper: told again, also to those who asked when the ad was there already.
pub async fn add_price_alerts(tx: &mut Tx<'_>, found: &[Found], now: Timestamp) -> Result<(), SearchError> {
    let Columns { searches, listings, sellers, since, versions, prices } = columns(found);
    let waiting = sqlx::query_scalar!(
        r#"insert into search.alert as known (search, listing, kind, version, price_rsd_minor, found_at, sent_at)
           select f.search, f.listing, 'price', f.version, f.price, $7::timestamptz, case when s.frequency = 'off' then $7 end
           from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::int8[], $6::int8[])
               as f (search, listing, seller, since, version, price)
           join search.saved_search s on s.id = f.search
           where s.owner <> f.seller and s.created_at <= f.since
           on conflict (search, listing) do update set
               -- Who was not told of it yet hears of it once, at the lower price.
               kind = case when known.sent_at is null then known.kind else 'price' end,
               version = excluded.version, price_rsd_minor = excluded.price_rsd_minor, found_at = excluded.found_at,
               sent_at = excluded.sent_at
           where known.version < excluded.version
               and (known.price_rsd_minor is null or excluded.price_rsd_minor < known.price_rsd_minor)
           returning search"#,
        &searches,
        &listings,
        &sellers,
        &since,
        &versions,
        &prices as &[Option<i64>],
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    due(tx, &waiting, now).await
}

/// A statement of its own: it sees what a letter that was written meanwhile left behind. The alerts' foreign key holds the
/// searches' rows, so that none is written between.
async fn due(tx: &mut Tx<'_>, searches: &[Uuid], now: Timestamp) -> Result<(), SearchError> {
    if searches.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update search.saved_search set due_at = greatest($2, coalesce(told_at, created_at) + make_interval(secs =>
             case frequency when 'instant' then $3::float8 when 'daily' then $4::float8 else $5::float8 end))
         where id = any($1) and frequency <> 'off' and due_at is null",
        searches,
        now,
        Frequency::Instant.every_s(),
        Frequency::Daily.every_s(),
        Frequency::Weekly.every_s(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn purge_listing(tx: &mut Tx<'_>, ids: &[Uuid]) -> Result<(), SearchError> {
    sqlx::query!("delete from search.alert where listing = any($1)", ids).execute(&mut **tx).await?;
    Ok(())
}

/// A row of the page of what a search found.
pub struct Alert {
    pub listing: ListingId,
    pub kind: AlertKind,
    pub at: Timestamp,
}

fn kind(name: &str) -> Result<AlertKind, SearchError> {
    AlertKind::ALL.into_iter().find(|known| known.name() == name).ok_or_else(|| unknown("alert", name))
}

/// Newest first.
pub async fn alerts(
    db: &Db,
    search: SavedSearchId,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Alert>, SearchError> {
    let (at, listing) = after.map_or((None, None), |(at, listing)| (Some(at), Some(listing)));
    let rows = sqlx::query!(
        "select listing, kind, found_at from search.alert
         where search = $1 and ($2::timestamptz is null or (found_at, listing) < ($2, $3::uuid))
         order by found_at desc, listing desc limit $4",
        search.uuid(),
        at,
        listing,
        limit,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| Ok(Alert { listing: ListingId::from_uuid(row.listing), kind: kind(&row.kind)?, at: row.found_at }))
        .collect()
}

pub async fn looked(db: &Db, search: SavedSearchId, now: Timestamp) -> Result<(), SearchError> {
    sqlx::query!("update search.saved_search set seen_at = greatest(seen_at, $2) where id = $1", search.uuid(), now)
        .execute(db.pool())
        .await?;
    Ok(())
}

/// Takes letters that are due; one that is not done comes again some minutes later.
pub async fn take_letters(db: &Db, now: Timestamp, limit: i64) -> Result<Vec<Saved>, SearchError> {
    let rows = sqlx::query!(
        "update search.saved_search set due_at = $1 + make_interval(secs => $3)
         where id = any(array(
             select id from search.saved_search where due_at <= $1 order by due_at limit $2 for update skip locked))
         returning id, owner, name, query, language, frequency, created_at",
        now,
        limit,
        AGAIN_AFTER_S,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Saved {
                id: SavedSearchId::from_uuid(row.id),
                owner: AccountId::from_uuid(row.owner),
                name: row.name,
                query: row.query,
                language: language(&row.language)?,
                frequency: frequency(&row.frequency)?,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// What a person was not yet told, newest first: listing, kind, version.
pub async fn waiting(
    db: &Db,
    search: SavedSearchId,
    limit: i64,
) -> Result<Vec<(ListingId, AlertKind, i64)>, SearchError> {
    let rows = sqlx::query!(
        "select listing, kind, version from search.alert where search = $1 and sent_at is null
         order by found_at desc, listing desc limit $2",
        search.uuid(),
        limit,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter().map(|row| Ok((ListingId::from_uuid(row.listing), kind(&row.kind)?, row.version))).collect()
}

/// These are told (`wrote`) or found to be gone. What was found meanwhile waits for the next letter.
pub async fn letter_done(
    tx: &mut Tx<'_>,
    search: SavedSearchId,
    done: &[(ListingId, AlertKind, i64)],
    wrote: bool,
    now: Timestamp,
) -> Result<(), SearchError> {
    let id = search.uuid();
    // Nobody adds an alert until we commit, so none is left without a letter that is due.
    sqlx::query!("select id from search.saved_search where id = $1 for update", id).fetch_optional(&mut **tx).await?;
    let listings: Vec<Uuid> = done.iter().map(|(listing, ..)| listing.uuid()).collect();
    let versions: Vec<i64> = done.iter().map(|(.., version)| *version).collect();
    sqlx::query!(
        "update search.alert a set sent_at = $4 from unnest($2::uuid[], $3::int8[]) as d (listing, version)
         where a.search = $1 and a.listing = d.listing and a.version = d.version and a.sent_at is null",
        id,
        &listings,
        &versions,
        now,
    )
    .execute(&mut **tx)
    .await?;
    if wrote {
        sqlx::query!("update search.saved_search set told_at = $2 where id = $1", id, now).execute(&mut **tx).await?;
    }
    plan_letter(tx, search, now).await
}
