//! What all may see, newest first, without the index of search.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::types::Json;
use svetu_contracts::{
    listings::{Condition, ListingPlace, ListingState, Price, SellerKind},
    media::Picture,
};
use svetu_db::Db;
use svetu_kernel::{AccountId, Language, ListingId, Money, Timestamp};
use uuid::Uuid;

use super::listing::from_text;
use crate::{
    ListingError,
    model::{lifecycle::by_name, price},
};

/// As much of an ad as a list shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    pub id: ListingId,
    pub state: ListingState,
    pub title: String,
    pub language: Language,
    pub category: String,
    pub price: Price,
    pub previous_price: Option<Money>,
    pub condition: Option<Condition>,
    pub attributes: BTreeMap<String, Value>,
    pub place: ListingPlace,
    pub picture: Option<Picture>,
    pub picture_count: usize,
    pub seller: AccountId,
    pub seller_name: String,
    pub seller_kind: SellerKind,
    pub refreshed_at: Timestamp,
}

struct Row {
    id: Uuid,
    state: String,
    title: String,
    language: Option<String>,
    category: Option<String>,
    price_kind: Option<String>,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    previous_price_minor: Option<i64>,
    previous_price_currency: Option<String>,
    condition: Option<String>,
    attributes: Json<BTreeMap<String, Value>>,
    place: Option<Json<ListingPlace>>,
    picture: Option<Json<Picture>>,
    picture_count: i32,
    seller: Uuid,
    seller_name: String,
    seller_kind: String,
    refreshed_at: Timestamp,
}

/// Of any of the categories, by the last publishing or renewal. Each category gives at most a page, read from the index alone:
/// the cost grows with how many there are and how long a page is, not with how many ads they hold.
pub async fn newest(
    db: &Db,
    categories: &[String],
    after: Option<(Timestamp, ListingId)>,
    limit: i64,
) -> Result<Vec<Glance>, ListingError> {
    let (before, before_id) = after.map(|(at, id)| (at, id.uuid())).unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"select l.id, l.state, l.title, l.language, l.category, l.price_kind, l.price_minor, l.price_currency,
            l.previous_price_minor, l.previous_price_currency, l.condition, l.attributes as "attributes: _",
            l.place as "place: _", l.pictures -> 0 as "picture: _", jsonb_array_length(l.pictures) as "picture_count!",
            l.seller, coalesce(s.display_name, l.seller_name) as "seller_name!", l.seller_kind, l.refreshed_at
        from (
            select found.id from unnest($1::text[]) as asked (category) cross join lateral (
                select id, refreshed_at from listings.listing
                where listing.category = asked.category and state in ('live', 'reserved')
                    and (refreshed_at, id) < (coalesce($2, 'infinity'::timestamptz),
                        coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid))
                order by refreshed_at desc, id desc limit $4) as found
            order by found.refreshed_at desc, found.id desc limit $4) as page
        join listings.listing l on l.id = page.id left join listings.seller s on s.id = l.seller
        order by l.refreshed_at desc, l.id desc"#,
        categories,
        before,
        before_id,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let id = ListingId::from_uuid(row.id);
            restore(row).ok_or(ListingError::Corrupt { id })
        })
        .collect()
}

fn restore(row: Row) -> Option<Glance> {
    let previous_price = match (row.previous_price_minor, row.previous_price_currency) {
        (Some(amount_minor), Some(currency)) => Some(Money::new(amount_minor, currency.parse().ok()?)),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return None,
    };
    let condition = match row.condition {
        Some(condition) => Some(from_text(&condition)?),
        None => None,
    };
    Some(Glance {
        id: ListingId::from_uuid(row.id),
        state: by_name(&row.state)?,
        title: row.title,
        language: from_text(&row.language?)?,
        category: row.category?,
        price: price::restore(row.price_kind.as_deref(), row.price_minor, row.price_currency.as_deref())?,
        previous_price,
        condition,
        attributes: row.attributes.0,
        place: row.place?.0,
        picture: row.picture.map(|picture| picture.0),
        picture_count: usize::try_from(row.picture_count).ok()?,
        seller: AccountId::from_uuid(row.seller),
        seller_name: row.seller_name,
        seller_kind: from_text(&row.seller_kind)?,
        refreshed_at: row.refreshed_at,
    })
}
