mod alerts;

use std::collections::HashMap;

use svetu_db::{Db, DbError, Tx};
use svetu_kernel::{AccountId, Language, SavedSearchId, Timestamp};
use uuid::Uuid;

use crate::SearchError;
use crate::popular::Asked;
use crate::saved::{Frequency, SAVED_MAX, Saved};

pub use alerts::{
    Alert, Found, add_alerts, add_price_alerts, alerts, letter_done, looked, purge_listing, take_letters, waiting,
};

/// New ads are counted so far.
const NEW_COUNT_MAX: i64 = 1_000;

fn unknown(what: &str, value: &str) -> SearchError {
    DbError::Sql(sqlx::Error::Decode(format!("unknown {what} {value}").into())).into()
}

fn language(tag: &str) -> Result<Language, SearchError> {
    tag.parse().map_err(|_| unknown("language", tag))
}

fn frequency(name: &str) -> Result<Frequency, SearchError> {
    Frequency::ALL.into_iter().find(|known| known.name() == name).ok_or_else(|| unknown("frequency", name))
}

/// How an insertion ended.
pub enum Added {
    New,
    /// The owner has this one already.
    Known(SavedSearchId),
    Full,
}

/// One person's searches are saved one after another: the bound holds.
pub async fn add_saved(tx: &mut Tx<'_>, saved: &Saved, now: Timestamp) -> Result<Added, SearchError> {
    let owner = saved.owner.uuid();
    svetu_db::lock(tx, &saved.owner.to_string()).await?;
    let known = sqlx::query_scalar!(
        "select id from search.saved_search where owner = $1 and language = $2 and md5(query) = md5($3)",
        owner,
        saved.language.tag(),
        saved.query,
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(id) = known {
        return Ok(Added::Known(SavedSearchId::from_uuid(id)));
    }
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from search.saved_search where owner = $1"#, owner)
        .fetch_one(&mut **tx)
        .await?;
    if count >= SAVED_MAX {
        return Ok(Added::Full);
    }
    sqlx::query!(
        "insert into search.saved_search (id, owner, name, query, language, frequency, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        saved.id.uuid(),
        owner,
        saved.name,
        saved.query,
        saved.language.tag(),
        saved.frequency.name(),
        saved.created_at,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(Added::New)
}

pub async fn saved(db: &Db, id: SavedSearchId) -> Result<Option<Saved>, SearchError> {
    let row = sqlx::query!(
        "select owner, name, query, language, frequency, created_at from search.saved_search where id = $1",
        id.uuid()
    )
    .fetch_optional(db.pool())
    .await?;
    row.map(|row| {
        Ok(Saved {
            id,
            owner: AccountId::from_uuid(row.owner),
            name: row.name,
            query: row.query,
            language: language(&row.language)?,
            frequency: frequency(&row.frequency)?,
            created_at: row.created_at,
        })
    })
    .transpose()
}

/// Newest first, with how many ads each found since its owner last looked.
pub async fn saved_of(db: &Db, owner: AccountId) -> Result<Vec<(Saved, i64)>, SearchError> {
    let rows = sqlx::query!(
        r#"select s.id, s.name, s.query, s.language, s.frequency, s.created_at, (
               select count(*) from (
                   select from search.alert a
                   where a.search = s.id and (s.seen_at is null or a.found_at > s.seen_at) limit $3
               ) new
           ) as "new_count!"
           from search.saved_search s where s.owner = $1 order by s.created_at desc, s.id desc limit $2"#,
        owner.uuid(),
        SAVED_MAX,
        NEW_COUNT_MAX,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let saved = Saved {
                id: SavedSearchId::from_uuid(row.id),
                owner,
                name: row.name,
                query: row.query,
                language: language(&row.language)?,
                frequency: frequency(&row.frequency)?,
                created_at: row.created_at,
            };
            Ok((saved, row.new_count))
        })
        .collect()
}

/// Ads found since its owner last looked.
pub async fn new_count(db: &Db, id: SavedSearchId) -> Result<i64, SearchError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from search.alert a join search.saved_search s on s.id = a.search
               where s.id = $1 and (s.seen_at is null or a.found_at > s.seen_at) limit $2
           ) new"#,
        id.uuid(),
        NEW_COUNT_MAX,
    )
    .fetch_one(db.pool())
    .await?)
}

/// What the reverse index is made from.
pub struct Asking {
    pub id: SavedSearchId,
    pub query: String,
    pub language: Language,
    pub updated_at: Timestamp,
}

/// Those changed at or after a moment, in the order of their changes.
pub async fn asking(db: &Db, after: (Timestamp, Uuid), limit: i64) -> Result<Vec<Asking>, SearchError> {
    let rows = sqlx::query!(
        "select id, query, language, updated_at from search.saved_search
         where (updated_at, id) > ($1, $2) order by updated_at, id limit $3",
        after.0,
        after.1,
        limit,
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Asking {
                id: SavedSearchId::from_uuid(row.id),
                query: row.query,
                language: language(&row.language)?,
                updated_at: row.updated_at,
            })
        })
        .collect()
}

/// Who is not to be written to any more is not told later of what was found meanwhile.
pub async fn update_saved(
    tx: &mut Tx<'_>,
    id: SavedSearchId,
    name: Option<&str>,
    frequency: Option<Frequency>,
    now: Timestamp,
) -> Result<bool, SearchError> {
    let updated = sqlx::query!(
        "update search.saved_search set name = coalesce($2, name), frequency = coalesce($3, frequency), updated_at = $4
         where id = $1",
        id.uuid(),
        name,
        frequency.map(Frequency::name),
        now,
    )
    .execute(&mut **tx)
    .await?;
    if let Some(frequency) = frequency {
        if frequency == Frequency::Off {
            sqlx::query!("update search.alert set sent_at = $2 where search = $1 and sent_at is null", id.uuid(), now)
                .execute(&mut **tx)
                .await?;
        }
        plan_letter(tx, id, now).await?;
    }
    Ok(updated.rows_affected() > 0)
}

/// When the next letter is due, by what waits.
async fn plan_letter(tx: &mut Tx<'_>, id: SavedSearchId, now: Timestamp) -> Result<(), SearchError> {
    sqlx::query!(
        "update search.saved_search s set due_at = case
             when frequency <> 'off' and exists (select from search.alert a where a.search = s.id and a.sent_at is null)
             then greatest($2, coalesce(told_at, created_at) + make_interval(secs => case frequency
                 when 'instant' then $3::float8 when 'daily' then $4::float8 else $5::float8 end))
         end where id = $1",
        id.uuid(),
        now,
        Frequency::Instant.every_s(),
        Frequency::Daily.every_s(),
        Frequency::Weekly.every_s(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn delete_saved(tx: &mut Tx<'_>, id: SavedSearchId) -> Result<bool, SearchError> {
    let deleted = sqlx::query!("delete from search.saved_search where id = $1", id.uuid()).execute(&mut **tx).await?;
    Ok(deleted.rows_affected() > 0)
}

/// At most `limit` old rows; answers how many went.
pub async fn prune(db: &Db, before: Timestamp, limit: i64) -> Result<u64, SearchError> {
    let alerts = sqlx::query!(
        "delete from search.alert where ctid = any(array(
             select ctid from search.alert where found_at < $1 and sent_at is not null limit $2))",
        before,
        limit,
    )
    .execute(db.pool())
    .await?;
    let asked = sqlx::query!(
        "delete from search.asked where folded = any(array(
             select folded from search.asked where last_at < $1 limit $2))",
        before,
        limit,
    )
    .execute(db.pool())
    .await?;
    Ok(alerts.rows_affected() + asked.rows_affected())
}

/// By folded words: how they were spelled, and how often they were asked.
pub async fn add_asked(db: &Db, asked: HashMap<String, (String, i64)>, now: Timestamp) -> Result<(), SearchError> {
    let mut asked: Vec<(String, (String, i64))> = asked.into_iter().collect();
    // All write in one order: no deadlocks.
    asked.sort();
    let (folded, rest): (Vec<String>, Vec<(String, i64)>) = asked.into_iter().unzip();
    let (spellings, times): (Vec<String>, Vec<i64>) = rest.into_iter().unzip();
    sqlx::query!(
        "insert into search.asked (folded, spelling, times, last_at)
         select folded, spelling, times, $4 from unnest($1::text[], $2::text[], $3::int8[]) as a (folded, spelling, times)
         on conflict (folded) do update set times = asked.times + excluded.times, last_at = excluded.last_at",
        &folded,
        &spellings,
        &times,
        now,
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Most asked first.
pub async fn popular(db: &Db, times_min: i64, limit: i64) -> Result<Vec<Asked>, SearchError> {
    Ok(sqlx::query_as!(
        Asked,
        "select folded, spelling, times from search.asked where times >= $1 order by times desc, folded limit $2",
        times_min,
        limit,
    )
    .fetch_all(db.pool())
    .await?)
}
