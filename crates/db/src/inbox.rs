//! Effects once: a row per consumer and event, written in the transaction of the effect.

use async_trait::async_trait;
use svetu_kernel::{EventId, SharedClock};
use svetu_ports::HandlerError;
use uuid::Uuid;

use crate::{Db, DbError, Job, JobHandler, Tx, idempotency};

/// True when the consumer has already had the effect of this event; otherwise it is marked in this transaction.
pub async fn seen(tx: &mut Tx<'_>, consumer: &str, event: EventId) -> Result<bool, DbError> {
    let added = sqlx::query("insert into inbox (consumer, event_id) values ($1, $2) on conflict do nothing")
        .bind(consumer)
        .bind(Uuid::from(event))
        .execute(&mut **tx)
        .await?;
    Ok(added.rows_affected() == 0)
}

/// The same for a batch: those of `events` that are new to the consumer, in the order given.
pub async fn unseen(tx: &mut Tx<'_>, consumer: &str, events: &[EventId]) -> Result<Vec<EventId>, DbError> {
    let ids: Vec<Uuid> = events.iter().copied().map(Uuid::from).collect();
    let added: Vec<Uuid> = sqlx::query_scalar(
        "insert into inbox (consumer, event_id) select $1, id from unnest($2::uuid[]) as e (id)
         on conflict do nothing returning event_id",
    )
    .bind(consumer)
    .bind(&ids)
    .fetch_all(&mut **tx)
    .await?;
    let added: std::collections::HashSet<Uuid> = added.into_iter().collect();
    Ok(events.iter().copied().filter(|event| added.contains(&Uuid::from(*event))).collect())
}

/// Longer than any bus keeps its log, so that an event cannot come back after its row is gone.
const KEPT_DAYS: i64 = 60;

pub(crate) struct Prune {
    db: Db,
    clock: SharedClock,
}

impl Prune {
    pub(crate) const fn new(db: Db, clock: SharedClock) -> Self {
        Self { db, clock }
    }
}

#[async_trait]
impl JobHandler for Prune {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let now = self.clock.now();
        let old = now - chrono::Duration::days(KEPT_DAYS);
        for _ in 0..1_000 {
            let deleted = sqlx::query(
                "delete from inbox where ctid = any(array(select ctid from inbox where seen_at < $1 limit 5000))",
            )
            .bind(old)
            .execute(self.db.pool())
            .await
            .map_err(DbError::from)?;
            if deleted.rows_affected() == 0 {
                break;
            }
        }
        idempotency::prune(&self.db, now).await?;
        Ok(())
    }
}
