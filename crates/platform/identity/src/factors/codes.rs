//! Codes that people read and type: recovery codes, and those sent by mail. Few bits, so their hashes are keyed.

use rand::{Rng as _, RngCore};
use svetu_db::Tx;
use svetu_kernel::{AccountId, Timestamp};

use crate::{IdentityError, token::TokenHash};

pub const RECOVERY_CODES: usize = 10;
/// Without those that look alike (Crockford's base32).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const RECOVERY_CHARS: usize = 10;
const DIGITS: usize = 6;
pub const CODE_TRIES: i16 = 5;
/// So long a mailed code is good, and the browser knows that it asked.
pub const MAILED_S: i64 = 600;

/// Keys the hashes: who reads the table alone cannot search for the codes.
pub struct CodeKey(pub [u8; 32]);

impl CodeKey {
    pub fn hash(&self, purpose: &str, of: &[u8], code: &str) -> TokenHash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for part in [purpose.as_bytes(), of, code.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        *hasher.finalize().as_bytes()
    }

    /// A code of digits and its hash.
    pub fn new_digits(&self, purpose: &str, of: &[u8]) -> (String, TokenHash) {
        let code: String = {
            let mut random = rand::rng();
            (0..DIGITS).map(|_| char::from(b'0' + random.random_range(0..10_u8))).collect()
        };
        let hash = self.hash(purpose, of, &code);
        (code, hash)
    }
}

/// As it is compared.
pub fn typed_digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).take(DIGITS + 1).collect()
}

/// As it is compared: letters that are read for others are those.
fn normal(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .take(RECOVERY_CHARS + 1)
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect()
}

/// `0a1b2-c3d4e`: 50 bits.
fn recovery_code(random: &mut impl RngCore) -> String {
    let mut code = String::with_capacity(RECOVERY_CHARS + 1);
    for n in 0..RECOVERY_CHARS {
        if n == RECOVERY_CHARS / 2 {
            code.push('-');
        }
        code.push(char::from(LETTERS[random.random_range(0..LETTERS.len())]));
    }
    code
}

/// New ones in place of all before: shown once, here.
pub async fn renew(tx: &mut Tx<'_>, key: &CodeKey, account: AccountId) -> Result<Vec<String>, IdentityError> {
    let codes: Vec<String> = {
        let mut random = rand::rng();
        (0..RECOVERY_CODES).map(|_| recovery_code(&mut random)).collect()
    };
    let hashes: Vec<Vec<u8>> =
        codes.iter().map(|code| key.hash("recovery", account.uuid().as_bytes(), &normal(code)).to_vec()).collect();
    drop_all(tx, account).await?;
    sqlx::query!(
        "insert into identity.recovery_code (account, hash) select $1, hash from unnest($2::bytea[]) as hash
         on conflict do nothing",
        account.uuid(),
        &hashes
    )
    .execute(&mut **tx)
    .await?;
    Ok(codes)
}

/// True once for each code.
pub async fn take(tx: &mut Tx<'_>, key: &CodeKey, account: AccountId, code: &str) -> Result<bool, IdentityError> {
    let hash = key.hash("recovery", account.uuid().as_bytes(), &normal(code));
    let gone = sqlx::query!(
        "delete from identity.recovery_code where account = $1 and hash = $2",
        account.uuid(),
        hash.as_slice()
    )
    .execute(&mut **tx)
    .await?;
    Ok(gone.rows_affected() == 1)
}

pub async fn drop_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), IdentityError> {
    sqlx::query!("delete from identity.recovery_code where account = $1", account.uuid()).execute(&mut **tx).await?;
    Ok(())
}

pub async fn left(tx: &mut Tx<'_>, account: AccountId) -> Result<i64, IdentityError> {
    Ok(sqlx::query_scalar!(
        "select count(*) as \"left!\" from identity.recovery_code where account = $1",
        account.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// A code for the browser that asked under this name; one that it asked for before is void.
pub async fn put_mailed(
    tx: &mut Tx<'_>,
    key: &CodeKey,
    request: TokenHash,
    account: AccountId,
    expires_at: Timestamp,
) -> Result<String, IdentityError> {
    let (code, hash) = key.new_digits("mail", &request);
    sqlx::query!(
        "insert into identity.mail_code (request, account, code_hash, tries_left, expires_at) values ($1, $2, $3, $4, $5)
         on conflict (request) do update
             set code_hash = excluded.code_hash, tries_left = excluded.tries_left, expires_at = excluded.expires_at",
        request.as_slice(),
        account.uuid(),
        hash.as_slice(),
        CODE_TRIES,
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(code)
}

/// What came of a typed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The account whose code it was.
    Right(AccountId),
    /// The account whose code it is not.
    Wrong(AccountId),
    /// Nothing waits under this name.
    Nothing,
}

impl Taken {
    pub const fn right(self) -> Option<AccountId> {
        match self {
            Self::Right(account) => Some(account),
            Self::Wrong(_) | Self::Nothing => None,
        }
    }

    /// At whose code it was a guess.
    pub const fn wrong(self) -> Option<AccountId> {
        match self {
            Self::Wrong(account) => Some(account),
            Self::Right(_) | Self::Nothing => None,
        }
    }
}

/// A wrong one uses up a try, the right one the code.
pub async fn take_mailed(
    tx: &mut Tx<'_>,
    key: &CodeKey,
    request: TokenHash,
    code: &str,
    now: Timestamp,
) -> Result<Taken, IdentityError> {
    let hash = key.hash("mail", &request, &typed_digits(code));
    let account = sqlx::query_scalar!(
        "delete from identity.mail_code
         where request = $1 and code_hash = $2 and tries_left > 0 and expires_at > $3 returning account",
        request.as_slice(),
        hash.as_slice(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(account) = account {
        return Ok(Taken::Right(AccountId::from_uuid(account)));
    }
    let guessed = sqlx::query_scalar!(
        "update identity.mail_code set tries_left = tries_left - 1 where request = $1 and tries_left > 0
         returning account",
        request.as_slice()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(guessed.map_or(Taken::Nothing, |account| Taken::Wrong(AccountId::from_uuid(account))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_write_them() {
        assert_eq!(normal("0A1B2-C3D4E"), "0a1b2c3d4e");
        assert_eq!(normal(" oa ib2 - c3d4e "), "0a1b2c3d4e");
        let code = recovery_code(&mut rand::rng());
        assert_eq!((code.len(), normal(&code).len()), (11, 10));
        assert_eq!(normal(&code.to_uppercase()), normal(&code));
    }
}
