//! Positions of groups, asked and moved from outside. Every call here blocks.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    thread,
    time::Duration,
};

use parking_lot::Mutex;
use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer as _},
    error::KafkaError,
    types::RDKafkaErrorCode,
};
use svetu_ports::BusError;

use crate::{
    address::{Address, CALL_MAX},
    bus::unavailable,
    topics::Topics,
};

/// A member that has just left may be listed for a moment.
const LEAVING: Duration = Duration::from_millis(100);
const LEAVING_ROUNDS: u32 = 10;

pub(crate) struct Groups {
    address: Address,
    topics: Arc<Topics>,
    /// Clients that never join.
    clients: Mutex<BTreeMap<String, Arc<BaseConsumer>>>,
    /// What groups of this process read, so that what they have not begun counts too.
    reads: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

impl Groups {
    pub fn new(address: Address, topics: Arc<Topics>) -> Self {
        Self { address, topics, clients: Mutex::default(), reads: Mutex::default() }
    }

    pub fn reads(&self, group: &str, topics: BTreeSet<String>) {
        self.reads.lock().insert(group.to_owned(), topics);
    }

    fn client(&self, group: &str) -> Result<Arc<BaseConsumer>, KafkaError> {
        let mut clients = self.clients.lock();
        if let Some(client) = clients.get(group) {
            return Ok(Arc::clone(client));
        }
        let mut config = self.address.client();
        config.set("group.id", self.address.group(group)).set("enable.auto.commit", "false");
        let client: Arc<BaseConsumer> = Arc::new(config.create()?);
        clients.insert(group.to_owned(), Arc::clone(&client));
        Ok(client)
    }

    /// The ends of all topics of events.
    pub fn end(&self) -> Result<BTreeMap<String, Vec<i64>>, KafkaError> {
        let client = self.client("end")?;
        let mut ends = BTreeMap::new();
        for (topic, partitions) in self.topics.of_events(&client)? {
            let of_topic = (0..partitions)
                .map(|partition| client.fetch_watermarks(&topic, partition, CALL_MAX).map(|(_, high)| high))
                .collect::<Result<_, _>>()?;
            ends.insert(topic, of_topic);
        }
        Ok(ends)
    }

    pub fn lag(&self, group: &str) -> Result<Option<u64>, KafkaError> {
        let client = self.client(group)?;
        let mut asked = TopicPartitionList::new();
        for (topic, partitions) in self.topics.of_events(&client)? {
            asked.add_partition_range(&topic, 0, partitions - 1);
        }
        let committed = client.committed_offsets(asked, CALL_MAX)?;
        let mut reads = self.reads.lock().get(group).cloned().unwrap_or_default();
        let elements = committed.elements();
        let begun = elements.iter().filter(|element| matches!(element.offset(), Offset::Offset(_)));
        reads.extend(begun.map(|element| element.topic().to_owned()));
        if reads.is_empty() {
            return Ok(None);
        }
        let mut lag = 0;
        for element in elements.iter().filter(|element| reads.contains(element.topic())) {
            let (low, high) = client.fetch_watermarks(element.topic(), element.partition(), CALL_MAX)?;
            let position = match element.offset() {
                // What retention took away is no longer waited for.
                Offset::Offset(offset) => offset.max(low),
                _ => low,
            };
            lag += u64::try_from(high - position).unwrap_or(0);
        }
        Ok(Some(lag))
    }

    /// Topics that the position does not know came after it: they are read from their beginning.
    pub fn seek(&self, group: &str, position: &BTreeMap<String, Vec<i64>>) -> Result<(), BusError> {
        let client = self.client(group).map_err(unavailable)?;
        self.is_at_rest(group, &client)?;
        let mut wanted = TopicPartitionList::new();
        for (topic, partitions) in self.topics.of_events(&client).map_err(unavailable)? {
            let known = position.get(&topic);
            for partition in 0..partitions {
                let index = usize::try_from(partition).unwrap_or_default();
                let offset = known.and_then(|known| known.get(index)).copied().unwrap_or(0);
                wanted.add_partition_offset(&topic, partition, Offset::Offset(offset)).map_err(unavailable)?;
            }
        }
        if wanted.count() == 0 {
            return Ok(());
        }
        match client.commit(&wanted, CommitMode::Sync) {
            Err(KafkaError::ConsumerCommit(
                RDKafkaErrorCode::UnknownMemberId | RDKafkaErrorCode::IllegalGeneration,
            )) => Err(BusError::GroupRunning(group.to_owned())),
            other => other.map_err(unavailable),
        }
    }

    fn is_at_rest(&self, group: &str, client: &BaseConsumer) -> Result<(), BusError> {
        let name = self.address.group(group);
        for _ in 0..LEAVING_ROUNDS {
            let list = client.fetch_group_list(Some(&name), CALL_MAX).map_err(unavailable)?;
            if list.groups().iter().all(|found| found.name() != name || found.members().is_empty()) {
                return Ok(());
            }
            thread::sleep(LEAVING);
        }
        Err(BusError::GroupRunning(group.to_owned()))
    }
}
