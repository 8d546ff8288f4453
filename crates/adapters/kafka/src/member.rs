//! A member of a group: a task that handles, beside a thread that reads.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rdkafka::ClientConfig;
use svetu_ports::{
    BusError, ConsumerGroup, Event, HandlerError,
    bus::{Fate, Stop, deliver},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    address::Address,
    bus::{SYSTEM, unavailable},
    desk::Work,
    flight::{Flight, Landing, Place},
    reader::Reader,
    seal::Seal,
    shelf::{Letter, Shelf},
};

/// What goes to the handler.
pub(crate) struct Batch {
    pub place: Place,
    pub work: Work,
    /// The position when the first is done with, the second, and so on.
    pub after: Vec<i64>,
    /// Everything before it is done with already.
    pub position: i64,
    pub attempts: u32,
}

pub(crate) struct Member {
    config: ClientConfig,
    group: ConsumerGroup,
    shelf: Arc<Shelf>,
    shelf_topic: String,
    seal: Seal,
    /// Some event waits for what is away: it is told once.
    is_waiting: AtomicBool,
}

impl Member {
    pub fn new(address: &Address, group: ConsumerGroup, shelf: Arc<Shelf>, shelf_topic: String, seal: Seal) -> Self {
        let mut config = address.client();
        config
            .set("group.id", address.group(group.name))
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", "10000")
            .set("heartbeat.interval.ms", "1000")
            .set("fetch.wait.max.ms", "250")
            .set("fetch.error.backoff.ms", "100")
            // A full queue is filled again as soon as there is room; else a backlog is read in steps of a second.
            .set("fetch.queue.backoff.ms", "20")
            // Before anything is paused; each partition has a bound of its own besides.
            .set("queued.min.messages", "1000")
            .set("queued.max.messages.kbytes", "4096");
        Self { config, group, shelf, shelf_topic, seal, is_waiting: AtomicBool::new(false) }
    }

    /// Until it is stopped, or its client cannot go on.
    pub async fn live(&self, topics: &BTreeSet<String>, stop: Stop) -> Result<(), BusError> {
        let (batches, mut incoming) = mpsc::channel(1);
        let (ended, end) = oneshot::channel();
        let flight = Arc::new(Flight::default());
        let (shelf, seal) = (self.shelf_topic.clone(), self.seal.clone());
        let reader = Reader::new(&self.config, &self.group, shelf, seal, Arc::clone(&flight), batches, stop)
            .map_err(unavailable)?;
        let topics = topics.clone();
        let span = tracing::Span::current();
        thread::Builder::new()
            .name(format!("kafka {}", self.group.name))
            .spawn(move || {
                let _span = span.entered();
                // Nobody listens any more when the task was aborted.
                let _ = ended.send(reader.run(&topics));
            })
            .map_err(unavailable)?;
        while let Some(batch) = incoming.recv().await {
            flight.land(self.handle(batch).await);
        }
        end.await.map_err(unavailable)?.map_err(unavailable)
    }

    async fn handle(&self, batch: Batch) -> Landing {
        let mut landing =
            Landing { place: batch.place, done: 0, position: batch.position, attempts: batch.attempts, wait: None };
        let again = match &batch.work {
            Work::Letter(letter) => self.hand_out_again(letter).await,
            Work::Foreign(event) => self.lay_aside(event).await,
            Work::Events(events) => self.hand_on(events, &mut landing).await,
        };
        match again {
            None => landing.attempts = 0,
            Some(wait) => landing.wait = Some(wait),
        }
        if let (Work::Letter(_) | Work::Foreign(_), None) = (&batch.work, again) {
            landing.done = 1;
        }
        if let Some(position) = landing.done.checked_sub(1).and_then(|last| batch.after.get(last)) {
            landing.position = *position;
        }
        landing
    }

    /// Answers how long the first that is not done has to wait; none when what was met is done with.
    async fn hand_on(&self, events: &[Event], landing: &mut Landing) -> Option<Duration> {
        let Err((index, error)) = deliver(SYSTEM, &self.group, events).await else {
            if self.is_waiting.swap(false, Ordering::Relaxed) {
                tracing::info!("what was away is back");
            }
            landing.done = events.len();
            return None;
        };
        let index = index.min(events.len().saturating_sub(1));
        let event = events.get(index)?;
        let before = if index == 0 { landing.attempts } else { 0 };
        landing.done = index;
        let attempts = match self.group.retry.fate(before, &error) {
            Fate::Again { attempts, wait } => {
                if !matches!(error, HandlerError::Unavailable(_)) {
                    tracing::warn!(event.id = %event.id, event.kind = %event.kind, attempts, %error, "an event will be tried again");
                } else if !self.is_waiting.swap(true, Ordering::Relaxed) {
                    tracing::warn!(event.id = %event.id, event.kind = %event.kind, %error, "events wait for what is away");
                }
                landing.attempts = attempts;
                return Some(wait);
            }
            Fate::Shelved { attempts } => attempts,
        };
        landing.attempts = attempts;
        tracing::error!(event.id = %event.id, event.kind = %event.kind, attempts, %error, "an event goes to the dead letters");
        if let Err(error) = self.shelf.put(self.group.name, event, &error, attempts).await {
            tracing::warn!(%error, "a dead letter could not be written; its event will be tried again");
            return Some(self.group.retry.wait(attempts));
        }
        landing.done = index + 1;
        None
    }

    /// Nothing comes of it, and nothing is lost: it may be ours, of a process with other secrets.
    async fn lay_aside(&self, event: &Event) -> Option<Duration> {
        tracing::error!(event.id = %event.id, event.kind = %event.kind, "an event without our seal goes to the dead letters");
        let why = HandlerError::Poison(
            "it has no seal of this platform: it was written by somebody else, or with other secrets".to_owned(),
        );
        match self.shelf.put(self.group.name, event, &why, 0).await {
            Ok(()) => None,
            Err(error) => {
                tracing::warn!(%error, "a dead letter could not be written; it will be tried again");
                Some(self.group.retry.wait(1))
            }
        }
    }

    /// Once: what fails again is a letter again.
    async fn hand_out_again(&self, letter: &Letter) -> Option<Duration> {
        let written = match deliver(SYSTEM, &self.group, std::slice::from_ref(&letter.event)).await {
            Ok(()) => self.shelf.forget(letter).await,
            Err((_, error)) => {
                tracing::warn!(letter = letter.key, %error, "a replayed event failed again");
                self.shelf.put_back(letter, &error).await
            }
        };
        match written {
            Ok(()) => None,
            Err(error) => {
                tracing::warn!(%error, "what became of a replayed event could not be written; it will be tried again");
                Some(self.group.retry.wait(1))
            }
        }
    }
}
