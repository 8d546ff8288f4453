//! What runs without being asked: relays, timers, consumers, the bus's own upkeep.

use std::{sync::Arc, time::Duration};

use svetu_db::{Db, JobKind, Relay, Worker, housekeeping};
use svetu_embedded::PostgresBus;
use svetu_http::HttpMetrics;
use svetu_kernel::SharedClock;
use svetu_ports::{Bus, ConsumerGroup};
use tokio::{sync::watch, task::JoinSet};

use crate::backlog::Backlog;

/// How long the batches that are at work may take when we end. What is not done by then comes again.
const END_MAX: Duration = Duration::from_secs(10);

/// What a service runs besides answering.
pub struct Part {
    pub db: Db,
    pub consumers: Vec<ConsumerGroup>,
    pub jobs: Vec<JobKind>,
}

pub struct Background {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Background {
    /// `own_bus`: one that lives in this process and wants upkeep.
    pub fn start(
        bus: &Arc<dyn Bus>,
        own_bus: Option<Arc<PostgresBus>>,
        clock: &SharedClock,
        parts: Vec<Part>,
        metrics: Option<&HttpMetrics>,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        if let Some(own) = own_bus {
            let stopped = stopped.clone();
            tasks.spawn(async move { own.maintain(stopped).await });
        }
        let mut backlog = Backlog::default();
        for Part { db, consumers, mut jobs } in parts {
            jobs.extend(housekeeping(&db, clock));
            let relay = Relay::new(db.clone(), Arc::clone(bus));
            backlog.add(&db, relay.leads(), &consumers);
            tasks.spawn(relay.run(stopped.clone()));
            tasks.spawn(Worker::new(db, Arc::clone(clock), jobs).run(stopped.clone()));
            for group in consumers {
                let (bus, stopped) = (Arc::clone(bus), stopped.clone());
                tasks.spawn(async move {
                    if let Err(error) = bus.consume(group, stopped).await {
                        tracing::error!(%error, "a consumer ended");
                    }
                });
            }
        }
        if let Some(metrics) = metrics {
            backlog.register(metrics);
            let (bus, clock) = (Arc::clone(bus), Arc::clone(clock));
            tasks.spawn(backlog.watch(bus, clock, stopped));
        }
        Self { tasks, stop }
    }

    /// Consumers end after their batch, so that nothing is handed out twice on the next start.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(END_MAX, all).await.is_err() {
            tracing::warn!("background work did not end in time and is cut off; it will be done again");
        }
    }
}
