//! The bus as a log in PostgreSQL.

mod group;
mod log;
mod shelf;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use sqlx::postgres::PgListener;
use svetu_db::{Db, DbError};
use svetu_kernel::{SharedClock, SystemClock};
use svetu_ports::{
    Bus, BusError, ConsumerGroup, DeadLetter, Event,
    bus::{Stop, stopped},
};
use tokio::sync::watch;

const CHANNEL: &str = "svetu_bus";
const SYSTEM: &str = "postgresql";
const POLL: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct BusOptions {
    /// A member that does not show up for so long loses its partitions to the others.
    pub lease: Duration,
    /// Events stay at least so long, and until every group has handled them…
    pub kept: Duration,
    /// …but no longer than this.
    pub kept_max: Duration,
    /// Says which days are over.
    pub clock: SharedClock,
}

/// What looking after the log did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tended {
    /// Partitions of days to come.
    pub made: u32,
    /// Partitions of days that are over.
    pub dropped: u32,
    /// Events outside of any day.
    pub deleted: u64,
}

impl Default for BusOptions {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(6),
            kept: Duration::from_secs(2 * 24 * 3_600),
            kept_max: Duration::from_secs(30 * 24 * 3_600),
            clock: Arc::new(SystemClock),
        }
    }
}

/// The bus over the schema `bus`. Consumers are woken by NOTIFY while [`PostgresBus::maintain`] runs, and look by themselves every
/// two seconds besides.
pub struct PostgresBus {
    db: Db,
    options: BusOptions,
    /// Counts what was heard: a change means that there may be work.
    heard: watch::Sender<u64>,
}

impl PostgresBus {
    pub fn new(db: Db, options: BusOptions) -> Arc<Self> {
        Arc::new(Self { db, options, heard: watch::channel(0).0 })
    }

    /// Listens, and tends the log once an hour, until it is stopped. Once per process.
    pub async fn maintain(&self, mut stop: Stop) {
        let listen = async {
            loop {
                let Err(error) = self.listen().await;
                tracing::warn!(%error, "the bus lost its listener and tries again");
                tokio::time::sleep(POLL).await;
            }
        };
        let tend = async {
            loop {
                if let Err(error) = self.tend().await {
                    tracing::warn!(%error, "the log of the bus was not tended");
                }
                tokio::time::sleep(Duration::from_secs(3_600)).await;
            }
        };
        tokio::select! {
            () = stopped(&mut stop) => {}
            () = listen => {}
            () = tend => {}
        }
    }

    /// Days ahead are made and days that are over dropped, by the clock of the options; may be done at any time and by several.
    pub async fn tend(&self) -> Result<Tended, DbError> {
        log::tend(&self.db, &self.options).await
    }

    async fn listen(&self) -> Result<std::convert::Infallible, DbError> {
        // A connection of its own: given back to the pool it would go on listening.
        let mut listener = PgListener::connect_with(&self.db.alone()).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // What was said while the connection was lost is unknown: look.
            self.heard.send_modify(|heard| *heard += 1);
            let _ = listener.try_recv().await?;
            while listener.next_buffered().is_some() {}
        }
    }
}

fn unavailable(error: impl Into<DbError>) -> BusError {
    BusError::Unavailable(Box::new(error.into()))
}

#[async_trait]
impl Bus for PostgresBus {
    fn system(&self) -> &'static str {
        SYSTEM
    }

    async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        log::append(&self.db, events).await
    }

    async fn consume(&self, group: ConsumerGroup, stop: Stop) -> Result<(), BusError> {
        group::Member::new(self.db.clone(), self.options.clone(), self.heard.subscribe(), group).run(stop).await;
        Ok(())
    }

    async fn end(&self) -> Result<String, BusError> {
        log::end(&self.db).await.map(|seq| seq.to_string()).map_err(unavailable)
    }

    async fn seek(&self, group: &str, position: &str) -> Result<(), BusError> {
        let seq = position
            .parse()
            .map_err(|_| BusError::Unavailable(format!("{position:?} is not a position of this bus").into()))?;
        group::seek(&self.db, group, seq).await
    }

    async fn lag(&self, group: &str) -> Result<Option<u64>, BusError> {
        log::lag(&self.db, group).await.map_err(unavailable)
    }

    async fn dead_letters(&self, group: Option<&str>, after: i64, limit: u32) -> Result<Vec<DeadLetter>, BusError> {
        shelf::list(&self.db, group, after, limit).await
    }

    async fn replay(&self, dead_letter: i64) -> Result<(), BusError> {
        shelf::replay(&self.db, dead_letter).await
    }
}
