//! A topic for the events of each service, so that keys keep their order across its kinds of events; one for dead letters.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use parking_lot::Mutex;
use rdkafka::{
    ClientContext,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    client::DefaultClientContext,
    consumer::{BaseConsumer, Consumer, ConsumerContext},
    error::KafkaError,
    types::RDKafkaErrorCode,
};
use svetu_ports::BusError;

use crate::{
    address::{Address, CALL_MAX},
    bus::unavailable,
};

/// As long as the embedded log keeps events at most.
const EVENTS_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long members have to see that a letter was taken off the shelf.
const TOMBSTONES_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
const SHELF: &str = "dead-letters";

pub(crate) struct Topics {
    address: Address,
    admin: AdminClient<DefaultClientContext>,
    /// Those that are known to be there.
    known: Mutex<BTreeSet<String>>,
}

impl Topics {
    pub fn new(address: Address) -> Result<Self, KafkaError> {
        let admin = address.client().create()?;
        Ok(Self { address, admin, known: Mutex::default() })
    }

    /// Of the events of a kind: `rs.svetu.<service>.…`.
    pub fn of(&self, kind: &str) -> String {
        let service = kind.strip_prefix("rs.svetu.").and_then(|rest| rest.split('.').next());
        let service = service.filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        format!("{}.{}", self.address.prefix, service.unwrap_or("others"))
    }

    pub fn shelf(&self) -> String {
        format!("{}.{SHELF}", self.address.prefix)
    }

    /// Makes those that are not there.
    pub async fn ensure(&self, names: &BTreeSet<String>) -> Result<(), BusError> {
        let missing: Vec<String> = names.difference(&*self.known.lock()).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let kept = EVENTS_KEPT.as_millis().to_string();
        let tombstones = TOMBSTONES_KEPT.as_millis().to_string();
        // With three copies one broker may be away; two are then enough to acknowledge.
        let in_sync = if self.address.replication >= 3 { "2" } else { "1" };
        let shelf = self.shelf();
        let topics = missing.iter().map(|name| {
            let replication = TopicReplication::Fixed(self.address.replication);
            let topic = if *name == shelf {
                NewTopic::new(name, 1, replication)
                    .set("cleanup.policy", "compact")
                    .set("delete.retention.ms", &tombstones)
            } else {
                NewTopic::new(name, self.address.partitions, replication)
                    .set("cleanup.policy", "delete")
                    .set("retention.ms", &kept)
            };
            topic.set("min.insync.replicas", in_sync)
        });
        let topics: Vec<NewTopic<'_>> = topics.collect();
        let options = AdminOptions::new().request_timeout(Some(CALL_MAX)).operation_timeout(Some(CALL_MAX));
        for result in self.admin.create_topics(&topics, &options).await.map_err(unavailable)? {
            match result {
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((name, code)) => return Err(BusError::Unavailable(format!("topic {name}: {code}").into())),
            }
        }
        self.known.lock().extend(missing);
        Ok(())
    }

    /// All topics of events with their numbers of partitions. Blocks.
    pub fn of_events<C>(&self, client: &BaseConsumer<C>) -> Result<BTreeMap<String, i32>, KafkaError>
    where
        C: ClientContext + ConsumerContext,
    {
        let metadata = client.fetch_metadata(None, CALL_MAX)?;
        let (ours, shelf) = (format!("{}.", self.address.prefix), self.shelf());
        Ok(metadata
            .topics()
            .iter()
            .filter(|topic| topic.name().starts_with(&ours) && topic.name() != shelf)
            .map(|topic| (topic.name().to_owned(), i32::try_from(topic.partitions().len()).unwrap_or(i32::MAX)))
            .collect())
    }
}
