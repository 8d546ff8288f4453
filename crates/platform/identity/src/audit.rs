//! The audit log: security events under a chain of keyed hashes (docs/audit.md says which bytes are hashed).
//!
//! An event commits with what it tells and waits; [`Chain::seal`] gives it its place. Nobody who signs in waits for the chain.

mod verify;

use aws_lc_rs::hmac;
use svetu_db::{Db, Tx};
use svetu_kernel::Timestamp;
use uuid::Uuid;

pub use verify::{Fault, FaultKind, Head, HeadError, Report};

use crate::{Identity, IdentityError};

const SEALED_AT_ONCE_MAX: i64 = 1_000;
const ROUNDS_MAX: usize = 1_000;
/// What the first row follows.
const BEGINNING: Hash = [0; 32];

type Hash = [u8; 32];

pub struct Chain {
    key: hmac::Key,
}

/// An event as it lies in the table.
struct Row {
    id: i64,
    at: Timestamp,
    account: Option<Uuid>,
    actor: String,
    kind: String,
    /// As PostgreSQL writes the value.
    detail: String,
}

impl Chain {
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    fn link(&self, before: &Hash, position: i64, row: &Row) -> Hash {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"svetu audit v1\n");
        context.update(before);
        context.update(&position.to_be_bytes());
        context.update(&row.id.to_be_bytes());
        context.update(&row.at.timestamp_micros().to_be_bytes());
        context.update(row.account.unwrap_or_default().as_bytes());
        for text in [&row.actor, &row.kind, &row.detail] {
            context.update(&(text.len() as u64).to_be_bytes());
            context.update(text.as_bytes());
        }
        bytes(&context.sign())
    }

    fn anchor(&self, position: i64, hash: &Hash, moved_at: Timestamp) -> Hash {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"svetu audit anchor v1\n");
        context.update(&position.to_be_bytes());
        context.update(hash);
        context.update(&moved_at.timestamp_micros().to_be_bytes());
        bytes(&context.sign())
    }

    /// Gives everything that waits its place; answers how many rows. One process does it at a time.
    pub async fn seal(&self, db: &Db) -> Result<u64, IdentityError> {
        let mut sealed = 0;
        for _ in 0..ROUNDS_MAX {
            let count = self.seal_some(db).await?;
            sealed += count;
            if count < SEALED_AT_ONCE_MAX as u64 {
                break;
            }
        }
        Ok(sealed)
    }

    async fn seal_some(&self, db: &Db) -> Result<u64, IdentityError> {
        let mut tx = db.begin().await?;
        lock(&mut tx).await?;
        let rows = sqlx::query_as!(
            Row,
            "select e.id, e.at, e.account, e.actor, e.kind, e.detail::text as \"detail!\"
             from identity.audit_waiting w join identity.security_event e on e.id = w.event order by e.id limit $1",
            SEALED_AT_ONCE_MAX
        )
        .fetch_all(&mut *tx)
        .await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let last = sqlx::query!("select position, hash from identity.audit_seal order by position desc limit 1")
            .fetch_optional(&mut *tx)
            .await?;
        let (mut position, mut hash) = match last {
            Some(last) => (last.position, hash_of(&last.hash)?),
            None => anchor(&mut tx).await?.map_or((0, BEGINNING), |anchor| (anchor.position, anchor.hash)),
        };
        let (mut positions, mut hashes) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in &rows {
            position += 1;
            hash = self.link(&hash, position, row);
            positions.push(position);
            hashes.push(hash.to_vec());
        }
        let events: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let times: Vec<Timestamp> = rows.iter().map(|row| row.at).collect();
        let kinds: Vec<String> = rows.into_iter().map(|row| row.kind).collect();
        sqlx::query!(
            "insert into identity.audit_seal (position, event, at, kind, hash)
             select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[], $5::bytea[])",
            &positions,
            &events,
            &times,
            &kinds,
            &hashes
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!("delete from identity.audit_waiting where event = any ($1)", &events).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(events.len() as u64)
    }

    /// Removes the oldest rows while they are from before then, at most so many. The anchor says with which hash the rest begins.
    pub async fn trim(&self, db: &Db, before: Timestamp, rows_max: i64, now: Timestamp) -> Result<u64, IdentityError> {
        let mut tx = db.begin().await?;
        lock(&mut tx).await?;
        let oldest =
            sqlx::query!("select position, at, hash from identity.audit_seal order by position limit $1", rows_max)
                .fetch_all(&mut *tx)
                .await?;
        let Some(last) = oldest.iter().take_while(|row| row.at < before).last() else { return Ok(0) };
        let hash = hash_of(&last.hash)?;
        let mac = self.anchor(last.position, &hash, now);
        sqlx::query!(
            "insert into identity.audit_anchor (position, hash, moved_at, mac) values ($1, $2, $3, $4)
             on conflict (one) do update set position = excluded.position, hash = excluded.hash,
                 moved_at = excluded.moved_at, mac = excluded.mac",
            last.position,
            hash.as_slice(),
            now,
            mac.as_slice()
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "delete from identity.security_event where id in
                 (select event from identity.audit_seal where position <= $1)",
            last.position
        )
        .execute(&mut *tx)
        .await?;
        let gone = sqlx::query!("delete from identity.audit_seal where position <= $1", last.position)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }
}

impl Identity {
    /// Gives every event its place in the chain now, as the job does every few seconds; answers how many.
    pub async fn seal_audit(&self) -> Result<u64, IdentityError> {
        self.audit.seal(&self.db).await
    }

    /// What the audit log is like. `since`: a head of before that must still be a part of it.
    pub async fn verify_audit(&self, since: Option<&Head>) -> Result<Report, IdentityError> {
        self.audit.verify(&self.db, since).await
    }
}

struct Anchor {
    position: i64,
    hash: Hash,
    moved_at: Timestamp,
    mac: Hash,
}

async fn anchor(tx: &mut Tx<'_>) -> Result<Option<Anchor>, IdentityError> {
    let row = sqlx::query!("select position, hash, moved_at, mac from identity.audit_anchor")
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (hash, mac) = (hash_of(&row.hash)?, hash_of(&row.mac)?);
    Ok(Some(Anchor { position: row.position, hash, moved_at: row.moved_at, mac }))
}

/// Who makes the chain longer or shorter does it alone.
async fn lock(tx: &mut Tx<'_>) -> Result<(), IdentityError> {
    Ok(svetu_db::lock(tx, "identity.audit").await?)
}

fn hash_of(bytes: &[u8]) -> Result<Hash, IdentityError> {
    Hash::try_from(bytes).map_err(|_| IdentityError::Key("a hash of the audit log has another length".to_owned()))
}

fn bytes(tag: &hmac::Tag) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(tag.as_ref());
    hash
}
