use svetu_contracts::{
    identity::AccountEvent,
    listings::{ListingSnapshot, ListingState, Price, PriceDropped, SellerKind},
};
use svetu_db::{Db, DbError, Tx};
use svetu_kernel::{AccountId, ListingId, Timestamp};
use uuid::Uuid;

use crate::{
    UsersError,
    model::{
        Card, FAVOURITES_MAX, Kept, Seller, VIEWED_MAX, kind_name, kind_of, parse_state, shown_states, state_name,
    },
};

/// `(at, listing)` of the last row of a page.
pub type After = (Timestamp, Uuid);

pub async fn upsert_seller(tx: &mut Tx<'_>, account: &AccountEvent) -> Result<(), UsersError> {
    sqlx::query!(
        "insert into users.seller (id, name, kind, since, version) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set name = excluded.name, kind = excluded.kind, version = excluded.version
         where seller.version < excluded.version",
        account.id.uuid(),
        account.display_name,
        kind_name(kind_of(account)),
        account.created_at,
        account.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Follows an ad; its card only where one is kept already.
pub async fn follow_listing(tx: &mut Tx<'_>, listing: &ListingSnapshot) -> Result<(), UsersError> {
    sqlx::query!(
        "insert into users.listing (id, version, seller, state) values ($1, $2, $3, $4)
         on conflict (id) do update set version = excluded.version, seller = excluded.seller, state = excluded.state,
             card = case when listing.card is null then null else $5::jsonb end
         where listing.version < excluded.version",
        listing.id.uuid(),
        listing.version,
        listing.seller.uuid(),
        state_name(listing.state),
        serde_json::to_value(Card::from(listing))?,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps the ad's card from now on.
pub async fn keep_listing(tx: &mut Tx<'_>, listing: &ListingSnapshot) -> Result<(), UsersError> {
    sqlx::query!(
        "insert into users.listing (id, version, seller, state, card) values ($1, $2, $3, $4, $5)
         on conflict (id) do update set
             -- An event may have overtaken the answer: its state stands, the card is filled by the next one.
             card = case when listing.version <= excluded.version or listing.card is null then excluded.card else listing.card end,
             state = case when listing.version <= excluded.version then excluded.state else listing.state end,
             version = greatest(listing.version, excluded.version)
         where listing.state <> 'purged'",
        listing.id.uuid(),
        listing.version,
        listing.seller.uuid(),
        state_name(listing.state),
        serde_json::to_value(Card::from(listing))?,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What stays of a purged ad is its id, and not whose it was, so that a late event does not bring it back.
pub async fn purge_listing(tx: &mut Tx<'_>, id: ListingId) -> Result<(), UsersError> {
    let id = id.uuid();
    sqlx::query!(
        "insert into users.listing (id, version, seller, state) values ($1, $2, $3, 'purged')
         on conflict (id) do update set version = excluded.version, seller = excluded.seller, state = 'purged', card = null",
        id,
        i64::MAX,
        Uuid::nil(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from users.favourite where listing = $1", id).execute(&mut **tx).await?;
    sqlx::query!("delete from users.viewed where listing = $1", id).execute(&mut **tx).await?;
    sqlx::query!("delete from users.price_mail where listing = $1", id).execute(&mut **tx).await?;
    Ok(())
}

pub async fn card(db: &Db, id: ListingId) -> Result<Option<(ListingState, Card)>, UsersError> {
    let row = sqlx::query!(
        r#"select state, card as "card!" from users.listing where id = $1 and card is not null"#,
        id.uuid()
    )
    .fetch_optional(db.pool())
    .await?;
    row.map(|row| Ok((state(&row.state)?, serde_json::from_value(row.card)?))).transpose()
}

fn state(name: &str) -> Result<ListingState, UsersError> {
    let unknown = || UsersError::Db(DbError::Sql(sqlx::Error::Decode(format!("unknown state {name}").into())));
    parse_state(name).ok_or_else(unknown)
}

/// One person's writes come one after another: the bounds on rows hold.
async fn lock(tx: &mut Tx<'_>, owner: AccountId) -> Result<(), UsersError> {
    Ok(svetu_db::lock(tx, &owner.to_string()).await?)
}

/// False: it was kept already.
pub async fn add_favourite(
    tx: &mut Tx<'_>,
    owner: AccountId,
    listing: ListingId,
    at: Timestamp,
    price: Price,
) -> Result<bool, UsersError> {
    lock(tx, owner).await?;
    let added = sqlx::query!(
        "insert into users.favourite (owner, listing, at, price_then) values ($1, $2, $3, $4) on conflict do nothing",
        owner.uuid(),
        listing.uuid(),
        at,
        serde_json::to_value(price)?,
    )
    .execute(&mut **tx)
    .await?
    .rows_affected();
    let count =
        sqlx::query_scalar!(r#"select count(*) as "count!" from users.favourite where owner = $1"#, owner.uuid())
            .fetch_one(&mut **tx)
            .await?;
    if count > FAVOURITES_MAX {
        return Err(UsersError::FavouritesFull { max: FAVOURITES_MAX });
    }
    Ok(added > 0)
}

pub async fn remove_favourite(tx: &mut Tx<'_>, owner: AccountId, listing: ListingId) -> Result<(), UsersError> {
    sqlx::query!("delete from users.favourite where owner = $1 and listing = $2", owner.uuid(), listing.uuid())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn favourite_ids(db: &Db, owner: AccountId) -> Result<Vec<ListingId>, UsersError> {
    let ids = sqlx::query_scalar!(
        "select listing from users.favourite where owner = $1 order by at desc, listing desc limit $2",
        owner.uuid(),
        FAVOURITES_MAX,
    )
    .fetch_all(db.pool())
    .await?;
    Ok(ids.into_iter().map(ListingId::from_uuid).collect())
}

pub async fn favourites(
    db: &Db,
    owner: AccountId,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<(Kept, Price)>, UsersError> {
    let (at, id) = after.unzip();
    let rows = sqlx::query!(
        r#"select f.at, f.price_then, l.id, l.seller, l.state, l.card as "card!"
           from users.favourite f join users.listing l on l.id = f.listing
           where f.owner = $1 and l.card is not null and l.state = any($2)
             and ($3::timestamptz is null or (f.at, f.listing) < ($3, $4::uuid))
           order by f.at desc, f.listing desc limit $5"#,
        owner.uuid(),
        &shown_states(),
        at,
        id,
        limit,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok((kept(row.at, row.id, row.seller, &row.state, row.card)?, serde_json::from_value(row.price_then)?))
        })
        .collect()
}

pub async fn add_viewed(
    tx: &mut Tx<'_>,
    owner: AccountId,
    listing: ListingId,
    at: Timestamp,
) -> Result<(), UsersError> {
    lock(tx, owner).await?;
    sqlx::query!(
        "insert into users.viewed (owner, listing, at) values ($1, $2, $3)
         on conflict (owner, listing) do update set at = excluded.at",
        owner.uuid(),
        listing.uuid(),
        at,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from users.viewed where owner = $1 and listing in
             (select listing from users.viewed where owner = $1 order by at desc, listing desc offset $2)",
        owner.uuid(),
        VIEWED_MAX,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn viewed(db: &Db, owner: AccountId, after: Option<After>, limit: i64) -> Result<Vec<Kept>, UsersError> {
    let (at, id) = after.unzip();
    let rows = sqlx::query!(
        r#"select v.at, l.id, l.seller, l.state, l.card as "card!"
           from users.viewed v join users.listing l on l.id = v.listing
           where v.owner = $1 and l.card is not null and l.state = any($2)
             and ($3::timestamptz is null or (v.at, v.listing) < ($3, $4::uuid))
           order by v.at desc, v.listing desc limit $5"#,
        owner.uuid(),
        &shown_states(),
        at,
        id,
        limit,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter().map(|row| kept(row.at, row.id, row.seller, &row.state, row.card)).collect()
}

pub async fn clear_viewed(tx: &mut Tx<'_>, owner: AccountId) -> Result<(), UsersError> {
    sqlx::query!("delete from users.viewed where owner = $1", owner.uuid()).execute(&mut **tx).await?;
    Ok(())
}

fn kept(at: Timestamp, id: Uuid, seller: Uuid, name: &str, card: serde_json::Value) -> Result<Kept, UsersError> {
    Ok(Kept {
        at,
        listing: ListingId::from_uuid(id),
        seller: AccountId::from_uuid(seller),
        state: state(name)?,
        card: serde_json::from_value(card)?,
    })
}

pub async fn seller(db: &Db, id: AccountId) -> Result<Option<Seller>, UsersError> {
    let row = sqlx::query!(
        r#"select name, kind, since, about, price_mail,
                  (select count(*) from users.listing where seller = $1 and state in ('live', 'reserved')) as "live_count!"
           from users.seller where id = $1"#,
        id.uuid(),
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| Seller {
        id,
        name: row.name,
        kind: if row.kind == kind_name(SellerKind::Trader) { SellerKind::Trader } else { SellerKind::Person },
        since: row.since,
        about: row.about,
        price_mail: row.price_mail,
        live_count: row.live_count,
    }))
}

/// None leaves a value as it is. False: no such seller.
pub async fn update_seller(
    tx: &mut Tx<'_>,
    id: AccountId,
    about: Option<Option<String>>,
    price_mail: Option<bool>,
) -> Result<bool, UsersError> {
    let updated = sqlx::query!(
        "update users.seller set about = case when $2 then $3 else about end, price_mail = coalesce($4, price_mail) where id = $1",
        id.uuid(),
        about.is_some(),
        about.flatten(),
        price_mail,
    )
    .execute(&mut **tx)
    .await?;
    Ok(updated.rows_affected() > 0)
}

pub async fn keepers(
    db: &Db,
    listing: ListingId,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<AccountId>, UsersError> {
    let ids = sqlx::query_scalar!(
        "select owner from users.favourite where listing = $1 and ($2::uuid is null or owner > $2) order by owner limit $3",
        listing.uuid(),
        after.map(AccountId::uuid),
        limit,
    )
    .fetch_all(db.pool())
    .await?;
    Ok(ids.into_iter().map(AccountId::from_uuid).collect())
}

/// Everybody who keeps the ad and did not say no, but the seller; each once for this version.
pub async fn plan_letters(tx: &mut Tx<'_>, fall: &PriceDropped, now: Timestamp) -> Result<u64, UsersError> {
    let planned = sqlx::query!(
        "insert into users.price_mail (listing, version, owner, change, due_at)
         select f.listing, $2, f.owner, $3, $4 from users.favourite f left join users.seller s on s.id = f.owner
         where f.listing = $1 and coalesce(s.price_mail, true)
           and not exists (select from users.listing l where l.id = f.listing and l.seller = f.owner)
         on conflict do nothing",
        fall.id.uuid(),
        fall.version,
        serde_json::to_value(fall)?,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(planned.rows_affected())
}

pub struct Letter {
    pub listing: ListingId,
    pub version: i64,
    pub owner: AccountId,
    pub fall: PriceDropped,
    /// Still kept, still wanted and still to be had.
    pub wanted: bool,
}

/// Takes letters that are due and sets them aside until `again_at`: a second worker does not send them too.
pub async fn take_letters(db: &Db, now: Timestamp, again_at: Timestamp, limit: i64) -> Result<Vec<Letter>, UsersError> {
    let rows = sqlx::query!(
        r#"with due as (
               select listing, version, owner from users.price_mail where done_at is null and due_at <= $1
               order by due_at limit $3 for update skip locked
           )
           update users.price_mail m set due_at = $2, attempts = m.attempts + 1 from due
           where (m.listing, m.version, m.owner) = (due.listing, due.version, due.owner)
           returning m.listing, m.version, m.owner, m.change,
               (m.attempts < $4
                and exists (select from users.favourite f where f.listing = m.listing and f.owner = m.owner)
                and exists (select from users.listing l where l.id = m.listing and l.state in ('live', 'reserved'))
                and not exists (select from users.seller s where s.id = m.owner and not s.price_mail)) as "wanted!""#,
        now,
        again_at,
        limit,
        LETTER_ATTEMPTS_MAX,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Letter {
                listing: ListingId::from_uuid(row.listing),
                version: row.version,
                owner: AccountId::from_uuid(row.owner),
                fall: serde_json::from_value(row.change)?,
                wanted: row.wanted,
            })
        })
        .collect()
}

const LETTER_ATTEMPTS_MAX: i32 = 6;

pub async fn letter_done(db: &Db, letter: &Letter, now: Timestamp) -> Result<(), UsersError> {
    sqlx::query!(
        "update users.price_mail set done_at = $4 where listing = $1 and version = $2 and owner = $3",
        letter.listing.uuid(),
        letter.version,
        letter.owner.uuid(),
        now,
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Forgets letters that were done before; answers how many.
pub async fn prune_letters(db: &Db, before: Timestamp, limit: i64) -> Result<u64, UsersError> {
    let deleted = sqlx::query!(
        "delete from users.price_mail where ctid = any(array(select ctid from users.price_mail where done_at < $1 limit $2))",
        before,
        limit,
    )
    .execute(db.pool())
    .await?;
    Ok(deleted.rows_affected())
}
