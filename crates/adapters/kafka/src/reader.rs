//! The thread of a member that speaks with Kafka. It reads on while a batch is being handled, so that a slow handler loses no
//! partition, and hands out one batch at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use rdkafka::{
    ClientConfig, ClientContext, Offset, TopicPartitionList,
    consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext, Rebalance},
    error::{KafkaError, KafkaResult},
    message::{BorrowedMessage, Message as _},
};
use svetu_ports::{
    ConsumerGroup,
    bus::{Stop, is_stopped},
};
use tokio::sync::mpsc;

use crate::{
    desk::{Desk, Item},
    flight::{Flight, Landing, Place},
    member::Batch,
    record::{self, Incoming},
    seal::Seal,
    shelf::Letter,
};

/// How long a batch at work may hold up its partition's move to another member, and our end.
const LANDING_MAX: Duration = Duration::from_secs(8);
const IDLE: Duration = Duration::from_millis(50);
/// While a batch is at work Kafka is looked at so often.
const LOOK: Duration = Duration::from_millis(5);
/// What is only passed over is told to the group so often.
const COMMIT: Duration = Duration::from_millis(200);
/// And all of it so often: the client tells nobody of a position that the group did not take, as while it was being sorted. It calls
/// back for automatic commits alone (rdkafka 0.39: `offset_commit_cb` is not set; the log says COMMITFAIL).
const AGAIN: Duration = Duration::from_secs(5);
const TRIES_MAX: u32 = 5;
const TRY: Duration = Duration::from_millis(100);
const MESSAGES_A_TURN_MAX: usize = 256;

/// Hears of partitions that come and go, inside a poll.
struct Ears {
    flight: Arc<Flight>,
    /// Positions of our partitions as they were last told.
    done: Mutex<BTreeMap<Place, i64>>,
    revoked: Mutex<Vec<Place>>,
}

impl ClientContext for Ears {}

impl ConsumerContext for Ears {
    /// The next owner begins at what is committed: a batch at work is waited for, so that it is not handled twice.
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(list) = rebalance else { return };
        // The client would keep one paused that comes back, whoever has read it meanwhile.
        if let Err(error) = consumer.resume(list) {
            tracing::warn!(%error, "partitions that go could not be resumed");
        }
        let places: Vec<Place> =
            list.elements().iter().map(|element| (element.topic().to_owned(), element.partition())).collect();
        let mut done = self.done.lock();
        if self.flight.place().is_some_and(|place| places.contains(&place))
            && let Some(landing) = self.flight.take(LANDING_MAX)
        {
            done.insert(landing.place, landing.position);
        }
        // What was told without waiting may not have been taken while the group was being sorted.
        commit_surely(consumer, done.iter().filter(|(place, _)| places.contains(place)));
        done.retain(|place, _| !places.contains(place));
        self.revoked.lock().extend(places);
    }
}

/// While a group is being sorted it takes no positions; that is over soon.
fn commit_surely<'a>(consumer: &BaseConsumer<Ears>, positions: impl Iterator<Item = (&'a Place, &'a i64)> + Clone) {
    for _ in 0..TRIES_MAX {
        let Err(error) = commit(consumer, positions.clone().map(|(place, at)| (place, *at)), CommitMode::Sync) else {
            return;
        };
        tracing::debug!(%error, "what was handled was not taken by the group yet");
        thread::sleep(TRY);
    }
    tracing::warn!("what was handled could not be told to the group; some of it comes again");
}

fn commit<'a>(
    consumer: &BaseConsumer<Ears>,
    positions: impl IntoIterator<Item = (&'a Place, i64)>,
    mode: CommitMode,
) -> KafkaResult<()> {
    let mut list = TopicPartitionList::new();
    for ((topic, partition), position) in positions {
        list.add_partition_offset(topic, *partition, Offset::Offset(position))?;
    }
    if list.count() == 0 { Ok(()) } else { consumer.commit(&list, mode) }
}

pub(crate) struct Reader {
    consumer: BaseConsumer<Ears>,
    desks: BTreeMap<Place, Desk>,
    flight: Arc<Flight>,
    batches: mpsc::Sender<Batch>,
    stop: Stop,
    group: &'static str,
    kinds: Vec<&'static str>,
    batch_max: usize,
    shelf_topic: String,
    seal: Seal,
    /// Whose turn it was: the others come before it again.
    last: Option<Place>,
    committed_at: Instant,
    told_again_at: Instant,
}

impl Reader {
    pub fn new(
        config: &ClientConfig,
        group: &ConsumerGroup,
        shelf_topic: String,
        seal: Seal,
        flight: Arc<Flight>,
        batches: mpsc::Sender<Batch>,
        stop: Stop,
    ) -> KafkaResult<Self> {
        let ears = Ears { flight: Arc::clone(&flight), done: Mutex::default(), revoked: Mutex::default() };
        Ok(Self {
            consumer: config.create_with_context(ears)?,
            desks: BTreeMap::new(),
            flight,
            batches,
            stop,
            group: group.name,
            kinds: group.kinds.clone(),
            batch_max: group.batch_max,
            shelf_topic,
            seal,
            last: None,
            committed_at: Instant::now(),
            told_again_at: Instant::now(),
        })
    }

    /// Leaves the group when it ends, so that the others need not wait for its silence.
    pub fn run(mut self, topics: &BTreeSet<String>) -> KafkaResult<()> {
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        self.consumer.subscribe(&topics)?;
        while !self.is_over() {
            self.read()?;
            let landed = self.flight.take(LOOK);
            let settled = landed.is_some();
            if let Some(landing) = landed {
                self.settle(&landing);
            }
            if self.flight.is_idle() {
                self.launch();
            }
            if settled || self.committed_at.elapsed() > COMMIT {
                self.commit();
            }
        }
        if let Some(landing) = self.flight.take(LANDING_MAX) {
            self.settle(&landing);
        }
        let done: BTreeMap<Place, i64> =
            self.desks.iter().map(|(place, desk)| (place.clone(), desk.position())).collect();
        commit_surely(&self.consumer, done.iter());
        // Leaving revokes what is left: nothing older may be told then.
        self.consumer.context().done.lock().clear();
        Ok(())
    }

    fn is_over(&self) -> bool {
        is_stopped(&self.stop) || self.batches.is_closed()
    }

    /// What is there, and what came and went of partitions meanwhile.
    fn read(&mut self) -> KafkaResult<()> {
        let now = Instant::now();
        let mut wait = if self.flight.is_idle() {
            self.desks.values().filter_map(|desk| desk.wait(now)).min().unwrap_or(IDLE).min(IDLE)
        } else {
            Duration::ZERO
        };
        for _ in 0..MESSAGES_A_TURN_MAX {
            let message = self.consumer.poll(wait);
            wait = Duration::ZERO;
            for place in std::mem::take(&mut *self.consumer.context().revoked.lock()) {
                self.desks.remove(&place);
            }
            match message {
                None => break,
                Some(Ok(message)) => {
                    let place = (message.topic().to_owned(), message.partition());
                    let item = self.item(&message);
                    let desk =
                        self.desks.entry(place).or_insert_with(|| Desk::beginning_at(message.offset(), Instant::now()));
                    desk.put(message.offset(), message.payload_len() + message.key_len(), item);
                    if desk.is_full(self.batch_max) && !desk.is_paused {
                        desk.is_paused = true;
                        let mut list = TopicPartitionList::new();
                        list.add_partition(message.topic(), message.partition());
                        self.consumer.pause(&list)?;
                    }
                }
                Some(Err(error @ (KafkaError::MessageConsumptionFatal(_) | KafkaError::ClientCreation(_)))) => {
                    return Err(error);
                }
                // A broker is away, a topic not known everywhere yet: the client goes on by itself.
                Some(Err(error)) => tracing::debug!(%error, "Kafka is not heard"),
            }
        }
        Ok(())
    }

    /// None: it is not for us.
    fn item(&self, message: &BorrowedMessage<'_>) -> Option<Item> {
        if message.topic() == self.shelf_topic {
            let letter = Letter::read(message, &self.seal)?;
            return (letter.replaying && letter.group == self.group).then_some(Item::Letter(letter));
        }
        let kind = record::header(message, "ce_type");
        if kind.is_some_and(|kind| !self.kinds.contains(&kind)) {
            return None;
        }
        let Some(Incoming { event, is_ours }) = record::read(message, &self.seal) else {
            let (topic, partition, offset) = (message.topic(), message.partition(), message.offset());
            tracing::error!(topic, partition, offset, "a record that is no event is passed over");
            return None;
        };
        Some(if is_ours { Item::Event(event) } else { Item::Foreign(event) })
    }

    fn launch(&mut self) {
        let now = Instant::now();
        let is_ready = |(_, desk): &(&Place, &Desk)| desk.is_ready(now);
        let after =
            self.last.as_ref().and_then(|last| self.desks.iter().filter(|(place, _)| *place > last).find(is_ready));
        let Some(place) = after.or_else(|| self.desks.iter().find(is_ready)).map(|(place, _)| place.clone()) else {
            return;
        };
        let Some(desk) = self.desks.get_mut(&place) else { return };
        let (work, after) = desk.next(self.batch_max);
        let batch = Batch { place: place.clone(), work, after, position: desk.position(), attempts: desk.attempts };
        self.flight.start(place.clone());
        desk.is_flying = true;
        self.last = Some(place);
        if self.batches.try_send(batch).is_err() {
            // The task that handles is gone; `is_over` sees it too.
            tracing::debug!("nobody handles any more");
        }
    }

    /// A partition that went and came back meanwhile has a desk that knows nothing of this batch.
    fn settle(&mut self, landing: &Landing) {
        let Some(desk) = self.desks.get_mut(&landing.place).filter(|desk| desk.is_flying) else { return };
        desk.is_flying = false;
        desk.done(landing.done);
        desk.attempts = landing.attempts;
        desk.ready_at = Instant::now() + landing.wait.unwrap_or_default();
        if desk.is_paused && desk.has_room(self.batch_max) {
            desk.is_paused = false;
            let mut list = TopicPartitionList::new();
            list.add_partition(&landing.place.0, landing.place.1);
            if let Err(error) = self.consumer.resume(&list) {
                tracing::warn!(%error, "a partition could not be resumed");
                desk.is_paused = true;
            }
        }
    }

    /// Without waiting.
    fn commit(&mut self) {
        let ears = Arc::clone(self.consumer.context());
        if self.told_again_at.elapsed() > AGAIN {
            self.told_again_at = Instant::now();
            for desk in self.desks.values_mut() {
                desk.committed = -1;
            }
        }
        self.committed_at = Instant::now();
        let moved: Vec<(&Place, i64)> = self
            .desks
            .iter()
            .filter(|(_, desk)| desk.position() > desk.committed)
            .map(|(place, desk)| (place, desk.position()))
            .collect();
        ears.done.lock().extend(moved.iter().map(|(place, position)| ((*place).clone(), *position)));
        match commit(&self.consumer, moved, CommitMode::Async) {
            Ok(()) => {
                for desk in self.desks.values_mut() {
                    desk.committed = desk.position();
                }
            }
            Err(error) => tracing::debug!(%error, "positions were not told to the group"),
        }
    }
}
