//! Sessions in SQL; their tokens sealed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use svetu_db::{Db, Tx, jobs};
use svetu_kernel::Timestamp;
use uuid::Uuid;

use crate::{SessionsError, provider::Tokens};

pub type TokenHash = [u8; 32];

/// Whoever asks for new tokens has so long: more than the provider's answer may take.
const LEASE_S: i64 = 15;
/// The job that tells the provider of a session that ended here.
pub const LET_GO: &str = "sessions.let_go";
/// At the provider a session that nobody uses ends sooner.
const UNUSED_DAYS_MAX: i64 = 31;
/// Likewise one that is used.
const WHOLE_DAYS_MAX: i64 = 181;
const SWEPT_MAX: i64 = 10_000;
/// Of a person. The oldest goes when one more begins.
const LIVING_MAX: i64 = 100;

pub struct Kept {
    pub id: Uuid,
    pub tokens: Tokens,
    pub access_expires_at: Timestamp,
}

fn context(id: Uuid) -> String {
    format!("sessions.site_session.sealed {id}")
}

fn sealed(key: &[u8; 32], id: Uuid, tokens: &Tokens) -> Result<Vec<u8>, SessionsError> {
    let plain = serde_json::to_vec(tokens).map_err(|_| SessionsError::Seal)?;
    svetu_ports::seal::seal(key, context(id).as_bytes(), &plain).ok_or(SessionsError::Seal)
}

fn opened(key: &[u8; 32], id: Uuid, sealed: &[u8]) -> Option<Tokens> {
    let plain = svetu_ports::seal::open(key, context(id).as_bytes(), sealed)?;
    serde_json::from_slice(&plain).ok()
}

/// What a session that ended leaves behind until the provider has let go of it: its tokens, as they were sealed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Gone {
    id: Uuid,
    sealed: String,
}

impl Gone {
    pub fn open(&self, key: &[u8; 32]) -> Option<Tokens> {
        opened(key, self.id, &STANDARD.decode(&self.sealed).ok()?)
    }
}

struct Row {
    id: Uuid,
    sealed: Vec<u8>,
}

/// Committed with the end of the sessions: the provider is told, also when it is away now.
async fn let_go(tx: &mut Tx<'_>, ended: Vec<Row>, now: Timestamp) -> Result<(), SessionsError> {
    let order = |Row { id, sealed }| {
        let gone =
            serde_json::to_value(Gone { id, sealed: STANDARD.encode(sealed) }).map_err(|_| SessionsError::Seal)?;
        Ok((id.to_string(), now, gone))
    };
    let orders = ended.into_iter().map(order).collect::<Result<Vec<_>, SessionsError>>()?;
    jobs::schedule_many(tx, LET_GO, &orders).await?;
    Ok(())
}

pub struct NewSession<'a> {
    pub token_hash: TokenHash,
    pub subject: &'a str,
    pub sid: &'a str,
    pub tokens: &'a Tokens,
    pub access_expires_at: Timestamp,
}

/// The one that the browser had before, whoever's it was, ends; so does the person's hundred-and-first.
pub async fn insert(
    db: &Db,
    key: &[u8; 32],
    new: &NewSession<'_>,
    before: Option<TokenHash>,
    now: Timestamp,
) -> Result<(), SessionsError> {
    let id = svetu_kernel::new_uuid(now);
    let sealed = sealed(key, id, new.tokens)?;
    let mut tx = db.begin().await?;
    let mut ended = Vec::new();
    if let Some(before) = before {
        ended = sqlx::query_as!(
            Row,
            "delete from sessions.site_session where token_hash = $1 returning id, sealed",
            before.as_slice()
        )
        .fetch_all(&mut *tx)
        .await?;
    }
    sqlx::query!(
        "insert into sessions.site_session
             (id, token_hash, subject, sid, sealed, access_expires_at, created_at, renewed_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        id,
        new.token_hash.as_slice(),
        new.subject,
        new.sid,
        sealed,
        new.access_expires_at,
        now,
        now + TimeDelta::days(WHOLE_DAYS_MAX)
    )
    .execute(&mut *tx)
    .await?;
    let beyond = sqlx::query_as!(
        Row,
        "delete from sessions.site_session where id in
             (select id from sessions.site_session where subject = $1 order by created_at desc, id desc offset $2)
         returning id, sealed",
        new.subject,
        LIVING_MAX
    )
    .fetch_all(&mut *tx)
    .await?;
    ended.extend(beyond);
    let_go(&mut tx, ended, now).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn find(db: &Db, key: &[u8; 32], hash: &TokenHash, now: Timestamp) -> Result<Option<Kept>, SessionsError> {
    let row = sqlx::query!(
        "select id, sealed, access_expires_at from sessions.site_session where token_hash = $1 and expires_at > $2",
        hash.as_slice(),
        now
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    // Sealed under a key that is gone, it is nobody's session.
    Ok(opened(key, row.id, &row.sealed).map(|tokens| Kept {
        id: row.id,
        tokens,
        access_expires_at: row.access_expires_at,
    }))
}

/// Whether it is ours to ask for new tokens in place of those that end at `access_expires_at`.
pub async fn lease(db: &Db, id: Uuid, access_expires_at: Timestamp, now: Timestamp) -> Result<bool, SessionsError> {
    let done = sqlx::query!(
        "update sessions.site_session set renewing_until = $3
         where id = $1 and access_expires_at = $2 and (renewing_until is null or renewing_until < $4)",
        id,
        access_expires_at,
        now + TimeDelta::seconds(LEASE_S),
        now
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn renewed(
    db: &Db,
    key: &[u8; 32],
    id: Uuid,
    tokens: &Tokens,
    access_expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), SessionsError> {
    let sealed = sealed(key, id, tokens)?;
    sqlx::query!(
        "update sessions.site_session set sealed = $2, access_expires_at = $3, renewed_at = $4, renewing_until = null
         where id = $1",
        id,
        sealed,
        access_expires_at,
        now
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// The provider did not answer: the next one may ask at once.
pub async fn give_up(db: &Db, id: Uuid) -> Result<(), SessionsError> {
    sqlx::query!("update sessions.site_session set renewing_until = null where id = $1", id).execute(db.pool()).await?;
    Ok(())
}

/// The provider itself says that there is nothing to let go of.
pub async fn delete(db: &Db, id: Uuid) -> Result<(), SessionsError> {
    sqlx::query!("delete from sessions.site_session where id = $1", id).execute(db.pool()).await?;
    Ok(())
}

pub async fn end(db: &Db, id: Uuid, now: Timestamp) -> Result<(), SessionsError> {
    let mut tx = db.begin().await?;
    let ended = sqlx::query_as!(Row, "delete from sessions.site_session where id = $1 returning id, sealed", id)
        .fetch_all(&mut *tx)
        .await?;
    let_go(&mut tx, ended, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Of one session of the provider's, or of all that it has of somebody.
pub async fn end_of(db: &Db, subject: &str, sid: Option<&str>, now: Timestamp) -> Result<(), SessionsError> {
    let mut tx = db.begin().await?;
    let ended = sqlx::query_as!(
        Row,
        "delete from sessions.site_session where subject = $1 and ($2::text is null or sid = $2) returning id, sealed",
        subject,
        sid
    )
    .fetch_all(&mut *tx)
    .await?;
    let_go(&mut tx, ended, now).await?;
    tx.commit().await?;
    Ok(())
}

/// What is over, and what nobody came back for.
pub async fn sweep(db: &Db, now: Timestamp) -> Result<u64, SessionsError> {
    let done = sqlx::query!(
        "delete from sessions.site_session where id in
             (select id from sessions.site_session where expires_at <= $1 or renewed_at < $2 limit $3)",
        now,
        now - TimeDelta::days(UNUSED_DAYS_MAX),
        SWEPT_MAX
    )
    .execute(db.pool())
    .await?;
    Ok(done.rows_affected())
}
