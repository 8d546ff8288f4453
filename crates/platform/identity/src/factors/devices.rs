//! Devices on which the second factor is not asked again.

use chrono::Duration;
use svetu_db::Tx;
use svetu_kernel::{AccountId, Timestamp};
use uuid::Uuid;

use crate::{
    IdentityError,
    token::{self, TokenHash},
};

pub const TRUSTED_DAYS: i64 = 30;
/// The one that was used longest ago is forgotten when one more comes.
const DEVICES_MAX: i64 = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedDevice {
    pub id: Uuid,
    pub device: String,
    pub network: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What its cookie holds.
pub async fn trust(
    tx: &mut Tx<'_>,
    account: AccountId,
    device: &str,
    network: &str,
    now: Timestamp,
) -> Result<String, IdentityError> {
    let (token, hash) = token::new();
    sqlx::query!(
        "insert into identity.trusted_device
             (id, account, token_hash, device, network, created_at, last_used_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        svetu_kernel::new_uuid(now),
        account.uuid(),
        hash.as_slice(),
        device,
        network,
        now,
        now + Duration::days(TRUSTED_DAYS)
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from identity.trusted_device where id in (select id from identity.trusted_device where account = $1
             order by last_used_at desc, id desc offset $2)",
        account.uuid(),
        DEVICES_MAX
    )
    .execute(&mut **tx)
    .await?;
    Ok(token)
}

/// Whether the account trusts the device with this token.
pub async fn is_trusted(
    tx: &mut Tx<'_>,
    account: AccountId,
    hash: TokenHash,
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let used = sqlx::query!(
        "update identity.trusted_device set last_used_at = $3
         where token_hash = $1 and account = $2 and expires_at > $3",
        hash.as_slice(),
        account.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(used.rows_affected() == 1)
}

pub async fn list(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<Vec<TrustedDevice>, IdentityError> {
    Ok(sqlx::query_as!(
        TrustedDevice,
        "select id, device, network, created_at, last_used_at, expires_at from identity.trusted_device
         where account = $1 and expires_at > $2 order by last_used_at desc limit $3",
        account.uuid(),
        now,
        DEVICES_MAX
    )
    .fetch_all(&mut **tx)
    .await?)
}

pub async fn forget(tx: &mut Tx<'_>, account: AccountId, id: Uuid) -> Result<bool, IdentityError> {
    let gone = sqlx::query!("delete from identity.trusted_device where account = $1 and id = $2", account.uuid(), id)
        .execute(&mut **tx)
        .await?;
    Ok(gone.rows_affected() == 1)
}

pub async fn forget_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), IdentityError> {
    sqlx::query!("delete from identity.trusted_device where account = $1", account.uuid()).execute(&mut **tx).await?;
    Ok(())
}
