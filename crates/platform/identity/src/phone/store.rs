//! Telephones and their codes in SQL.

use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Timestamp};

use crate::{
    IdentityError,
    factors::codes::{CODE_TRIES, CodeKey, Taken, typed_digits},
    people::BlindIndex,
    token::TokenHash,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Add,
    SignIn,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::SignIn => "sign_in",
        }
    }
}

pub async fn sealed(db: &Db, account: AccountId) -> Result<Option<Vec<u8>>, IdentityError> {
    Ok(sqlx::query_scalar!("select sealed from identity.phone where account = $1", account.uuid())
        .fetch_optional(db.pool())
        .await?)
}

/// Whose it is.
pub async fn owner(db: &Db, blind: &BlindIndex) -> Result<Option<AccountId>, IdentityError> {
    let owner = sqlx::query_scalar!("select account from identity.phone where blind = $1", blind.as_slice())
        .fetch_optional(db.pool())
        .await?;
    Ok(owner.map(AccountId::from_uuid))
}

/// In place of the account's last one. False when it is another's.
pub async fn put(
    tx: &mut Tx<'_>,
    account: AccountId,
    sealed: &[u8],
    blind: &BlindIndex,
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let free = sqlx::query_scalar!(
        "select not exists (select from identity.phone where blind = $1 and account <> $2) as \"free!\"",
        blind.as_slice(),
        account.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    if !free {
        return Ok(false);
    }
    let done = sqlx::query!(
        "insert into identity.phone (account, sealed, blind, verified_at) values ($1, $2, $3, $4)
         on conflict (account) do update
             set sealed = excluded.sealed, blind = excluded.blind, verified_at = excluded.verified_at",
        account.uuid(),
        sealed,
        blind.as_slice(),
        now
    )
    .execute(&mut **tx)
    .await;
    match done.map_err(IdentityError::from) {
        Ok(_) => Ok(true),
        // Two at the same moment: it is the other's, and this transaction is over.
        Err(IdentityError::Db(error)) if error.is_unique("phone_blind_key") => Err(IdentityError::PhoneTaken),
        Err(error) => Err(error),
    }
}

pub async fn remove(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, IdentityError> {
    let gone = sqlx::query!("delete from identity.phone where account = $1", account.uuid()).execute(&mut **tx).await?;
    Ok(gone.rows_affected() == 1)
}

/// A number that is to be proven; what the account asked for before is void.
pub async fn ask(
    tx: &mut Tx<'_>,
    request: TokenHash,
    account: AccountId,
    sealed: &[u8],
    expires_at: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!("delete from identity.phone_code where account = $1 and purpose = 'add'", account.uuid())
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        "insert into identity.phone_code (request, account, purpose, sealed, tries_left, expires_at)
         values ($1, $2, 'add', $3, 0, $4)",
        request.as_slice(),
        account.uuid(),
        sealed,
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The number that was asked for under this name.
pub async fn asked(db: &Db, request: TokenHash, now: Timestamp) -> Result<Option<Vec<u8>>, IdentityError> {
    let sealed = sqlx::query_scalar!(
        "select sealed from identity.phone_code where request = $1 and expires_at > $2",
        request.as_slice(),
        now
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(sealed.flatten())
}

/// A new code, once its message goes.
pub async fn put_code(
    tx: &mut Tx<'_>,
    key: &CodeKey,
    request: TokenHash,
    account: AccountId,
    purpose: Purpose,
    expires_at: Timestamp,
) -> Result<String, IdentityError> {
    let (code, hash) = key.new_digits(purpose.name(), &request);
    sqlx::query!(
        "insert into identity.phone_code (request, account, purpose, code_hash, tries_left, expires_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (request) do update
             set code_hash = excluded.code_hash, tries_left = excluded.tries_left, expires_at = excluded.expires_at",
        request.as_slice(),
        account.uuid(),
        purpose.name(),
        hash.as_slice(),
        CODE_TRIES,
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(code)
}

/// A wrong one uses up a try, the right one the code. With the number that it proves.
pub async fn take(
    tx: &mut Tx<'_>,
    key: &CodeKey,
    request: TokenHash,
    purpose: Purpose,
    code: &str,
    now: Timestamp,
) -> Result<(Taken, Option<Vec<u8>>), IdentityError> {
    let hash = key.hash(purpose.name(), &request, &typed_digits(code));
    let row = sqlx::query!(
        "delete from identity.phone_code
         where request = $1 and purpose = $2 and code_hash = $3 and tries_left > 0 and expires_at > $4
         returning account, sealed",
        request.as_slice(),
        purpose.name(),
        hash.as_slice(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(row) = row {
        return Ok((Taken::Right(AccountId::from_uuid(row.account)), row.sealed));
    }
    let guessed = sqlx::query_scalar!(
        "update identity.phone_code set tries_left = tries_left - 1 where request = $1 and tries_left > 0
         returning account",
        request.as_slice()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok((guessed.map_or(Taken::Nothing, |account| Taken::Wrong(AccountId::from_uuid(account))), None))
}
