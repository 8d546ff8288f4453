//! Linked accounts in SQL, and codes to addresses that no account has yet.

use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Timestamp};
use uuid::Uuid;

use crate::{
    IdentityError,
    factors::codes::{CODE_TRIES, CodeKey, typed_digits},
    people::BlindIndex,
    token::TokenHash,
};

const CODE: &str = "upstream";

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

/// A letter with a code is to go; one of before is void.
pub async fn ask(
    tx: &mut Tx<'_>,
    request: TokenHash,
    sealed: &[u8],
    expires_at: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "insert into identity.upstream_code (request, sealed, tries_left, expires_at) values ($1, $2, $3, $4)
         on conflict (request) do update set sealed = excluded.sealed, code_hash = null,
             tries_left = excluded.tries_left, expires_at = excluded.expires_at",
        request.as_slice(),
        sealed,
        CODE_TRIES,
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whom a letter is to go to that did not go yet.
pub async fn asked(db: &Db, request: TokenHash) -> Result<Option<Vec<u8>>, IdentityError> {
    let sealed =
        sqlx::query_scalar!("select sealed from identity.upstream_code where request = $1", request.as_slice())
            .fetch_optional(db.pool())
            .await?;
    Ok(sealed.flatten())
}

/// The code is made when its letter goes.
pub async fn put_code(
    tx: &mut Tx<'_>,
    key: &CodeKey,
    request: TokenHash,
    expires_at: Timestamp,
) -> Result<String, IdentityError> {
    let (code, hash) = key.new_digits(CODE, &request);
    sqlx::query!(
        "update identity.upstream_code set code_hash = $2, tries_left = $3, expires_at = $4 where request = $1",
        request.as_slice(),
        hash.as_slice(),
        CODE_TRIES,
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(code)
}

/// The address is needed no more.
pub async fn sent(db: &Db, request: TokenHash) -> Result<(), IdentityError> {
    sqlx::query!("update identity.upstream_code set sealed = null where request = $1", request.as_slice())
        .execute(db.pool())
        .await?;
    Ok(())
}

/// True once for the right code; a wrong one uses up a try.
pub async fn take(
    tx: &mut Tx<'_>,
    key: &CodeKey,
    request: TokenHash,
    code: &str,
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let hash = key.hash(CODE, &request, &typed_digits(code));
    let taken = sqlx::query!(
        "delete from identity.upstream_code
         where request = $1 and code_hash = $2 and tries_left > 0 and expires_at > $3",
        request.as_slice(),
        hash.as_slice(),
        now
    )
    .execute(&mut **tx)
    .await?
    .rows_affected()
        == 1;
    if !taken {
        sqlx::query!(
            "update identity.upstream_code set tries_left = tries_left - 1 where request = $1 and tries_left > 0",
            request.as_slice()
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(taken)
}
