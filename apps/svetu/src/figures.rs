//! Figures of the databases for `/metrics`: how far replicas and the readers of slots are behind.

use std::{collections::BTreeMap, sync::atomic::AtomicU64, time::Duration};

use anyhow::Result;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
};
use svetu_db::{Db, DbError};
use svetu_http::HttpMetrics;
use tokio::sync::watch;

use crate::{engines::Engines, schemas};

const EVERY: Duration = Duration::from_secs(15);
/// Names of databases and slots come from the configuration and the server: bounded by both.
const SLOTS_MAX: i64 = 16;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Database {
    database: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Slot {
    slot: String,
}

#[derive(Default)]
struct Figures {
    lag: Family<Database, Gauge<f64, AtomicU64>>,
    close: Family<Database, Gauge>,
    slots: Family<Slot, Gauge>,
}

/// Measures until the platform ends, which is when nobody can say any more whether it is `ready`.
pub fn watch(metrics: &HttpMetrics, engines: &Engines, mut ready: watch::Receiver<bool>) -> Result<()> {
    let config = &engines.database;
    // One service of each server asks for all.
    let mut databases: BTreeMap<&str, (&'static str, Db)> = BTreeMap::new();
    for schema in schemas::all() {
        let name = if config.services.contains_key(schema.name) { schema.name } else { "shared" };
        if let std::collections::btree_map::Entry::Vacant(free) = databases.entry(config.server(schema.name).direct()) {
            free.insert((name, engines.db(schema.name)?));
        }
    }
    let databases: Vec<(&'static str, Db)> = databases.into_values().collect();
    let figures = Figures::default();
    metrics.register(|registry| {
        let (lag, close, slots) = (figures.lag.clone(), figures.close.clone(), figures.slots.clone());
        registry.register("postgres_replica_lag_seconds", "How old what the replica shows may be", lag);
        registry.register("postgres_replica_up", "Whether the replica answers and follows", close);
        registry.register("postgres_slot_lag_bytes", "What the server keeps for the reader of a slot", slots);
    });
    tokio::spawn(async move {
        let measure = async {
            loop {
                // One that was dropped is not shown for ever.
                figures.slots.clear();
                for (name, db) in &databases {
                    if let Err(error) = figures.take(name, db).await {
                        tracing::debug!(%error, database = name, "figures of a database were not taken");
                    }
                }
                tokio::time::sleep(EVERY).await;
            }
        };
        tokio::select! {
            () = measure => {}
            () = async { while ready.changed().await.is_ok() {} } => {}
        }
    });
    Ok(())
}

impl Figures {
    async fn take(&self, database: &'static str, db: &Db) -> Result<(), DbError> {
        if let Some(lag) = db.replica_lag().await {
            let label = Database { database };
            self.close.get_or_create(&label).set(i64::from(lag.is_some()));
            if let Some(lag) = lag {
                self.lag.get_or_create(&label).set(lag.as_secs_f64());
            }
        }
        let slots: Vec<(String, i64)> = sqlx::query_as(
            "select slot_name::text, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)::bigint
             from pg_replication_slots where slot_type = 'logical' and database = current_database() limit $1",
        )
        .bind(SLOTS_MAX)
        .fetch_all(db.pool())
        .await?;
        for (slot, bytes) in slots {
            self.slots.get_or_create(&Slot { slot }).set(bytes);
        }
        Ok(())
    }
}
