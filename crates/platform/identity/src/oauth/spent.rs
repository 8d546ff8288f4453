//! What works once: assertions, proofs, and access tokens that were revoked.

use sqlx::PgExecutor;
use svetu_db::Db;
use svetu_kernel::Timestamp;

use crate::IdentityError;

pub fn hash(kind: &str, id: &str) -> [u8; 32] {
    blake3::derive_key("svetu identity spent v1", format!("{kind}\n{id}").as_bytes())
}

/// True the first time. `kind` holds whatever makes the id unique: a client, a key.
pub async fn spend(
    executor: impl PgExecutor<'_>,
    kind: &str,
    id: &str,
    until: Timestamp,
) -> Result<bool, IdentityError> {
    let hash = hash(kind, id);
    let done = sqlx::query!(
        "insert into identity.oauth_spent (hash, expires_at) values ($1, $2) on conflict do nothing",
        hash.as_slice(),
        until
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn is_spent(db: &Db, hash: [u8; 32]) -> Result<bool, IdentityError> {
    let spent = sqlx::query_scalar!(
        "select exists (select from identity.oauth_spent where hash = $1) as \"spent!\"",
        hash.as_slice()
    )
    .fetch_one(db.pool())
    .await?;
    Ok(spent)
}
