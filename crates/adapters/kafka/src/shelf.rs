//! Dead letters: a compacted topic of one partition. A letter is a key; its last record tells how it stands, none of it is left
//! when it was handled. Asking for a replay is such a record too, which the members of the letter's group wait for: it is
//! taken off the shelf and handed out by one write.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
    message::{BorrowedMessage, Message as _, OwnedHeaders},
};
use serde::{Deserialize, Serialize};
use svetu_kernel::{SharedClock, Timestamp};
use svetu_ports::{BusError, DeadLetter, Event, HandlerError};
use uuid::Uuid;

use crate::{
    address::{Address, CALL_MAX},
    bus::unavailable,
    outgoing::{Producer, Record},
    seal::Seal,
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
    pub fn read(message: &BorrowedMessage<'_>, seal: &Seal) -> Option<Self> {
        Said::read(message, seal)?.letter
    }
}

/// What a record of ours says: how a letter stands, or that it is handled.
struct Said {
    key: String,
    letter: Option<Letter>,
}

impl Said {
    /// None: somebody else wrote it.
    fn read(message: &BorrowedMessage<'_>, seal: &Seal) -> Option<Self> {
        let key = std::str::from_utf8(message.key()?).ok()?;
        if !seal.is_on(message, &sealed(key, message.payload())) {
            return None;
        }
        let letter = message.payload().and_then(|payload| serde_json::from_slice::<Letter>(payload).ok());
        let letter = letter.map(|letter| Letter { id: Some(letter.id_at(message.offset())), ..letter });
        Some(Self { key: key.to_owned(), letter })
    }
}

fn sealed<'a>(key: &'a str, payload: Option<&'a [u8]>) -> [&'a [u8]; 4] {
    let state: &[u8] = if payload.is_some() { b"stands" } else { b"handled" };
    [b"letter", state, key.as_bytes(), payload.unwrap_or_default()]
}

pub(crate) struct Shelf {
    address: Address,
    topics: Arc<Topics>,
    producer: Arc<Producer>,
    seal: Seal,
    clock: SharedClock,
}

impl Shelf {
    pub fn new(address: Address, topics: Arc<Topics>, producer: Arc<Producer>, seal: Seal, clock: SharedClock) -> Self {
        Self { address, topics, producer, seal, clock }
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
        let headers = self.seal.put(OwnedHeaders::new(), &sealed(&key, payload.as_deref()));
        self.producer.send(vec![Record { topic, key, headers, payload }]).await
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
                    Some(Ok(message)) => match Said::read(&message, &self.seal) {
                        Some(Said { key, letter: Some(letter) }) => drop(letters.insert(key, letter)),
                        Some(Said { key, letter: None }) => drop(letters.remove(&key)),
                        None => {}
                    },
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
