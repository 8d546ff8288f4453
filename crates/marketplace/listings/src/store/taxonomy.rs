use serde_json::Value;
use svetu_db::{Db, DbError, Tx};
use svetu_kernel::{AccountId, Timestamp};

use crate::{
    ListingError,
    taxonomy::{Item, ItemKind, in_order},
};

/// The loader and every editor wait for each other.
const LOCK: i64 = 0x6c69_7374_7461_7801;

pub async fn lock(tx: &mut Tx<'_>) -> Result<(), ListingError> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK).execute(&mut **tx).await?;
    Ok(())
}

/// None before the first load.
pub async fn version(db: &Db) -> Result<Option<i64>, ListingError> {
    Ok(sqlx::query_scalar!("select version from listings.taxonomy_version").fetch_optional(db.pool()).await?)
}

pub async fn all(db: &Db) -> Result<(i64, Vec<Item>), ListingError> {
    let mut tx = db.begin().await?;
    // Version and items of one moment.
    lock(&mut tx).await?;
    let version = sqlx::query_scalar!("select version from listings.taxonomy_version").fetch_one(&mut *tx).await?;
    let items = all_in(&mut tx).await?;
    tx.commit().await.map_err(DbError::from)?;
    Ok((version, items))
}

pub async fn all_in(tx: &mut Tx<'_>) -> Result<Vec<Item>, ListingError> {
    let rows = sqlx::query!("select kind, key, position, source, edit from listings.taxonomy_item limit 10000")
        .fetch_all(&mut **tx)
        .await?;
    let items = rows
        .into_iter()
        .map(|row| Item {
            kind: if row.kind == "category" { ItemKind::Category } else { ItemKind::Attribute },
            key: row.key,
            position: row.position,
            source: row.source,
            edit: row.edit,
        })
        .collect();
    Ok(in_order(items))
}

/// Replaces what the files said before; answers false when it is what is there.
pub async fn load(db: &Db, items: &[Item], files_hash: &[u8]) -> Result<bool, ListingError> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    let known =
        sqlx::query_scalar!("select files_hash from listings.taxonomy_version").fetch_optional(&mut *tx).await?;
    if known.as_deref() == Some(files_hash) {
        return Ok(false);
    }
    let kinds: Vec<String> = items.iter().map(|item| item.kind.name().to_owned()).collect();
    let keys: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
    let positions: Vec<i32> = items.iter().map(|item| item.position).collect();
    let sources: Vec<Value> = items.iter().map(|item| item.source.clone()).collect();
    sqlx::query!(
        "insert into listings.taxonomy_item (kind, key, position, source)
         select kind, key, position, source
         from unnest($1::text[], $2::text[], $3::integer[], $4::jsonb[]) as i (kind, key, position, source)
         on conflict (kind, key) do update set position = excluded.position, source = excluded.source",
        &kinds,
        &keys,
        &positions,
        &sources
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "delete from listings.taxonomy_item i
         where not exists (select from unnest($1::text[], $2::text[]) as f (kind, key) where f.kind = i.kind and f.key = i.key)",
        &kinds,
        &keys
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into listings.taxonomy_version (version, files_hash) values (1, $1)
         on conflict (only_one) do update set version = taxonomy_version.version + 1, files_hash = excluded.files_hash",
        files_hash
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await.map_err(DbError::from)?;
    Ok(true)
}

/// Answers the new version.
pub async fn save_edit(
    tx: &mut Tx<'_>,
    kind: ItemKind,
    key: &str,
    edit: &Value,
    by: Option<AccountId>,
    now: Timestamp,
) -> Result<i64, ListingError> {
    sqlx::query!(
        "update listings.taxonomy_item set edit = $3, edited_by = $4, edited_at = $5 where kind = $1 and key = $2",
        kind.name(),
        key,
        edit,
        by.map(AccountId::uuid),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(sqlx::query_scalar!("update listings.taxonomy_version set version = version + 1 returning version")
        .fetch_one(&mut **tx)
        .await?)
}
