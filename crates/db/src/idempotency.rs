use async_trait::async_trait;
use bytes::Bytes;
use chrono::Duration;
use svetu_kernel::{Timestamp, new_uuid};
use svetu_ports::{IdempotencyError, IdempotencyState, IdempotencyStore, StoredReply};
use uuid::Uuid;

use crate::{Db, DbError};

const KEPT_HOURS: i64 = 24;
/// After this a request without an answer counts as lost with its process.
const IN_FLIGHT_S_MAX: i64 = 60;

#[derive(sqlx::FromRow)]
struct Row {
    fingerprint: Vec<u8>,
    status: Option<i16>,
    headers: Option<sqlx::types::Json<Vec<(String, String)>>>,
    body: Option<Vec<u8>>,
}

#[async_trait]
impl IdempotencyStore for Db {
    async fn begin(
        &self,
        scope: &str,
        key: &str,
        fingerprint: [u8; 32],
        now: Timestamp,
    ) -> Result<IdempotencyState, IdempotencyError> {
        begin(self, scope, key, fingerprint, now).await.map_err(unavailable)
    }

    async fn complete(&self, scope: &str, key: &str, ticket: Uuid, reply: StoredReply) -> Result<(), IdempotencyError> {
        sqlx::query(
            "update idempotency set status = $4, headers = $5, body = $6
             where scope = $1 and key = $2 and ticket = $3 and status is null",
        )
        .bind(scope)
        .bind(key)
        .bind(ticket)
        .bind(i16::try_from(reply.status).unwrap_or(500))
        .bind(sqlx::types::Json(&reply.headers))
        .bind(reply.body.as_ref())
        .execute(self.pool())
        .await
        .map_err(|error| unavailable(error.into()))?;
        Ok(())
    }

    async fn abandon(&self, scope: &str, key: &str, ticket: Uuid) -> Result<(), IdempotencyError> {
        sqlx::query("delete from idempotency where scope = $1 and key = $2 and ticket = $3 and status is null")
            .bind(scope)
            .bind(key)
            .bind(ticket)
            .execute(self.pool())
            .await
            .map_err(|error| unavailable(error.into()))?;
        Ok(())
    }
}

fn unavailable(error: DbError) -> IdempotencyError {
    IdempotencyError(Box::new(error))
}

async fn begin(
    db: &Db,
    scope: &str,
    key: &str,
    fingerprint: [u8; 32],
    now: Timestamp,
) -> Result<IdempotencyState, DbError> {
    let ticket = Uuid::new_v4();
    // Takes a free key, or one whose first request is lost or whose time is over: one statement, so one of many wins. A lost one
    // keeps its thing, which may be there already; another request cannot have it.
    let taken: Option<Uuid> = sqlx::query_scalar(
        "insert into idempotency as i (scope, key, fingerprint, ticket, started_at, thing) values ($1, $2, $3, $4, $5, $8)
         on conflict (scope, key) do update
             set fingerprint = excluded.fingerprint, ticket = excluded.ticket, started_at = excluded.started_at,
                 thing = case when i.started_at < $6 then excluded.thing else i.thing end,
                 status = null, headers = null, body = null
             where i.started_at < $6
                 or (i.status is null and i.started_at < $7 and i.fingerprint = excluded.fingerprint)
         returning thing",
    )
    .bind(scope)
    .bind(key)
    .bind(fingerprint.as_slice())
    .bind(ticket)
    .bind(now)
    .bind(now - Duration::hours(KEPT_HOURS))
    .bind(now - Duration::seconds(IN_FLIGHT_S_MAX))
    .bind(new_uuid(now))
    .fetch_optional(db.pool())
    .await?;
    if let Some(thing) = taken {
        return Ok(IdempotencyState::Fresh { ticket, thing });
    }
    let row: Option<Row> =
        sqlx::query_as("select fingerprint, status, headers, body from idempotency where scope = $1 and key = $2")
            .bind(scope)
            .bind(key)
            .fetch_optional(db.pool())
            .await?;
    Ok(match row {
        // Abandoned between the two statements: the caller's own retry will find it free.
        None => IdempotencyState::InFlight,
        Some(row) if row.fingerprint != fingerprint => IdempotencyState::Mismatch,
        Some(Row { status: None, .. }) => IdempotencyState::InFlight,
        Some(Row { status: Some(status), headers, body, .. }) => IdempotencyState::Replay(StoredReply {
            status: u16::try_from(status).unwrap_or(500),
            headers: headers.map(|json| json.0).unwrap_or_default(),
            body: Bytes::from(body.unwrap_or_default()),
        }),
    })
}

pub(crate) async fn prune(db: &Db, now: Timestamp) -> Result<(), DbError> {
    let old = now - Duration::hours(KEPT_HOURS);
    sqlx::query("delete from idempotency where started_at < $1").bind(old).execute(db.pool()).await?;
    Ok(())
}
