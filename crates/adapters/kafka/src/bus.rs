use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use svetu_kernel::SharedClock;
use svetu_ports::{
    Bus, BusError, ConsumerGroup, DeadLetter, Event,
    bus::{Stop, is_stopped, stopped},
};
use tracing::Instrument as _;

use crate::{
    address::{Address, KafkaUrlError},
    groups::Groups,
    member::Member,
    outgoing::{Producer, Record},
    record,
    seal::Seal,
    shelf::Shelf,
    topics::Topics,
};

pub(crate) const SYSTEM: &str = "kafka";
const BACKOFF: Duration = Duration::from_millis(200);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// Events of a service are one topic, cut into partitions by key. An id may be appended again when a publisher repeats itself:
/// members know the last thousands of each partition and hand none of them out twice.
pub struct KafkaBus {
    address: Address,
    topics: Arc<Topics>,
    producer: Arc<Producer>,
    groups: Arc<Groups>,
    shelf: Arc<Shelf>,
    seal: Seal,
}

pub(crate) fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BusError {
    BusError::Unavailable(error.into())
}

/// Why there is no bus.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    #[error(transparent)]
    Url(#[from] KafkaUrlError),
    #[error(transparent)]
    Client(#[from] rdkafka::error::KafkaError),
}

impl KafkaBus {
    /// `kafka://host:port,host:port?prefix=svetu&partitions=8&replication=3`. Connects by itself; a cluster that is away is waited for.
    /// `secret`: the same in all processes of the platform. What was written under another one is not handled.
    ///
    /// # Errors
    /// When the URL is none of Kafka, or the client cannot be made.
    pub fn try_new(url: &str, secret: &[u8], clock: SharedClock) -> Result<Self, KafkaError> {
        let address = Address::parse(url)?;
        let topics = Arc::new(Topics::new(address.clone())?);
        let producer = Arc::new(Producer::new(address.clone())?);
        let groups = Arc::new(Groups::new(address.clone(), Arc::clone(&topics)));
        let seal = Seal::new(secret);
        let shelf =
            Arc::new(Shelf::new(address.clone(), Arc::clone(&topics), Arc::clone(&producer), seal.clone(), clock));
        Ok(Self { address, topics, producer, groups, shelf, seal })
    }

    /// Work on the group's positions, off the threads that serve.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Groups) -> Result<T, BusError> + Send + 'static,
    ) -> Result<T, BusError> {
        let groups = Arc::clone(&self.groups);
        tokio::task::spawn_blocking(move || work(&groups)).await.map_err(unavailable)?
    }
}

#[async_trait]
impl Bus for KafkaBus {
    fn system(&self) -> &'static str {
        SYSTEM
    }

    async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        let mut records = Vec::with_capacity(events.len());
        for event in events {
            let record::Outgoing { headers, payload } = record::of(event, &self.seal)?;
            let topic = self.topics.of(&event.kind);
            records.push(Record { topic, key: event.key.clone(), headers, payload: Some(payload) });
        }
        let topics: BTreeSet<String> = records.iter().map(|record| record.topic.clone()).collect();
        self.topics.ensure(&topics).await?;
        self.producer.send(records).await
    }

    async fn consume(&self, group: ConsumerGroup, mut stop: Stop) -> Result<(), BusError> {
        let span = tracing::info_span!("consumer", group = group.name);
        let events: BTreeSet<String> = group.kinds.iter().map(|kind| self.topics.of(kind)).collect();
        self.groups.reads(group.name, events.clone());
        let mut topics = events;
        topics.insert(self.topics.shelf());
        let work = async {
            let mut backoff = BACKOFF;
            while !is_stopped(&stop) {
                let (shelf, topic) = (Arc::clone(&self.shelf), self.topics.shelf());
                let member = Member::new(&self.address, group.clone(), shelf, topic, self.seal.clone());
                let life = async {
                    self.topics.ensure(&topics).await?;
                    member.live(&topics, stop.clone()).await
                };
                match life.await {
                    Ok(()) => break,
                    Err(error) => tracing::warn!(%error, "a consumer lost the bus and tries again"),
                }
                tokio::select! {
                    () = stopped(&mut stop) => break,
                    () = tokio::time::sleep(backoff) => {}
                }
                backoff = (backoff * 2).min(BACKOFF_MAX);
            }
        };
        work.instrument(span).await;
        Ok(())
    }

    async fn end(&self) -> Result<String, BusError> {
        let ends = self.blocking(|groups| groups.end().map_err(unavailable)).await?;
        serde_json::to_string(&ends).map_err(unavailable)
    }

    async fn seek(&self, group: &str, position: &str) -> Result<(), BusError> {
        let position: BTreeMap<String, Vec<i64>> = serde_json::from_str(position)
            .map_err(|_| BusError::Unavailable(format!("{position:?} is not a position of this bus").into()))?;
        let group = group.to_owned();
        self.blocking(move |groups| groups.seek(&group, &position)).await
    }

    async fn lag(&self, group: &str) -> Result<Option<u64>, BusError> {
        let group = group.to_owned();
        self.blocking(move |groups| groups.lag(&group).map_err(unavailable)).await
    }

    async fn dead_letters(&self, group: Option<&str>, after: i64, limit: u32) -> Result<Vec<DeadLetter>, BusError> {
        Arc::clone(&self.shelf).list(group, after, limit).await
    }

    async fn replay(&self, dead_letter: i64) -> Result<(), BusError> {
        Arc::clone(&self.shelf).replay(dead_letter).await
    }
}
