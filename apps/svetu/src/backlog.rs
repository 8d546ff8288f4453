//! Figures of what waits: events for the relay and for consumers, timers for their turn. Asked now and then, not with every scrape.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
};
use svetu_db::{Db, DbError, jobs, outbox};
use svetu_http::HttpMetrics;
use svetu_kernel::SharedClock;
use svetu_ports::{
    Bus, ConsumerGroup,
    bus::{Stop, stopped},
};

const EVERY: Duration = Duration::from_secs(10);
/// A bus that is away is not waited for: what is known of it grows old.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// After one that took longer: counting a long way must not be what makes it longer.
const REST: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Schema {
    schema: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Group {
    group: &'static str,
}

#[derive(Default)]
pub struct Backlog {
    schemas: Vec<(Db, Arc<AtomicBool>)>,
    groups: Vec<&'static str>,
    figures: Figures,
}

#[derive(Default)]
struct Figures {
    waiting: Family<Schema, Gauge>,
    age: Family<Schema, Gauge<f64, AtomicU64>>,
    leads: Family<Schema, Gauge>,
    due: Family<Schema, Gauge>,
    shelved: Family<Schema, Gauge>,
    lag: Family<Group, Gauge>,
}

impl Backlog {
    pub fn add(&mut self, db: &Db, leads: Arc<AtomicBool>, consumers: &[ConsumerGroup]) {
        self.schemas.push((db.clone(), leads));
        self.groups.extend(consumers.iter().map(|group| group.name));
    }

    pub fn register(&self, metrics: &HttpMetrics) {
        let Figures { waiting, age, leads, due, shelved, lag } = &self.figures;
        metrics.register(|registry| {
            registry.register("outbox_waiting", "Events that the bus has not yet, up to 10000", waiting.clone());
            registry.register("outbox_oldest_age_seconds", "How long the oldest of them waits", age.clone());
            registry.register("relay_leads", "Whether this process takes a schema's events to the bus", leads.clone());
            registry.register("jobs_due", "Timers whose time has come, up to 10000", due.clone());
            registry.register("jobs_shelved", "Timers that used up their attempts, up to 10000", shelved.clone());
            registry.register("bus_group_lag", "Events that a group has not yet handled", lag.clone());
        });
    }

    pub async fn watch(self, bus: Arc<dyn Bus>, clock: SharedClock, mut stop: Stop) {
        let work = async {
            loop {
                let in_time = self.look(&bus, &clock).await;
                tokio::time::sleep(if in_time { EVERY } else { REST }).await;
            }
        };
        tokio::select! {
            () = work => {}
            () = stopped(&mut stop) => {}
        }
    }

    /// Answers whether the bus did so in time.
    async fn look(&self, bus: &Arc<dyn Bus>, clock: &SharedClock) -> bool {
        let mut in_time = true;
        for &group in &self.groups {
            match tokio::time::timeout(ANSWER_MAX, bus.lag(group)).await {
                Ok(Ok(lag)) => {
                    let lag = i64::try_from(lag.unwrap_or(0)).unwrap_or(i64::MAX);
                    self.figures.lag.get_or_create(&Group { group }).set(lag);
                }
                Ok(Err(error)) => tracing::debug!(%error, group, "the lag of a group was not told"),
                Err(_) => {
                    in_time = false;
                    tracing::debug!(group, "the lag of a group was not told in time");
                }
            }
        }
        for (db, leads) in &self.schemas {
            let schema = Schema { schema: db.schema() };
            if let Err(error) = self.figures.take(db, &schema, clock).await {
                tracing::debug!(%error, schema = schema.schema, "figures of a schema were not taken");
            }
            self.figures.leads.get_or_create(&schema).set(leads.load(Ordering::Relaxed).into());
        }
        in_time
    }
}

impl Figures {
    async fn take(&self, db: &Db, schema: &Schema, clock: &SharedClock) -> Result<(), DbError> {
        let now = clock.now();
        let outbox::Backlog { waiting, oldest } = outbox::backlog(db).await?;
        let age = oldest.and_then(|oldest| (now - oldest).to_std().ok()).unwrap_or_default();
        self.waiting.get_or_create(schema).set(waiting.into());
        self.age.get_or_create(schema).set(age.as_secs_f64());
        let (due, shelved) = jobs::backlog(db, now).await?;
        self.due.get_or_create(schema).set(due.into());
        self.shelved.get_or_create(schema).set(shelved.into());
        Ok(())
    }
}
