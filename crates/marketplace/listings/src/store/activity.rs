//! What happens around ads: rates, sellers, views, reveals, posting counters.

use chrono::NaiveDate;
use svetu_contracts::identity::AccountEvent;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, ExchangeRate, ListingId, Role, Timestamp};
use uuid::Uuid;

use crate::ListingError;

/// The newest that is valid at `now`.
pub async fn rate(db: &Db, now: Timestamp) -> Result<Option<ExchangeRate>, ListingError> {
    let row = sqlx::query!(
        "select valid_from, rsd_per_eur_micro from listings.rate where valid_from <= $1 order by valid_from desc limit 1",
        now
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| ExchangeRate { rsd_per_eur_micro: row.rsd_per_eur_micro, valid_from: row.valid_from }))
}

pub async fn set_rate(
    tx: &mut Tx<'_>,
    rate: ExchangeRate,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<(), ListingError> {
    sqlx::query!(
        "insert into listings.rate (valid_from, rsd_per_eur_micro, set_by, set_at) values ($1, $2, $3, $4)
         on conflict (valid_from) do update set rsd_per_eur_micro = excluded.rsd_per_eur_micro,
             set_by = excluded.set_by, set_at = excluded.set_at",
        rate.valid_from,
        rate.rsd_per_eur_micro,
        by.map(AccountId::uuid),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The public part of an account, copied from its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SellerCopy {
    pub display_name: String,
    pub is_trader: bool,
    pub created_at: Timestamp,
}

/// An older version never overwrites a newer one.
pub async fn copy_sellers(tx: &mut Tx<'_>, accounts: &[AccountEvent]) -> Result<(), ListingError> {
    for account in accounts {
        sqlx::query!(
            "insert into listings.seller (id, display_name, language, is_trader, created_at, version)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (id) do update set display_name = excluded.display_name, language = excluded.language,
                 is_trader = excluded.is_trader, version = excluded.version
             where seller.version < excluded.version",
            account.id.uuid(),
            account.display_name,
            account.language.tag(),
            account.roles.contains(&Role::Trader),
            account.created_at,
            account.version
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

pub async fn seller(connection: impl sqlx::PgExecutor<'_>, id: AccountId) -> Result<Option<SellerCopy>, ListingError> {
    let row = sqlx::query!("select display_name, is_trader, created_at from listings.seller where id = $1", id.uuid())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| SellerCopy {
        display_name: row.display_name,
        is_trader: row.is_trader,
        created_at: row.created_at,
    }))
}

pub async fn count_view(db: &Db, listing: ListingId, day: NaiveDate) -> Result<(), ListingError> {
    sqlx::query!(
        "insert into listings.view_day (listing, day, views) values ($1, $2, 1)
         on conflict (listing, day) do update set views = view_day.views + 1",
        listing.uuid(),
        day
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// The last 90 days, oldest first.
pub async fn views(db: &Db, listing: ListingId) -> Result<Vec<(NaiveDate, i64)>, ListingError> {
    let rows = sqlx::query!(
        "select day, views from (
            select day, views from listings.view_day where listing = $1 order by day desc limit 90) as last order by day",
        listing.uuid()
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.day, row.views)).collect())
}

/// Views and reveals of all time, by ad.
pub async fn totals(
    db: &Db,
    listings: &[ListingId],
) -> Result<std::collections::HashMap<ListingId, (i64, i64)>, ListingError> {
    let ids: Vec<Uuid> = listings.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"select id as "id!",
            coalesce((select sum(views) from listings.view_day where listing = id), 0)::bigint as "views!",
            (select count(*) from listings.reveal where listing = id) as "reveals!"
         from unnest($1::uuid[]) as l (id)"#,
        &ids
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (ListingId::from_uuid(row.id), (row.views, row.reveals))).collect())
}

/// Numbers of other ads that an account has seen since.
pub async fn reveals_since(
    tx: &mut Tx<'_>,
    account: AccountId,
    listing: ListingId,
    since: Timestamp,
) -> Result<i64, ListingError> {
    // Requests of one account wait for each other: the limit holds under any number of them.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 3))", account.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(sqlx::query_scalar!(
        r#"select count(distinct listing) as "count!" from listings.reveal
         where account = $1 and at > $2 and listing <> $3"#,
        account.uuid(),
        since,
        listing.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub async fn add_reveal(
    tx: &mut Tx<'_>,
    account: AccountId,
    listing: ListingId,
    at: Timestamp,
) -> Result<(), ListingError> {
    sqlx::query!(
        "insert into listings.reveal (account, at, listing) values ($1, $2, $3) on conflict do nothing",
        account.uuid(),
        at,
        listing.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Counts one more posting of the day; None when there were `max` already.
pub async fn count_posting(
    tx: &mut Tx<'_>,
    seller: AccountId,
    day: NaiveDate,
    max: i32,
) -> Result<Option<i32>, ListingError> {
    Ok(sqlx::query_scalar!(
        "insert into listings.posting_day as p (seller, day, posted) values ($1, $2, 1)
         on conflict (seller, day) do update set posted = p.posted + 1 where p.posted < $3
         returning posted",
        seller.uuid(),
        day,
        max
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Marks the reminder as sent for this term; false when it was already.
pub async fn mark_reminded(
    tx: &mut Tx<'_>,
    listing: ListingId,
    expires_at: Timestamp,
    days: i16,
) -> Result<bool, ListingError> {
    let marked = sqlx::query!(
        "update listings.listing set reminded_days = $3
         where id = $1 and expires_at = $2 and (reminded_days is null or reminded_days > $3)",
        listing.uuid(),
        expires_at,
        days
    )
    .execute(&mut **tx)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Live ones whose term ends before `until` and whose owner was not yet reminded at `days`.
pub async fn to_remind(
    db: &Db,
    now: Timestamp,
    until: Timestamp,
    days: i16,
    limit: i64,
) -> Result<Vec<ListingId>, ListingError> {
    let ids = sqlx::query_scalar!(
        "select id from listings.listing
         where state in ('live', 'reserved', 'paused') and state in ('live', 'reserved') and expires_at > $1
             and expires_at <= $2 and (reminded_days is null or reminded_days > $3)
         order by expires_at limit $4",
        now,
        until,
        days,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(ids.into_iter().map(ListingId::from_uuid).collect())
}

/// A person's ads that are not yet forgotten.
pub async fn to_erase(db: &Db, seller: AccountId, limit: i64) -> Result<Vec<ListingId>, ListingError> {
    let ids = sqlx::query_scalar!(
        "select id from listings.listing where seller = $1 and state <> 'purged' order by id limit $2",
        seller.uuid(),
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(ids.into_iter().map(ListingId::from_uuid).collect())
}

/// What is left beside their ads. Decisions about ads and what led to them stay (Regulation (EU) 2022/2065, art. 17 and 24),
/// without a name and without what the person wrote.
pub async fn erase_person(tx: &mut Tx<'_>, id: AccountId) -> Result<(), ListingError> {
    for statement in [
        "delete from listings.seller where id = $1",
        "delete from listings.source where seller = $1",
        "delete from listings.reveal where account = $1",
        "delete from listings.posting_day where seller = $1",
        "update listings.report set reporter = null, text = '' where reporter = $1",
        "update listings.appeal set text = '…' where appellant = $1",
    ] {
        sqlx::query(statement).bind(id.uuid()).execute(&mut **tx).await?;
    }
    Ok(())
}
