//! Ads: reading them, and the one way to write them.

use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sqlx::types::Json;
use svetu_contracts::{
    listings::{ContactOptions, ListingPlace, ListingState, Price},
    media::Picture,
};
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, ListingId, Money, Timestamp};
use uuid::Uuid;

use crate::{
    ListingError,
    model::{
        Content, Listing, Seller, State,
        lifecycle::{by_name, name},
        price,
    },
};

/// As it lies in the table.
#[derive(Debug)]
pub struct Row {
    id: Uuid,
    version: i64,
    state: String,
    state_since: Timestamp,
    expires_at: Option<Timestamp>,
    seller: Uuid,
    seller_kind: String,
    seller_name: String,
    category: Option<String>,
    title: String,
    description: String,
    language: Option<String>,
    price_kind: Option<String>,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    price_rsd_minor: Option<i64>,
    previous_price_minor: Option<i64>,
    previous_price_currency: Option<String>,
    condition: Option<String>,
    attributes: Json<BTreeMap<String, Value>>,
    place: Option<Json<ListingPlace>>,
    delivery: Vec<String>,
    phone: Option<String>,
    show_phone: bool,
    viber: bool,
    whatsapp: bool,
    pictures: Json<Vec<Picture>>,
    completeness: i16,
    created_at: Timestamp,
    updated_at: Timestamp,
    published_at: Option<Timestamp>,
    refreshed_at: Timestamp,
}

/// A query of whole ads: `ads!("where id = $1", id)`.
macro_rules! ads {
    ($tail:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::store::listing::Row,
            r#"select id, version, state, state_since, expires_at, seller, seller_kind, seller_name, category, title,
                description, language, price_kind, price_minor, price_currency, price_rsd_minor, previous_price_minor,
                previous_price_currency, condition, attributes as "attributes: _", place as "place: _", delivery, phone,
                show_phone, viber, whatsapp, pictures as "pictures: _", completeness, created_at, updated_at,
                published_at, refreshed_at
            from listings.listing "# + $tail
            $(, $argument)*
        )
    };
}

/// An enumeration of the contracts as the text that serde gives it.
pub fn text_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(_) | Err(_) => String::new(),
    }
}

pub fn from_text<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

impl TryFrom<Row> for Listing {
    type Error = ListingError;

    fn try_from(row: Row) -> Result<Self, ListingError> {
        let id = ListingId::from_uuid(row.id);
        restore(row).ok_or(ListingError::Corrupt { id })
    }
}

fn restore(row: Row) -> Option<Listing> {
    let previous_price = match (row.previous_price_minor, row.previous_price_currency) {
        (Some(amount_minor), Some(currency)) => Some(Money::new(amount_minor, currency.parse().ok()?)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return None,
    };
    let price = match &row.price_kind {
        Some(kind) => Some(price::restore(Some(kind), row.price_minor, row.price_currency.as_deref())?),
        None => None,
    };
    Some(Listing {
        id: ListingId::from_uuid(row.id),
        version: row.version,
        state: State::restore(by_name(&row.state)?, row.state_since, row.expires_at)?,
        seller: Seller {
            id: AccountId::from_uuid(row.seller),
            kind: from_text(&row.seller_kind)?,
            name: row.seller_name,
        },
        content: Content {
            title: row.title,
            description: row.description,
            category: row.category,
            price,
            condition: row.condition.as_deref().map(from_text).transpose_known()?,
            attributes: row.attributes.0,
            place: row.place.map(|place| place.0),
            delivery: row.delivery.iter().map(|option| from_text(option)).collect::<Option<_>>()?,
            contact: ContactOptions {
                phone: row.phone,
                show_phone: row.show_phone,
                viber: row.viber,
                whatsapp: row.whatsapp,
            },
            language: row.language.as_deref().map(from_text).transpose_known()?,
            pictures: row.pictures.0,
        },
        price_rsd_minor: row.price_rsd_minor,
        previous_price,
        completeness: u8::try_from(row.completeness).ok()?,
        created_at: row.created_at,
        updated_at: row.updated_at,
        published_at: row.published_at,
        refreshed_at: row.refreshed_at,
    })
}

/// None of something stored that is not understood is corruption; None of nothing stored is None.
trait TransposeKnown<T> {
    fn transpose_known(self) -> Option<Option<T>>;
}

impl<T> TransposeKnown<T> for Option<Option<T>> {
    fn transpose_known(self) -> Option<Option<T>> {
        match self {
            Some(Some(value)) => Some(Some(value)),
            Some(None) => None,
            None => Some(None),
        }
    }
}

pub async fn find(db: &Db, id: ListingId) -> Result<Listing, ListingError> {
    ads!("where id = $1", id.uuid()).fetch_optional(db.pool()).await?.ok_or(ListingError::NotFound)?.try_into()
}

/// Those that exist, in no order.
pub async fn find_many(db: &Db, ids: &[ListingId]) -> Result<Vec<Listing>, ListingError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    read(ads!("where id = any($1)", &ids).fetch_all(db.pool()).await?)
}

/// Holds it until the transaction ends: what happens to an ad happens one after the other.
pub async fn lock(tx: &mut Tx<'_>, id: ListingId) -> Result<Listing, ListingError> {
    ads!("where id = $1 for update", id.uuid())
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(ListingError::NotFound)?
        .try_into()
}

/// The same for many; always in the order of their ids, so that two batches never wait for each other in a circle.
pub async fn lock_many(tx: &mut Tx<'_>, ids: &[ListingId]) -> Result<Vec<Listing>, ListingError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    read(ads!("where id = any($1) order by id for update", &ids).fetch_all(&mut **tx).await?)
}

/// A seller's own, newest first.
pub async fn of_seller(
    db: &Db,
    seller: AccountId,
    state: Option<ListingState>,
    after: Option<ListingId>,
    limit: i64,
) -> Result<Vec<Listing>, ListingError> {
    let after = after.map(ListingId::uuid);
    let rows =
        match state {
            Some(state) => {
                ads!(
                    "where seller = $1 and state = $2 and ($3::uuid is null or id < $3) order by id desc limit $4",
                    seller.uuid(),
                    name(state),
                    after,
                    limit
                )
                .fetch_all(db.pool())
                .await?
            }
            None => ads!(
                "where seller = $1 and state <> 'purged' and ($2::uuid is null or id < $2) order by id desc limit $3",
                seller.uuid(),
                after,
                limit
            )
            .fetch_all(db.pool())
            .await?,
        };
    read(rows)
}

pub async fn latest_draft(db: &Db, seller: AccountId) -> Result<Option<Listing>, ListingError> {
    let row = ads!("where seller = $1 and state = 'draft' order by updated_at desc limit 1", seller.uuid())
        .fetch_optional(db.pool())
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// In the order of ids, every state but draft and purged.
pub async fn page(db: &Db, after: Option<ListingId>, limit: i64) -> Result<Vec<Listing>, ListingError> {
    let after = after.map_or(Uuid::nil(), ListingId::uuid);
    let rows = ads!("where id > $1 and state not in ('draft', 'purged') order by id limit $2", after, limit)
        .fetch_all(db.pool())
        .await?;
    read(rows)
}

pub async fn page_of_seller(
    db: &Db,
    seller: AccountId,
    after: Option<ListingId>,
    limit: i64,
) -> Result<Vec<Listing>, ListingError> {
    let after = after.map_or(Uuid::nil(), ListingId::uuid);
    let rows = ads!(
        "where seller = $1 and id > $2 and state not in ('draft', 'purged') order by id limit $3",
        seller.uuid(),
        after,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    read(rows)
}

pub async fn versions(db: &Db, after: Option<ListingId>, limit: i64) -> Result<Vec<(ListingId, i64)>, ListingError> {
    let after = after.map_or(Uuid::nil(), ListingId::uuid);
    let rows = sqlx::query!(
        "select id, version from listings.listing
         where id > $1 and state in ('live', 'reserved') order by id limit $2",
        after,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (ListingId::from_uuid(row.id), row.version)).collect())
}

/// Whose term is over.
pub async fn overdue(db: &Db, now: Timestamp, limit: i64) -> Result<Vec<ListingId>, ListingError> {
    let ids = sqlx::query_scalar!(
        "select id from listings.listing
         where state in ('live', 'reserved', 'paused') and expires_at <= $1 order by expires_at limit $2",
        now,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(ids.into_iter().map(ListingId::from_uuid).collect())
}

/// Which have been in a state since before `since`.
pub async fn aged(db: &Db, state: ListingState, since: Timestamp, limit: i64) -> Result<Vec<ListingId>, ListingError> {
    let ids = sqlx::query_scalar!(
        "select id from listings.listing
         where state = $1 and state in ('draft', 'sold', 'expired', 'archived', 'refused', 'removed') and state_since <= $2
         order by state_since limit $3",
        name(state),
        since,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(ids.into_iter().map(ListingId::from_uuid).collect())
}

/// Drafts vanish: nobody but their owners ever saw them.
pub async fn delete(tx: &mut Tx<'_>, id: ListingId) -> Result<(), ListingError> {
    sqlx::query!("delete from listings.listing where id = $1", id.uuid()).execute(&mut **tx).await?;
    Ok(())
}

/// What the like costs, of the newest 500 in RSD minor units: count, tenth, half, nine tenths.
pub async fn price_spread(
    connection: impl sqlx::PgExecutor<'_>,
    category: &str,
    condition: Option<&str>,
    attributes: &Value,
) -> Result<price::Spread, ListingError> {
    let row = sqlx::query!(
        r#"select count(*) as "count!",
            coalesce(percentile_disc(0.1) within group (order by price_rsd_minor), 0) as "low!",
            coalesce(percentile_disc(0.5) within group (order by price_rsd_minor), 0) as "median!",
            coalesce(percentile_disc(0.9) within group (order by price_rsd_minor), 0) as "high!"
        from (
            select price_rsd_minor from (
                select price_rsd_minor, condition, attributes from listings.listing
                where category = $1 and state in ('live', 'reserved') and price_rsd_minor is not null
                order by refreshed_at desc limit 5000) as newest
            where ($2::text is null or condition = $2) and attributes @> $3
            limit 500) as near"#,
        category,
        condition,
        attributes
    )
    .fetch_one(connection)
    .await?;
    Ok(price::Spread { count: row.count, low: row.low, median: row.median, high: row.high })
}

pub async fn price_history(db: &Db, id: ListingId) -> Result<Vec<(Price, Timestamp)>, ListingError> {
    let rows = sqlx::query!(
        "select at, price_kind, price_minor, price_currency from listings.price_history
         where listing = $1 order by at desc limit 50",
        id.uuid()
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            price::restore(Some(&row.price_kind), row.price_minor, row.price_currency.as_deref())
                .map(|price| (price, row.at))
        })
        .collect())
}

pub fn read(rows: Vec<Row>) -> Result<Vec<Listing>, ListingError> {
    rows.into_iter().map(TryInto::try_into).collect()
}

/// All that was kept beside a purged ad but its decisions and the audit log.
pub async fn forget_traces(tx: &mut Tx<'_>, id: ListingId) -> Result<(), ListingError> {
    sqlx::query!(
        "with prices as (delete from listings.price_history where listing = $1),
            sources as (delete from listings.source where listing = $1),
            prints as (delete from listings.fingerprint where listing = $1),
            views as (delete from listings.view_day where listing = $1),
            reviews as (delete from listings.review where listing = $1)
         delete from listings.reveal where listing = $1",
        id.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What an ad's page shows beside it.
#[derive(Debug, Default)]
pub struct Context {
    pub since: Option<Timestamp>,
    /// Of the seller, as it is now.
    pub name: Option<String>,
    pub live_count: i64,
    pub prices: Vec<(Price, Timestamp)>,
}

#[derive(Debug, serde::Deserialize)]
struct PriceRow {
    kind: String,
    minor: Option<i64>,
    currency: Option<String>,
    at: Timestamp,
}

/// In one round trip, by ad.
pub async fn contexts(db: &Db, listings: &[Listing]) -> Result<HashMap<ListingId, Context>, ListingError> {
    let ids: Vec<Uuid> = listings.iter().map(|listing| listing.id.uuid()).collect();
    let sellers: Vec<Uuid> = listings.iter().map(|listing| listing.seller.id.uuid()).collect();
    let rows = sqlx::query!(
        r#"select l.id as "id!", s.created_at as "since?", s.display_name as "name?",
            (select count(*) from (select from listings.listing o where o.seller = l.seller
                and o.state in ('live', 'reserved') limit 1000) as found) as "live_count!",
            (select coalesce(jsonb_agg(jsonb_build_object('kind', price_kind, 'minor', price_minor,
                'currency', price_currency, 'at', at) order by at desc), '[]')
             from (select * from listings.price_history p where p.listing = l.id order by at desc limit 50) as h)
                as "prices!: Json<Vec<PriceRow>>"
         from unnest($1::uuid[], $2::uuid[]) as l (id, seller) left join listings.seller s on s.id = l.seller"#,
        &ids,
        &sellers
    )
    .fetch_all(db.pool())
    .await?;
    let context = |since, name, live_count, prices: Vec<PriceRow>| {
        let price = |row: PriceRow| {
            price::restore(Some(&row.kind), row.minor, row.currency.as_deref()).map(|price| (price, row.at))
        };
        Context { since, name, live_count, prices: prices.into_iter().filter_map(price).collect() }
    };
    Ok(rows
        .into_iter()
        .map(|row| (ListingId::from_uuid(row.id), context(row.since, row.name, row.live_count, row.prices.0)))
        .collect())
}

/// Active ones with a price in EUR, in the order of ids.
pub async fn priced_in_eur(db: &Db, after: Option<ListingId>, limit: i64) -> Result<Vec<ListingId>, ListingError> {
    let after = after.map_or(Uuid::nil(), ListingId::uuid);
    let ids = sqlx::query_scalar!(
        "select id from listings.listing
         where id > $1 and price_currency = 'EUR' and state in ('live', 'reserved', 'paused', 'in_review', 'expired')
         order by id limit $2",
        after,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(ids.into_iter().map(ListingId::from_uuid).collect())
}
