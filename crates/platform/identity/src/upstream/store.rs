//! Linked accounts in SQL.

use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Timestamp};
use uuid::Uuid;

use crate::{IdentityError, people::BlindIndex};

/// More than there are providers: those that are configured no more are listed too.
const LINKED_MAX: i64 = 50;

pub struct Linked {
    pub id: Uuid,
    pub upstream: String,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// False when the account elsewhere is somebody's already, or this account has another one there.
pub async fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    login: &Linked,
    blind: &BlindIndex,
) -> Result<bool, IdentityError> {
    let done = sqlx::query!(
        "insert into identity.upstream_login (id, account, upstream, blind, sealed, created_at, last_used_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        login.id,
        account.uuid(),
        login.upstream,
        blind.as_slice(),
        login.sealed,
        login.created_at,
        login.last_used_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whose it is.
pub async fn owner(tx: &mut Tx<'_>, blind: &BlindIndex) -> Result<Option<AccountId>, IdentityError> {
    let owner = sqlx::query_scalar!("select account from identity.upstream_login where blind = $1", blind.as_slice())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(owner.map(AccountId::from_uuid))
}

pub async fn used(tx: &mut Tx<'_>, blind: &BlindIndex, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!("update identity.upstream_login set last_used_at = $2 where blind = $1", blind.as_slice(), now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn list(db: &Db, account: AccountId) -> Result<Vec<Linked>, IdentityError> {
    Ok(sqlx::query_as!(
        Linked,
        "select id, upstream, sealed, created_at, last_used_at from identity.upstream_login
         where account = $1 order by created_at, id limit $2",
        account.uuid(),
        LINKED_MAX
    )
    .fetch_all(db.pool())
    .await?)
}

pub async fn remove(tx: &mut Tx<'_>, account: AccountId, upstream: &str) -> Result<bool, IdentityError> {
    let gone = sqlx::query!(
        "delete from identity.upstream_login where account = $1 and upstream = $2",
        account.uuid(),
        upstream
    )
    .execute(&mut **tx)
    .await?;
    Ok(gone.rows_affected() == 1)
}
