//! Wrapped keys in SQL.

use std::ops::RangeInclusive;

use svetu_db::{Db, Tx};
use svetu_kernel::AccountId;
use uuid::Uuid;

use super::{WrappedKey, tree::LEAF_MAX};
use crate::IdentityError;

const BATCH: i64 = 1_000;
/// Ranges asked for at once.
const RANGES: usize = 1_000;

struct Row {
    account: Uuid,
    leaf: i64,
    epoch: i32,
    wrapped: Vec<u8>,
}

impl Row {
    fn key(self) -> (AccountId, WrappedKey) {
        let Self { account, leaf, epoch, wrapped } = self;
        (AccountId::from_uuid(account), WrappedKey { leaf, epoch, wrapped })
    }
}

pub async fn lock(tx: &mut Tx<'_>) -> Result<(), IdentityError> {
    Ok(svetu_db::lock(tx, "identity.people").await?)
}

pub async fn next_leaf(tx: &mut Tx<'_>) -> Result<u64, IdentityError> {
    let leaf = sqlx::query_scalar!("select nextval('identity.person_leaf') as \"leaf!\"").fetch_one(&mut **tx).await?;
    u64::try_from(leaf).ok().filter(|leaf| *leaf <= LEAF_MAX).ok_or(IdentityError::Person("there are too many people"))
}

/// Some that are wrapped under another epoch, locked.
pub async fn other_epoch(tx: &mut Tx<'_>, current: i32) -> Result<Vec<(AccountId, WrappedKey)>, IdentityError> {
    let rows = sqlx::query_as!(
        Row,
        "select account, leaf, epoch, wrapped from identity.person_key where epoch <> $1
         order by account limit $2 for update",
        current,
        BATCH
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Row::key).collect())
}

pub async fn replace(tx: &mut Tx<'_>, keys: &[(AccountId, WrappedKey)]) -> Result<(), IdentityError> {
    let ids: Vec<Uuid> = keys.iter().map(|(id, _)| id.uuid()).collect();
    let epochs: Vec<i32> = keys.iter().map(|(_, key)| key.epoch).collect();
    let wrapped: Vec<Vec<u8>> = keys.iter().map(|(_, key)| key.wrapped.clone()).collect();
    sqlx::query!(
        "update identity.person_key k set epoch = n.epoch, wrapped = n.wrapped
         from unnest($1::uuid[], $2::int[], $3::bytea[]) as n (account, epoch, wrapped) where k.account = n.account",
        &ids,
        &epochs,
        &wrapped
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn epochs(db: &Db) -> Result<Vec<i32>, IdentityError> {
    let epochs = sqlx::query_scalar!("select distinct epoch from identity.person_key order by epoch limit 256")
        .fetch_all(db.pool())
        .await?;
    Ok(epochs)
}

pub async fn of_leaves(
    db: &Db,
    epoch: i32,
    ranges: &[RangeInclusive<u64>],
    limit: i64,
) -> Result<Vec<AccountId>, IdentityError> {
    let mut found = Vec::new();
    for some in ranges.chunks(RANGES) {
        let bound = |end: &u64| i64::try_from(*end).unwrap_or(i64::MAX);
        let firsts: Vec<i64> = some.iter().map(|range| bound(range.start())).collect();
        let lasts: Vec<i64> = some.iter().map(|range| bound(range.end())).collect();
        let rows = sqlx::query_scalar!(
            "select k.account from unnest($1::bigint[], $2::bigint[]) as r (first, last)
             join identity.person_key k on k.leaf between r.first and r.last where k.epoch = $3 limit $4",
            &firsts,
            &lasts,
            epoch,
            limit
        )
        .fetch_all(db.pool())
        .await?;
        found.extend(rows.into_iter().map(AccountId::from_uuid));
        if found.len() as i64 >= limit {
            break;
        }
    }
    Ok(found)
}

pub async fn newest(db: &Db) -> Result<Option<(AccountId, WrappedKey)>, IdentityError> {
    let row = sqlx::query_as!(
        Row,
        "select account, leaf, epoch, wrapped from identity.person_key order by leaf desc limit 1"
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(Row::key))
}
