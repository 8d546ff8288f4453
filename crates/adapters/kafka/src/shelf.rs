//! Dead letters: a compacted topic of one partition. A letter is a key; its last record tells how it stands, none of it is left
//! when it was handled. Asking for a replay is such a record too, which the members of the letter's group wait for: it is
//! taken off the shelf and handed out by one write.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
    message::{Message as _, OwnedHeaders},
};
use serde::{Deserialize, Serialize};
use svetu_kernel::{SharedClock, Timestamp};
use svetu_ports::{BusError, DeadLetter, Event, HandlerError};
use uuid::Uuid;

use crate::{
    address::{Address, CALL_MAX},
    bus::unavailable,
    outgoing::{Producer, Record},
    topics::Topics,
};

/// How one letter stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Letter {
    /// Its number: the place of its first record, counted from one. That record cannot know it.
    id: Option<i64>,
    pub key: String,
    pub group: String,
    pub event: Event,
    reason: String,
    attempts: u32,
    shelved_at: Timestamp,
    pub replaying: bool,
}

impl Letter {
    fn id_at(&self, offset: i64) -> i64 {
        self.id.unwrap_or(offset + 1)
    }

    /// None: it was handled, or it is nothing of ours.
    pub fn read(payload: Option<&[u8]>, offset: i64) -> Option<Self> {
        let mut letter: Self = serde_json::from_slice(payload?).ok()?;
        letter.id = Some(letter.id_at(offset));
        Some(letter)
    }
}

pub(crate) struct Shelf {
    address: Address,
    topics: Arc<Topics>,
    producer: Arc<Producer>,
    clock: SharedClock,
}

impl Shelf {
    pub fn new(address: Address, topics: Arc<Topics>, producer: Arc<Producer>, clock: SharedClock) -> Self {
        Self { address, topics, producer, clock }
    }

    pub async fn put(&self, group: &str, event: &Event, error: &HandlerError, attempts: u32) -> Result<(), BusError> {
        self.write(Letter {
            id: None,
            key: Uuid::new_v4().to_string(),
            group: group.to_owned(),
            event: event.clone(),
            reason: error.to_string(),
            attempts,
            shelved_at: self.clock.now(),
            replaying: false,
        })
        .await
    }

    /// It was handed out again and failed again.
    pub async fn put_back(&self, letter: &Letter, error: &HandlerError) -> Result<(), BusError> {
        let attempts = letter.attempts.saturating_add(1);
        let (reason, shelved_at) = (error.to_string(), self.clock.now());
        self.write(Letter { attempts, reason, shelved_at, replaying: false, ..letter.clone() }).await
    }

    pub async fn forget(&self, letter: &Letter) -> Result<(), BusError> {
        self.send(letter.key.clone(), None).await
    }

    pub async fn replay(self: Arc<Self>, id: i64) -> Result<(), BusError> {
        let letter = Arc::clone(&self).all().await?.remove(&id).ok_or(BusError::NoSuchDeadLetter)?;
        self.write(Letter { replaying: true, ..letter }).await
    }

    pub async fn list(
        self: Arc<Self>,
        group: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, BusError> {
        let letters = self.all().await?.split_off(&after.saturating_add(1));
        Ok(letters
            .into_iter()
            .filter(|(_, letter)| !letter.replaying && group.is_none_or(|group| letter.group == group))
            .take(limit as usize)
            .map(|(id, letter)| DeadLetter {
                id,
                group: letter.group,
                event: letter.event,
                reason: letter.reason,
                attempts: letter.attempts,
                shelved_at: letter.shelved_at,
            })
            .collect())
    }

    async fn write(&self, letter: Letter) -> Result<(), BusError> {
        let payload = serde_json::to_vec(&letter).map_err(unavailable)?;
        self.send(letter.key, Some(payload)).await
    }

    async fn send(&self, key: String, payload: Option<Vec<u8>>) -> Result<(), BusError> {
        let topic = self.topics.shelf();
        self.topics.ensure(&[topic.clone()].into()).await?;
        self.producer.send(vec![Record { topic, key, headers: OwnedHeaders::new(), payload }]).await
    }

    /// By number. The topic is read whole: what was handled is compacted away.
    async fn all(self: Arc<Self>) -> Result<BTreeMap<i64, Letter>, BusError> {
        self.topics.ensure(&[self.topics.shelf()].into()).await?;
        tokio::task::spawn_blocking(move || self.read().map_err(unavailable)).await.map_err(unavailable)?
    }

    fn read(&self) -> Result<BTreeMap<i64, Letter>, KafkaError> {
        let topic = self.topics.shelf();
        // The group is only a name here: nothing is committed.
        let reader: BaseConsumer = self
            .address
            .client()
            .set("group.id", self.address.group("shelf"))
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "true")
            .create()?;
        let (low, high) = reader.fetch_watermarks(&topic, 0, CALL_MAX)?;
        let mut letters: BTreeMap<String, Letter> = BTreeMap::new();
        if low < high {
            let mut from = TopicPartitionList::new();
            from.add_partition_offset(&topic, 0, Offset::Offset(low))?;
            reader.assign(&from)?;
            let began = Instant::now();
            loop {
                match reader.poll(CALL_MAX.saturating_sub(began.elapsed())) {
                    Some(Ok(message)) => {
                        let key = String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned();
                        match Letter::read(message.payload(), message.offset()) {
                            Some(letter) => letters.insert(key, letter),
                            None => letters.remove(&key),
                        };
                    }
                    // The end of what there is, wherever compaction left holes.
                    Some(Err(KafkaError::PartitionEOF(_))) => break,
                    Some(Err(error)) => return Err(error),
                    None => return Err(KafkaError::Canceled),
                }
            }
        }
        Ok(letters.into_values().filter_map(|letter| Some((letter.id?, letter))).collect())
    }
}
