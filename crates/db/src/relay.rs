use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{PgPool, postgres::PgListener};
use svetu_ports::{
    Bus, BusError, Event,
    bus::{Stop, is_stopped, stopped},
    trace::{Kind, Several},
};
use tracing::Instrument;

use crate::{Db, DbError, outbox};

const BATCH: i64 = 200;
const POLL: Duration = Duration::from_secs(2);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
const CLOSE_MAX: Duration = Duration::from_secs(5);
/// For the batch that was on its way.
const FINISH_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// Takes what a schema's transactions committed to the bus. Of all relays of a schema one works: it holds an advisory lock.
pub struct Relay {
    db: Db,
    bus: Arc<dyn Bus>,
    leads: Arc<AtomicBool>,
}

/// That it leads, until this is dropped.
struct Leading<'a>(&'a AtomicBool);

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Relay {
    pub fn new(db: Db, bus: Arc<dyn Bus>) -> Self {
        Self { db, bus, leads: Arc::default() }
    }

    /// Whether this is the one of its schema that works, kept by itself.
    pub fn leads(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.leads)
    }

    /// Works until it is stopped; a lost server or bus is waited for. A batch that is on its way when it is told to stop is
    /// finished, within bounds: cut off between the bus and the outbox it would be published again.
    pub async fn run(self, mut stop: Stop) {
        let span = tracing::info_span!("relay", schema = self.db.schema());
        // Not one of the service's connections: given back to their pool it would keep the lock.
        let alone = self.db.alone();
        let mut told = stop.clone();
        let work = async {
            let mut backoff = Duration::from_millis(100);
            while let Err(error) = self.session(&alone, &mut backoff, &mut stop).await {
                tracing::warn!(%error, "the relay lost its connection and tries again");
                tokio::select! {
                    () = stopped(&mut stop) => return,
                    () = tokio::time::sleep(backoff) => {}
                }
                backoff = (backoff * 2).min(BACKOFF_MAX);
            }
        };
        let too_late = async {
            stopped(&mut told).await;
            tokio::time::sleep(FINISH_MAX).await;
        };
        tokio::select! {
            () = work.instrument(span) => {}
            () = too_late => {}
        }
        // The lock goes with the connection, and the next relay waits for it. A server that is gone has let go of it.
        let _ = tokio::time::timeout(CLOSE_MAX, alone.close()).await;
    }

    /// One connection's life: it holds the lock, so when it is lost another relay may take over. Ends well when it is stopped.
    async fn session(&self, alone: &PgPool, backoff: &mut Duration, stop: &mut Stop) -> Result<(), RelayError> {
        let Some(mut listener) = unless_stopped(stop, self.lock(alone)).await.transpose()? else { return Ok(()) };
        self.leads.store(true, Ordering::Relaxed);
        let _leading = Leading(&self.leads);
        loop {
            self.drain_until(|| is_stopped(stop)).await?;
            *backoff = Duration::from_millis(100);
            let Some(heard) = unless_stopped(stop, tokio::time::timeout(POLL, listener.try_recv())).await else {
                return Ok(());
            };
            match heard {
                Ok(Ok(Some(_))) => while listener.next_buffered().is_some() {},
                // The lock went with the connection.
                Ok(Ok(None)) => return Err(DbError::from(sqlx::Error::WorkerCrashed).into()),
                Ok(Err(error)) => return Err(DbError::from(error).into()),
                Err(_) => {}
            }
        }
    }

    /// The connection that listens, once it holds the lock.
    async fn lock(&self, alone: &PgPool) -> Result<PgListener, RelayError> {
        let mut listener = PgListener::connect_with(alone).await.map_err(DbError::from)?;
        listener.eager_reconnect(false);
        let name = outbox::channel(self.db.schema());
        listener.listen(&name).await.map_err(DbError::from)?;
        loop {
            let locked: bool = sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended($1, 0))")
                .bind(&name)
                .fetch_one(&mut listener)
                .await
                .map_err(DbError::from)?;
            if locked {
                return Ok(listener);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Publishes what is committed now, in the order of ids; answers how many. A row that commits later is found by the next call.
    pub async fn drain(&self) -> Result<u64, RelayError> {
        self.drain_until(|| false).await
    }

    async fn drain_until(&self, enough: impl Fn() -> bool) -> Result<u64, RelayError> {
        let mut published = 0;
        loop {
            if enough() {
                return Ok(published);
            }
            let rows = outbox::read(&self.db, BATCH).await?;
            if rows.is_empty() {
                return Ok(published);
            }
            published += rows.len() as u64;
            let (ids, events): (Vec<i64>, Vec<Event>) = rows.into_iter().map(|row| (row.id, row.event)).unzip();
            // Killed between these two, the rows are published again: the bus knows their ids.
            self.publish(&events).await?;
            outbox::delete(&self.db, &ids).await?;
            if ids.len() < BATCH as usize {
                return Ok(published);
            }
        }
    }
}

impl Relay {
    /// Shown in the trace of every request that wrote one of them.
    async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        let mut span = Several::begin("publish events", Kind::Producer, events.iter().filter_map(Event::cause));
        span.set("messaging.system", self.bus.system());
        span.set("messaging.operation.name", "publish");
        span.set("messaging.operation.type", "send");
        span.set("messaging.destination.name", self.db.schema());
        span.set("messaging.batch.message_count", events.len());
        let published = span.around(self.bus.publish(events)).await;
        if published.is_err() {
            span.failed("bus");
        }
        published
    }
}

async fn unless_stopped<T>(stop: &mut Stop, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        () = stopped(stop) => None,
        done = work => Some(done),
    }
}
