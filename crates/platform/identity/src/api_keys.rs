//! Keys that people make for programs of their own.

use std::collections::BTreeSet;

use chrono::Duration;
use rand::{Rng as _, distr::Alphanumeric};
use serde_json::json;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Actor, ApiKeyId, Credential, FieldProblem, Role, Subject, Timestamp};

use crate::{
    Identity, IdentityError, factors, jobs,
    letter::Letter,
    model::roles_of,
    service::account_of,
    store,
    token::{self, TokenHash},
};

/// What scanners of secrets look for: `svt_`, 43 letters and digits, 6 of their checksum.
pub const PREFIX: &str = "svt_";
/// 256 bits.
const RANDOM_CHARS: usize = 43;
const CHECK_CHARS: usize = 6;
/// So much of it is kept and shown, so that its owner knows it again.
const BEGINNING_CHARS: usize = PREFIX.len() + 6;
const LIVING_MAX: usize = 20;
const NAME_CHARS_MAX: usize = 60;
pub const DAYS_MAX: u16 = 365;
pub const PER_MINUTE_MAX: u32 = 600;
/// Its last use is written down when it is longer ago than this.
const TOUCH_AFTER_S: i64 = 60;
/// One that is over stays in its owner's list for so long.
const KEPT_DAYS: i64 = 30;

/// As its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    pub beginning: String,
    pub scopes: Vec<String>,
    pub per_minute: u32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub struct NewApiKey {
    pub name: String,
    pub scopes: BTreeSet<String>,
    pub per_minute: u32,
    pub days: u16,
}

/// The CRC-32 of the random part in base 62: a scanner tells a key from a likeness without asking us.
fn checksum(random: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut text = [b'0'; CHECK_CHARS];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    text.iter().map(|byte| char::from(*byte)).collect()
}

fn new_secret() -> String {
    let random: String = rand::rng().sample_iter(Alphanumeric).take(RANDOM_CHARS).map(char::from).collect();
    format!("{PREFIX}{random}{}", checksum(&random))
}

/// Nothing that is not a key by its form is hashed or looked up.
pub fn plausible(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|rest| {
        rest.len() == RANDOM_CHARS + CHECK_CHARS
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && checksum(&rest[..RANDOM_CHARS]) == rest[RANDOM_CHARS..]
    })
}

impl Identity {
    /// What a key of this person may be given for: what they may themselves.
    pub(crate) fn key_scopes(&self, actor: &Actor) -> Vec<String> {
        let may = |scope: &&String| match scope.split(':').next() {
            Some("moderation") => actor.has(Role::Moderator),
            Some("platform") => actor.has(Role::Operator),
            _ => true,
        };
        self.oauth.api_scopes().iter().filter(may).cloned().collect()
    }

    pub(crate) async fn list_keys(&self, actor: &Actor) -> Result<Vec<ApiKey>, IdentityError> {
        living(&self.db, account_of(actor)?, self.clock.now()).await
    }

    /// The key and its secret, which is not told again.
    pub(crate) async fn create_key(&self, actor: &Actor, new: NewApiKey) -> Result<(ApiKey, String), IdentityError> {
        // A key is a way in: who makes one has just proven who they are.
        let now = self.clock.now();
        let account = factors::confirmed(actor, now)?;
        let name = new.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let known = self.key_scopes(actor);
        let mut faults = Vec::new();
        if !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            faults.push(FieldProblem::new("/name", "field.invalid"));
        }
        if new.scopes.is_empty() || !new.scopes.iter().all(|scope| known.contains(scope)) {
            faults.push(FieldProblem::new("/scopes", "field.invalid"));
        }
        if !(1..=PER_MINUTE_MAX).contains(&new.per_minute) {
            faults.push(FieldProblem::new("/per_minute", "field.invalid"));
        }
        if !(1..=DAYS_MAX).contains(&new.days) {
            faults.push(FieldProblem::new("/days", "field.invalid"));
        }
        if !faults.is_empty() {
            return Err(IdentityError::Invalid(faults));
        }
        let secret = new_secret();
        let key = ApiKey {
            id: ApiKeyId::new(now),
            name,
            beginning: secret[..BEGINNING_CHARS].to_owned(),
            scopes: new.scopes.into_iter().collect(),
            per_minute: new.per_minute,
            created_at: now,
            expires_at: now + Duration::days(i64::from(new.days)),
            last_used_at: None,
        };
        let mut tx = self.db.begin().await?;
        // Two of its owner's browsers wait for each other here, so that the bound holds.
        store::lock(&mut tx, account).await?;
        if count(&mut tx, account, now).await? >= LIVING_MAX as i64 {
            return Err(IdentityError::TooManyKeys);
        }
        insert(&mut tx, account, &key, token::hash(&secret)).await?;
        let detail = json!({ "key": key.id, "name": &key.name, "scopes": &key.scopes });
        store::note(&mut tx, now, account, &actor.name(), "api_key_created", detail).await?;
        jobs::order(&mut tx, Some(account), Letter::KeyMade, now).await?;
        tx.commit().await?;
        Ok((key, secret))
    }

    pub(crate) async fn revoke_key(&self, actor: &Actor, id: ApiKeyId) -> Result<(), IdentityError> {
        let (account, now) = (account_of(actor)?, self.clock.now());
        let mut tx = self.db.begin().await?;
        if revoke(&mut tx, account, Some(id), now).await? == 0 {
            return Err(IdentityError::NoSuchKey);
        }
        store::note(&mut tx, now, account, &actor.name(), "api_key_revoked", json!({ "key": id })).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn insert(tx: &mut Tx<'_>, account: AccountId, key: &ApiKey, hash: TokenHash) -> Result<(), IdentityError> {
    sqlx::query!(
        "insert into identity.api_key
             (id, account, name, beginning, hash, scopes, per_minute, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        key.id.uuid(),
        account.uuid(),
        key.name,
        key.beginning,
        hash.as_slice(),
        &key.scopes,
        key.per_minute.cast_signed(),
        key.created_at,
        key.expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn count(tx: &mut Tx<'_>, account: AccountId, now: Timestamp) -> Result<i64, IdentityError> {
    let count = sqlx::query_scalar!(
        "select count(*) as \"count!\" from identity.api_key
         where account = $1 and revoked_at is null and expires_at > $2",
        account.uuid(),
        now
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

async fn living(db: &Db, account: AccountId, now: Timestamp) -> Result<Vec<ApiKey>, IdentityError> {
    let rows = sqlx::query!(
        "select id, name, beginning, scopes, per_minute, created_at, expires_at, last_used_at from identity.api_key
         where account = $1 and revoked_at is null and expires_at > $2 order by created_at desc, id desc limit 100",
        account.uuid(),
        now - Duration::days(KEPT_DAYS)
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiKey {
            id: ApiKeyId::from_uuid(row.id),
            name: row.name,
            beginning: row.beginning,
            scopes: row.scopes,
            per_minute: row.per_minute.cast_unsigned(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        })
        .collect())
}

/// One of the account's, or all of them; answers how many.
pub async fn revoke(
    tx: &mut Tx<'_>,
    account: AccountId,
    id: Option<ApiKeyId>,
    now: Timestamp,
) -> Result<u64, IdentityError> {
    let done = sqlx::query!(
        "update identity.api_key set revoked_at = $3
         where account = $1 and revoked_at is null and ($2::uuid is null or id = $2)",
        account.uuid(),
        id.map(ApiKeyId::uuid),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Whose key it is. None: it is unknown, over or revoked, or its person's account is.
pub async fn actor(db: &Db, secret: &str, now: Timestamp) -> Result<Option<Actor>, IdentityError> {
    if !plausible(secret) {
        return Ok(None);
    }
    let hash = token::hash(secret);
    let row = sqlx::query!(
        "select k.id, k.account, k.scopes, k.per_minute, k.last_used_at, a.roles
         from identity.api_key k join identity.account a on a.id = k.account
         where k.hash = $1 and k.revoked_at is null and k.expires_at > $2 and a.state = 'active'",
        hash.as_slice(),
        now
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.last_used_at.is_none_or(|used| now - used > Duration::seconds(TOUCH_AFTER_S)) {
        sqlx::query!("update identity.api_key set last_used_at = $2 where id = $1", row.id, now)
            .execute(db.pool())
            .await?;
    }
    Ok(Some(Actor {
        subject: Subject::Account { id: AccountId::from_uuid(row.account), session: None },
        roles: roles_of(&row.roles),
        credential: Credential::Key {
            id: ApiKeyId::from_uuid(row.id),
            scopes: row.scopes.into_iter().collect(),
            per_minute: row.per_minute.cast_unsigned(),
        },
        ..Actor::visitor()
    }))
}

/// Those that are long over; at most `limit`.
pub async fn prune(db: &Db, now: Timestamp, limit: i64) -> Result<u64, IdentityError> {
    let done = sqlx::query!(
        "delete from identity.api_key where id in
             (select id from identity.api_key where expires_at < $1 or revoked_at < $1 limit $2)",
        now - Duration::days(KEPT_DAYS),
        limit
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_from_a_likeness_by_its_checksum() {
        // CRC-32 as IEEE 802.3 has it: any scanner computes the same.
        assert_eq!(checksum("123456789"), "3jZRME");
        for _ in 0..100 {
            let secret = new_secret();
            assert_eq!(secret.len(), 53);
            assert!(plausible(&secret), "{secret}");
            let other = if secret.ends_with('a') { 'b' } else { 'a' };
            assert!(!plausible(&format!("{}{other}", &secret[..52])), "{secret}");
        }
        for text in ["", "svt_", &"a".repeat(53), &format!("svt_{}č", "a".repeat(47))] {
            assert!(!plausible(text), "{text}");
        }
    }
}
