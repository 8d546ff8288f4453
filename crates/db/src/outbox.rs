//! Events that commit together with the state they tell of. The [`Relay`](crate::Relay) hands them to the bus.

use std::time::Duration;

use svetu_kernel::EventId;
use svetu_ports::{
    Event,
    bus::EVENT_BYTES_MAX,
    trace::{self, Kind, Span},
};
use uuid::Uuid;

use crate::{Db, DbError, Tx};

/// As `pg_notify` takes it.
pub(crate) fn channel(schema: &str) -> String {
    format!("svetu_outbox_{schema}")
}

/// Publishes with the transaction. Hold the row lock of what `event.key` names (you have just written it):
/// then the order of one key's events is the order of its commits.
pub async fn publish(tx: &mut Tx<'_>, event: &Event) -> Result<(), DbError> {
    publish_many(tx, std::slice::from_ref(event)).await
}

/// The same for many at once, in this order.
pub async fn publish_many(tx: &mut Tx<'_>, events: &[Event]) -> Result<(), DbError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut ids = Vec::with_capacity(events.len());
    let mut bodies = Vec::with_capacity(events.len());
    for event in events {
        let body = serde_json::to_string(event)?;
        if body.len() > EVENT_BYTES_MAX {
            return Err(DbError::EventTooLarge { bytes: body.len(), bytes_max: EVENT_BYTES_MAX });
        }
        ids.push(Uuid::from(event.id));
        bodies.push(body);
    }
    let mut span = Span::below_current("create events", Kind::Producer);
    if let Some(first) = events.first().filter(|_| span.is_recorded()) {
        // What takes them from here is the relay's to know.
        span.set("messaging.system", "postgresql");
        span.set("messaging.operation.name", "create");
        span.set("messaging.destination.name", first.source.clone());
        span.set("messaging.batch.message_count", events.len());
    }
    let added = sqlx::query(
        "with added as (
             insert into outbox (event_id, event)
             select id, body::jsonb from unnest($1::uuid[], $2::text[]) with ordinality as e (id, body, position)
             order by position
         )
         select pg_notify('svetu_outbox_' || current_schema(), '')",
    )
    .bind(&ids)
    .bind(&bodies)
    .execute(&mut **tx)
    .await;
    if added.is_err() {
        span.failed("database");
    }
    added?;
    Ok(())
}

/// Events that are committed and not yet on the bus.
pub async fn pending(db: &Db) -> Result<u64, DbError> {
    let count: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(db.pool()).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// What waits for the relay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// At most [`COUNTED_MAX`]: counting more would be work of its own.
    pub waiting: u32,
    pub oldest: Option<svetu_kernel::Timestamp>,
}

pub const COUNTED_MAX: u32 = 10_000;

pub async fn backlog(db: &Db) -> Result<Backlog, DbError> {
    let (waiting, oldest): (i64, Option<svetu_kernel::Timestamp>) = sqlx::query_as(
        "select (select count(*) from (select from outbox limit $1) waiting),
                (select (event->>'time')::timestamptz from outbox order by id limit 1)",
    )
    .bind(i64::from(COUNTED_MAX))
    .fetch_one(db.pool())
    .await?;
    Ok(Backlog { waiting: u32::try_from(waiting).unwrap_or(COUNTED_MAX), oldest })
}

/// Waits until everything that is committed now is on the bus; false when it is not within the time.
pub async fn drained(db: &Db, within: Duration) -> Result<bool, DbError> {
    let last: Option<i64> = sqlx::query_scalar("select max(id) from outbox").fetch_one(db.pool()).await?;
    let Some(last) = last else { return Ok(true) };
    let deadline = tokio::time::Instant::now() + within;
    loop {
        let left: bool = sqlx::query_scalar("select exists (select from outbox where id <= $1)")
            .bind(last)
            .fetch_one(db.pool())
            .await?;
        if !left {
            return Ok(true);
        }
        if tokio::time::Instant::now() >= deadline {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What is waiting, oldest first: for tests and for a person who looks.
pub async fn peek(db: &Db, limit: u32) -> Result<Vec<Event>, DbError> {
    let rows: Vec<sqlx::types::Json<Event>> = sqlx::query_scalar("select event from outbox order by id limit $1")
        .bind(i64::from(limit))
        .fetch_all(db.pool())
        .await?;
    Ok(rows.into_iter().map(|json| json.0).collect())
}

pub(crate) struct Row {
    pub id: i64,
    pub event: Event,
}

pub(crate) async fn read(db: &Db, limit: i64) -> Result<Vec<Row>, DbError> {
    let rows: Vec<(i64, sqlx::types::Json<Event>)> =
        sqlx::query_as("select id, event from outbox order by id limit $1").bind(limit).fetch_all(db.pool()).await?;
    Ok(rows.into_iter().map(|(id, event)| Row { id, event: event.0 }).collect())
}

/// Exactly these: a row with a smaller id may commit later than them.
pub(crate) async fn delete(db: &Db, ids: &[i64]) -> Result<(), DbError> {
    sqlx::query("delete from outbox where id = any($1)").bind(ids).execute(db.pool()).await?;
    Ok(())
}

/// A fresh event of a service, for the moment of its transaction.
pub fn event(
    now: svetu_kernel::Timestamp,
    kind: &str,
    source: &str,
    subject: impl Into<String>,
    data: &impl serde::Serialize,
) -> Result<Event, DbError> {
    let subject = subject.into();
    Ok(Event {
        id: EventId::new(now),
        kind: kind.to_owned(),
        source: source.to_owned(),
        key: subject.clone(),
        subject,
        time: now,
        traceparent: trace::current().map(|context| context.to_string()),
        data: serde_json::to_value(data)?,
    })
}
