//! How services keep their data: one PostgreSQL schema and one role each, visible transactions, and beside the state the
//! outbox, the inbox, durable timers and kept replies.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cursor;
mod error;
mod idempotency;
pub mod inbox;
pub mod jobs;
mod migrate;
pub mod outbox;
mod pool;
mod relay;
mod replica;

pub use error::{DbError, MayRetry, pool_timeouts};
pub use jobs::{Job, JobHandler, JobKind, NewJob, Worker};
pub use migrate::{Schema, fingerprint, migrate};
pub use pool::{Db, DbConfig, PoolStand, Server, Tx, lock, role_of};
pub use relay::{Relay, RelayError};

use std::time::Duration;

use svetu_kernel::SharedClock;

/// The periodic jobs that keep the kit's own tables small; every service's worker runs them.
pub fn housekeeping(db: &Db, clock: &SharedClock) -> Vec<JobKind> {
    vec![JobKind {
        name: "kit.prune",
        every: Some(Duration::from_secs(3_600)),
        attempts_max: 5,
        timeout: Duration::from_secs(300),
        handler: std::sync::Arc::new(inbox::Prune::new(db.clone(), clock.clone())),
    }]
}
