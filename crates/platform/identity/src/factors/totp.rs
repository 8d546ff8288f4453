//! Codes of an authenticator application (RFC 6238: SHA-1, six digits, thirty seconds, one step of drift either way).

use sqlx::PgExecutor;
use svetu_db::Tx;
use svetu_kernel::{AccountId, Timestamp};
use totp_rs::{Builder, Secret, Totp};

use crate::{IdentityError, seal::Seal};

/// RFC 4226 §4, R6.
const SECRET_BYTES: usize = 20;
pub const DIGITS: usize = 6;

/// In base32, as applications take it by hand.
pub fn new_secret() -> String {
    Secret::from(rand::random::<[u8; SECRET_BYTES]>()).to_base32()
}

/// What the square code on the screen says (the key URI format that authenticator applications read).
pub fn uri(secret: &str, address: &str) -> String {
    let label: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    format!("otpauth://totp/Sve%20Tu:{label}?secret={secret}&issuer=Sve%20Tu&algorithm=SHA1&digits=6&period=30")
}

fn totp(secret: &[u8]) -> Result<Totp, IdentityError> {
    Builder::new().with_secret(secret.to_vec()).build().map_err(|error| IdentityError::Key(error.to_string()))
}

/// The time step that the code is of.
pub fn step(secret_base32: &str, code: &str, now: Timestamp) -> Option<i64> {
    let secret = Secret::try_from_base32(secret_base32).ok()?;
    step_of(secret.as_ref(), code, now).ok().flatten()
}

fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Result<Option<i64>, IdentityError> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect();
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Ok(totp(secret)?.check(&code, seconds).and_then(|step| i64::try_from(step).ok()))
}

fn context(account: AccountId) -> String {
    format!("identity.totp.sealed.{account}")
}

/// Replaces the one before; its code of `step` works no more.
pub async fn put(
    tx: &mut Tx<'_>,
    seal: &Seal,
    account: AccountId,
    secret_base32: &str,
    step: i64,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let secret = Secret::try_from_base32(secret_base32).map_err(|error| IdentityError::Key(error.to_string()))?;
    let sealed = seal.seal(&context(account), secret.as_ref())?;
    sqlx::query!(
        "insert into identity.totp (account, sealed, last_step, created_at) values ($1, $2, $3, $4)
         on conflict (account) do update
             set sealed = excluded.sealed, last_step = excluded.last_step, created_at = excluded.created_at",
        account.uuid(),
        sealed,
        step,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a code: true once for each (RFC 6238 §5.2).
pub async fn take(
    tx: &mut Tx<'_>,
    seal: &Seal,
    account: AccountId,
    code: &str,
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let row = sqlx::query!("select sealed, last_step from identity.totp where account = $1 for update", account.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let secret = seal
        .open(&context(account), &row.sealed)
        .ok_or_else(|| IdentityError::Key("an authenticator's secret was sealed by another secret store".to_owned()))?;
    let Some(step) = step_of(&secret, code, now)?.filter(|step| *step > row.last_step) else { return Ok(false) };
    sqlx::query!("update identity.totp set last_step = $2 where account = $1", account.uuid(), step)
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

/// Since when the account has an authenticator.
pub async fn created_at(executor: impl PgExecutor<'_>, account: AccountId) -> Result<Option<Timestamp>, IdentityError> {
    Ok(sqlx::query_scalar!("select created_at from identity.totp where account = $1", account.uuid())
        .fetch_optional(executor)
        .await?)
}

pub async fn remove(tx: &mut Tx<'_>, account: AccountId) -> Result<bool, IdentityError> {
    let gone = sqlx::query!("delete from identity.totp where account = $1", account.uuid()).execute(&mut **tx).await?;
    Ok(gone.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    /// RFC 6238, appendix B: the last six of its eight digits.
    #[test]
    fn the_vectors_of_the_standard() {
        let secret = Secret::from(b"12345678901234567890".to_vec()).to_base32();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            assert_eq!(step(&secret, code, at), Some(seconds / 30), "{seconds}");
            let spaced = format!("{} {}", &code[..3], &code[3..]);
            assert_eq!(step(&secret, &spaced, at), Some(seconds / 30));
            // There is no time before 1970 to drift to.
            let drifts = [(-60, false), (-30, true), (30, true), (60, false)];
            for (drift, taken) in drifts.into_iter().filter(|(drift, _)| seconds + drift >= 0) {
                let at = DateTime::from_timestamp(seconds + drift, 0).unwrap();
                assert_eq!(step(&secret, code, at).is_some(), taken, "{seconds} {drift}");
            }
        }
        for code in ["", "28708", "2870822", "28708x", "２８７０８２"] {
            assert_eq!(step(&secret, code, DateTime::from_timestamp(59, 0).unwrap()), None, "{code}");
        }
    }

    #[test]
    fn the_address_in_the_square_code_is_escaped() {
        let uri = uri("JBSWY3DPEHPK3PXP", "pera+1@primer.rs");
        assert!(uri.starts_with("otpauth://totp/Sve%20Tu:pera%2B1%40primer.rs?secret=JBSWY3DPEHPK3PXP&"), "{uri}");
    }
}
