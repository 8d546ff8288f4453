//! Writing ads, one or a thousand at once, by the same statement.

use svetu_contracts::listings::Price;
use svetu_db::Tx;
use svetu_kernel::{AccountId, ListingId, Timestamp};
use uuid::Uuid;

use super::listing::text_of;
use crate::{
    ListingError,
    model::{
        Listing,
        fingerprint::{Fingerprint, Neighbour},
        lifecycle::name,
        price,
    },
};

/// Inserts those that are new and replaces the others.
pub async fn save(tx: &mut Tx<'_>, listings: &[&Listing]) -> Result<(), ListingError> {
    if listings.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($each:expr) => {
            &listings.iter().copied().map($each).collect::<Vec<_>>()[..]
        };
    }
    let json = |listing: &Listing| -> Result<[String; 2], serde_json::Error> {
        Ok([serde_json::to_string(&listing.content.attributes)?, serde_json::to_string(&listing.content.pictures)?])
    };
    let mut attributes = Vec::with_capacity(listings.len());
    let mut pictures = Vec::with_capacity(listings.len());
    let mut places: Vec<Option<String>> = Vec::with_capacity(listings.len());
    for listing in listings {
        let [its_attributes, its_pictures] = json(listing)?;
        attributes.push(its_attributes);
        pictures.push(its_pictures);
        places.push(listing.content.place.as_ref().map(serde_json::to_string).transpose()?);
    }
    let currency = |price: Option<Price>| price.and_then(Price::money).map(|money| money.currency.code().to_owned());
    sqlx::query!(
        "insert into listings.listing (id, version, state, state_since, expires_at, seller, seller_kind, seller_name,
            category, title, description, language, price_kind, price_minor, price_currency, price_rsd_minor,
            previous_price_minor, previous_price_currency, condition, attributes, place, delivery, phone, show_phone, viber,
            whatsapp, pictures, completeness, created_at, updated_at, published_at, refreshed_at)
         select id, version, state, state_since, expires_at, seller, seller_kind, seller_name,
            category, title, description, language, price_kind, price_minor, price_currency, price_rsd_minor,
            previous_price_minor, previous_price_currency, condition, attributes::jsonb, place::jsonb,
            string_to_array(delivery, ','), phone, show_phone, viber, whatsapp, pictures::jsonb, completeness, created_at,
            updated_at, published_at, refreshed_at
         from unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::uuid[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::text[],
            $16::bigint[], $17::bigint[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[],
            $24::boolean[], $25::boolean[], $26::boolean[], $27::text[], $28::smallint[], $29::timestamptz[],
            $30::timestamptz[], $31::timestamptz[], $32::timestamptz[])
            as l (id, version, state, state_since, expires_at, seller, seller_kind, seller_name,
            category, title, description, language, price_kind, price_minor, price_currency, price_rsd_minor,
            previous_price_minor, previous_price_currency, condition, attributes, place, delivery, phone, show_phone, viber,
            whatsapp, pictures, completeness, created_at, updated_at, published_at, refreshed_at)
         on conflict (id) do update set version = excluded.version, state = excluded.state,
            state_since = excluded.state_since, expires_at = excluded.expires_at, seller_kind = excluded.seller_kind,
            seller_name = excluded.seller_name, category = excluded.category, title = excluded.title,
            description = excluded.description, language = excluded.language, price_kind = excluded.price_kind,
            price_minor = excluded.price_minor, price_currency = excluded.price_currency,
            price_rsd_minor = excluded.price_rsd_minor, previous_price_minor = excluded.previous_price_minor,
            previous_price_currency = excluded.previous_price_currency, condition = excluded.condition,
            attributes = excluded.attributes, place = excluded.place, delivery = excluded.delivery, phone = excluded.phone,
            show_phone = excluded.show_phone, viber = excluded.viber, whatsapp = excluded.whatsapp,
            pictures = excluded.pictures, completeness = excluded.completeness, updated_at = excluded.updated_at,
            published_at = excluded.published_at, refreshed_at = excluded.refreshed_at,
            reminded_days = case when excluded.expires_at is not distinct from listing.expires_at
                then listing.reminded_days end",
        column!(|l| l.id.uuid()),
        column!(|l| l.version),
        column!(|l| name(l.state.kind()).to_owned()),
        column!(|l| l.state.since()),
        column!(|l| l.state.expires_at()) as &[Option<Timestamp>],
        column!(|l| l.seller.id.uuid()),
        column!(|l| text_of(&l.seller.kind)),
        column!(|l| l.seller.name.clone()),
        column!(|l| l.content.category.clone()) as &[Option<String>],
        column!(|l| l.content.title.clone()),
        column!(|l| l.content.description.clone()),
        column!(|l| l.content.language.map(|language| language.tag().to_owned())) as &[Option<String>],
        column!(|l| l.content.price.map(|price| price::kind_name(price).to_owned())) as &[Option<String>],
        column!(|l| l.content.price.and_then(Price::money).map(|money| money.amount_minor)) as &[Option<i64>],
        column!(|l| currency(l.content.price)) as &[Option<String>],
        column!(|l| l.price_rsd_minor) as &[Option<i64>],
        column!(|l| l.previous_price.map(|money| money.amount_minor)) as &[Option<i64>],
        column!(|l| l.previous_price.map(|money| money.currency.code().to_owned())) as &[Option<String>],
        column!(|l| l.content.condition.as_ref().map(text_of)) as &[Option<String>],
        &attributes,
        &places as &[Option<String>],
        &deliveries(listings),
        column!(|l| l.content.contact.phone.clone()) as &[Option<String>],
        column!(|l| l.content.contact.show_phone),
        column!(|l| l.content.contact.viber),
        column!(|l| l.content.contact.whatsapp),
        &pictures,
        column!(|l| i16::from(l.completeness)),
        column!(|l| l.created_at),
        column!(|l| l.updated_at),
        column!(|l| l.published_at) as &[Option<Timestamp>],
        column!(|l| l.refreshed_at),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Delivery options as one text each: arrays of arrays do not unnest by row. Their names have no comma.
fn deliveries(listings: &[&Listing]) -> Vec<String> {
    listings.iter().map(|listing| listing.content.delivery.iter().map(text_of).collect::<Vec<_>>().join(",")).collect()
}

/// At most one price of an ad at a moment.
pub async fn add_prices(tx: &mut Tx<'_>, prices: &[(ListingId, Price, Timestamp)]) -> Result<(), ListingError> {
    if prices.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = prices.iter().map(|(id, ..)| id.uuid()).collect();
    let times: Vec<Timestamp> = prices.iter().map(|(.., at)| *at).collect();
    let kinds: Vec<String> = prices.iter().map(|(_, price, _)| price::kind_name(*price).to_owned()).collect();
    let amounts: Vec<Option<i64>> =
        prices.iter().map(|(_, price, _)| price.money().map(|money| money.amount_minor)).collect();
    let currencies: Vec<Option<String>> =
        prices.iter().map(|(_, price, _)| price.money().map(|money| money.currency.code().to_owned())).collect();
    sqlx::query!(
        "insert into listings.price_history (listing, at, price_kind, price_minor, price_currency)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bigint[], $5::text[])
         on conflict (listing, at) do update set price_kind = excluded.price_kind, price_minor = excluded.price_minor,
             price_currency = excluded.price_currency",
        &ids,
        &times,
        &kinds,
        &amounts as &[Option<i64>],
        &currencies as &[Option<String>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is compared for duplicates. Bands are joined by commas, picture hashes too.
pub async fn save_fingerprints(
    tx: &mut Tx<'_>,
    prints: &[(ListingId, AccountId, &Fingerprint)],
) -> Result<(), ListingError> {
    if prints.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = prints.iter().map(|(id, ..)| id.uuid()).collect();
    let sellers: Vec<Uuid> = prints.iter().map(|(_, seller, _)| seller.uuid()).collect();
    let texts: Vec<i64> = prints.iter().map(|(.., print)| print.text.cast_signed()).collect();
    let pictures: Vec<String> =
        prints.iter().map(|(.., print)| joined(print.pictures.iter().map(|hash| hash.cast_signed()))).collect();
    let bands: Vec<String> =
        prints.iter().map(|(.., print)| joined(print.bands().into_iter().map(i64::from))).collect();
    sqlx::query!(
        "insert into listings.fingerprint (listing, seller, text_hash, picture_hashes, bands)
         select listing, seller, text_hash, string_to_array(pictures, ',')::bigint[], string_to_array(bands, ',')::integer[]
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[])
             as f (listing, seller, text_hash, pictures, bands)
         on conflict (listing) do update set text_hash = excluded.text_hash, picture_hashes = excluded.picture_hashes,
             bands = excluded.bands
         where fingerprint.text_hash <> excluded.text_hash or fingerprint.picture_hashes <> excluded.picture_hashes",
        &ids,
        &sellers,
        &texts,
        &pictures,
        &bands
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn joined(numbers: impl Iterator<Item = i64>) -> String {
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

/// Ads that others can see or soon will, and that share a band; the newest 200.
pub async fn neighbours(tx: &mut Tx<'_>, own: ListingId, print: &Fingerprint) -> Result<Vec<Neighbour>, ListingError> {
    if print.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select f.listing, f.seller, f.text_hash, f.picture_hashes, l.category, l.title, l.attributes
         from listings.fingerprint f join listings.listing l on l.id = f.listing
         where f.bands && $2 and f.listing <> $1 and l.state in ('live', 'reserved', 'in_review', 'paused')
         order by f.listing desc limit 200"#,
        own.uuid(),
        &print.bands()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Neighbour {
            listing: ListingId::from_uuid(row.listing),
            seller: AccountId::from_uuid(row.seller),
            fingerprint: Fingerprint {
                text: row.text_hash.cast_unsigned(),
                pictures: row.picture_hashes.into_iter().map(i64::cast_unsigned).collect(),
            },
            category: row.category,
            title: row.title,
            attributes: row.attributes,
        })
        .collect())
}

/// What is known of a row that was brought before.
#[derive(Debug, Clone)]
pub struct Source {
    pub seller: AccountId,
    pub source_key: String,
    pub listing: ListingId,
    pub hash: Vec<u8>,
}

pub async fn locked(tx: &mut Tx<'_>, ids: &[ListingId]) -> Result<Vec<Listing>, ListingError> {
    if ids.is_empty() { Ok(Vec::new()) } else { super::listing::lock_many(tx, ids).await }
}

/// Imports of one seller wait for each other; always in the order of sellers.
pub async fn lock_sellers(tx: &mut Tx<'_>, sellers: &[Uuid]) -> Result<(), ListingError> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended(seller::text, 7)) from unnest($1::uuid[]) as s (seller) order by seller",
        sellers
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

pub async fn sources(tx: &mut Tx<'_>, keys: &[(AccountId, String)]) -> Result<Vec<Source>, ListingError> {
    let sellers: Vec<Uuid> = keys.iter().map(|(seller, _)| seller.uuid()).collect();
    let texts: Vec<String> = keys.iter().map(|(_, key)| key.clone()).collect();
    let rows = sqlx::query!(
        "select s.seller, s.source_key, s.listing, s.hash from listings.source s
         join unnest($1::uuid[], $2::text[]) as k (seller, source_key) on k.seller = s.seller and k.source_key = s.source_key",
        &sellers,
        &texts
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Source {
            seller: AccountId::from_uuid(row.seller),
            source_key: row.source_key,
            listing: ListingId::from_uuid(row.listing),
            hash: row.hash,
        })
        .collect())
}

pub async fn save_sources(tx: &mut Tx<'_>, sources: &[Source], now: Timestamp) -> Result<(), ListingError> {
    if sources.is_empty() {
        return Ok(());
    }
    let sellers: Vec<Uuid> = sources.iter().map(|source| source.seller.uuid()).collect();
    let keys: Vec<String> = sources.iter().map(|source| source.source_key.clone()).collect();
    let listings: Vec<Uuid> = sources.iter().map(|source| source.listing.uuid()).collect();
    let hashes: Vec<Vec<u8>> = sources.iter().map(|source| source.hash.clone()).collect();
    sqlx::query!(
        "insert into listings.source (seller, source_key, listing, hash, seen_at)
         select seller, source_key, listing, hash, $5
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::bytea[]) as s (seller, source_key, listing, hash)
         on conflict (seller, source_key) do update set hash = excluded.hash, seen_at = excluded.seen_at",
        &sellers,
        &keys,
        &listings,
        &hashes,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Active ads of a source that no run named since: at most `limit`.
pub async fn vanished(
    tx: &mut Tx<'_>,
    seller: AccountId,
    prefix: &str,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<ListingId>, ListingError> {
    let ids = sqlx::query_scalar!(
        "select s.listing from listings.source s join listings.listing l on l.id = s.listing
         where s.seller = $1 and starts_with(s.source_key, $2) and s.seen_at < $3
             and l.state in ('live', 'reserved', 'paused', 'in_review')
         order by s.listing limit $4",
        seller.uuid(),
        prefix,
        since,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(ListingId::from_uuid).collect())
}

/// Without limit, for the dry run.
pub async fn count_vanished(
    db: &svetu_db::Db,
    seller: AccountId,
    prefix: &str,
    since: Timestamp,
) -> Result<i64, ListingError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from listings.source s join listings.listing l on l.id = s.listing
         where s.seller = $1 and starts_with(s.source_key, $2) and s.seen_at < $3
             and l.state in ('live', 'reserved', 'paused', 'in_review')"#,
        seller.uuid(),
        prefix,
        since
    )
    .fetch_one(db.pool())
    .await?)
}

/// Closed ads come back as a change when their source names them again.
pub async fn forget_hashes(tx: &mut Tx<'_>, listings: &[ListingId]) -> Result<(), ListingError> {
    let ids: Vec<Uuid> = listings.iter().map(|id| id.uuid()).collect();
    sqlx::query!("update listings.source set hash = '' where listing = any($1)", &ids).execute(&mut **tx).await?;
    Ok(())
}

/// Source keys by ad, for export.
pub async fn source_keys(
    db: &svetu_db::Db,
    listings: &[ListingId],
) -> Result<std::collections::HashMap<ListingId, String>, ListingError> {
    let ids: Vec<Uuid> = listings.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!("select listing, source_key from listings.source where listing = any($1)", &ids)
        .fetch_all(db.pool())
        .await?;
    Ok(rows.into_iter().map(|row| (ListingId::from_uuid(row.listing), row.source_key)).collect())
}

/// Pairs of an ad and another with the same text or picture, the newest others first; 20 compared an ad.
pub async fn alike(db: &svetu_db::Db, listings: &[ListingId]) -> Result<Vec<(ListingId, ListingId)>, ListingError> {
    let ids: Vec<Uuid> = listings.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"select f.listing, f.text_hash, f.picture_hashes, o.listing as "other!", o.text_hash as "other_text!",
            o.picture_hashes as "other_pictures!"
         from listings.fingerprint f cross join lateral (
            select o.listing, o.text_hash, o.picture_hashes
            from listings.fingerprint o join listings.listing l on l.id = o.listing
            where o.bands && f.bands and o.listing <> f.listing
                and l.state in ('live', 'reserved', 'in_review', 'paused')
            order by o.listing desc limit 20) as o
         where f.listing = any($1) order by f.listing, o.listing desc"#,
        &ids
    )
    .fetch_all(db.pool())
    .await?;
    let print = |text: i64, pictures: Vec<i64>| Fingerprint {
        text: text.cast_unsigned(),
        pictures: pictures.into_iter().map(i64::cast_unsigned).collect(),
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (own, other) = (print(row.text_hash, row.picture_hashes), print(row.other_text, row.other_pictures));
            (own.same_text(&other) || own.same_pictures(&other) > 0)
                .then(|| (ListingId::from_uuid(row.listing), ListingId::from_uuid(row.other)))
        })
        .collect())
}
