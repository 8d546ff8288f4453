use std::{sync::Arc, time::Duration};

use sqlx::{
    PgPool,
    postgres::{PgListener, PgPoolOptions},
};
use svetu_ports::{
    Bus, BusError, Event,
    bus::{Stop, stopped},
};
use tracing::Instrument;

use crate::{Db, DbError, outbox};

const BATCH: i64 = 200;
const POLL: Duration = Duration::from_secs(2);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
const CLOSE_MAX: Duration = Duration::from_secs(5);

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
}

impl Relay {
    pub fn new(db: Db, bus: Arc<dyn Bus>) -> Self {
        Self { db, bus }
    }

    /// Works until it is stopped; a lost server or bus is waited for.
    pub async fn run(self, mut stop: Stop) {
        let span = tracing::info_span!("relay", schema = self.db.schema());
        // Not one of the service's connections: given back to their pool it would keep the lock.
        let alone = PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(self.db.pool().connect_options().as_ref().clone());
        let work = async {
            let mut backoff = Duration::from_millis(100);
            loop {
                let Err(error) = self.session(&alone, &mut backoff).await;
                tracing::warn!(%error, "the relay lost its connection and tries again");
                tokio::time::sleep(backoff).await;
                backoff = (backoff * 2).min(BACKOFF_MAX);
            }
        };
        tokio::select! {
            () = stopped(&mut stop) => {}
            () = work.instrument(span) => {}
        }
        // The lock goes with the connection, and the next relay waits for it. A server that is gone has let go of it.
        let _ = tokio::time::timeout(CLOSE_MAX, alone.close()).await;
    }

    /// One connection's life: it holds the lock, so when it is lost another relay may take over.
    async fn session(&self, alone: &PgPool, backoff: &mut Duration) -> Result<std::convert::Infallible, RelayError> {
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
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        loop {
            self.drain().await?;
            *backoff = Duration::from_millis(100);
            match tokio::time::timeout(POLL, listener.try_recv()).await {
                Ok(Ok(Some(_))) => while listener.next_buffered().is_some() {},
                // The lock went with the connection.
                Ok(Ok(None)) => return Err(DbError::from(sqlx::Error::WorkerCrashed).into()),
                Ok(Err(error)) => return Err(DbError::from(error).into()),
                Err(_) => {}
            }
        }
    }

    /// Publishes what is committed now, in the order of ids; answers how many. A row that commits later is found by the next call.
    pub async fn drain(&self) -> Result<u64, RelayError> {
        let mut published = 0;
        loop {
            let rows = outbox::read(&self.db, BATCH).await?;
            if rows.is_empty() {
                return Ok(published);
            }
            published += rows.len() as u64;
            let (ids, events): (Vec<i64>, Vec<Event>) = rows.into_iter().map(|row| (row.id, row.event)).unzip();
            // Killed between these two, the rows are published again: the bus knows their ids.
            self.bus.publish(&events).await?;
            outbox::delete(&self.db, &ids).await?;
            if ids.len() < BATCH as usize {
                return Ok(published);
            }
        }
    }
}
