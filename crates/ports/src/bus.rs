//! What services tell each other: CloudEvents 1.0, at least once, in order by key.

pub mod contract;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_kernel::{EventId, Timestamp};

use crate::trace::{Kind, Several, TraceContext};

/// Turns true, or loses its sender, when work should end.
pub type Stop = tokio::sync::watch::Receiver<bool>;

/// Waits for the end that `stop` announces.
pub async fn stopped(stop: &mut Stop) {
    // An error is a sender that is gone: the same as true.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Whether it has come; a sender that is gone says the same as true.
pub fn is_stopped(stop: &Stop) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Bytes of an event as JSON that every bus must carry.
pub const EVENT_BYTES_MAX: usize = 900 * 1024;

/// A CloudEvent (specification 1.0.2). `kind` is its `type`: `rs.svetu.<service>.<thing>.<past tense>.v1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub id: EventId,
    pub kind: String,
    /// The service's name: `listings`.
    pub source: String,
    /// What it is about, as its outside id: `listing_01j…`.
    pub subject: String,
    pub time: Timestamp,
    /// Events of one key are delivered in the order in which their transactions committed.
    pub key: String,
    /// W3C trace context of the request that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    pub data: Value,
}

impl Event {
    /// The span that wrote it.
    pub fn cause(&self) -> Option<TraceContext> {
        self.traceparent.as_deref().and_then(TraceContext::parse)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum BusError {
    #[error("the bus cannot be reached: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the group {0} has a running member")]
    GroupRunning(String),
    #[error("no such dead letter")]
    NoSuchDeadLetter,
    #[error("the event has {bytes} bytes, at most {bytes_max} are carried")]
    TooLarge { bytes: usize, bytes_max: usize },
}

/// How a handler ended when it did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// Worth another try: a lock, a lost connection.
    #[error("transient: {0}")]
    Transient(String),
    /// What it needs is away: the event and those after it wait until that is back, however long; no attempt is counted.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// No retry will help: straight to the dead letters.
    #[error("poison: {0}")]
    Poison(String),
}

impl HandlerError {
    /// Of a known set, for spans.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Transient(_) => "transient",
            Self::Unavailable(_) => "unavailable",
            Self::Poison(_) => "poison",
        }
    }
}

/// Reacts to events. Must expect replays: effects are made once by an inbox row or by a version.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// A batch of at most [`ConsumerGroup::batch_max`] events of one partition, in order.
    ///
    /// On an error the events from its index on are delivered again (or shelved): those before count as done.
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)>;
}

#[derive(Debug, Clone)]
pub struct Retry {
    pub attempts_max: u32,
    pub backoff: Duration,
    pub backoff_max: Duration,
    /// What is away is asked again so often.
    pub away: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts_max: 8,
            backoff: Duration::from_millis(100),
            backoff_max: Duration::from_secs(30),
            away: Duration::from_secs(1),
        }
    }
}

impl Retry {
    /// After so many attempts: twice as long with every one.
    pub fn wait(&self, attempts: u32) -> Duration {
        let doublings = attempts.clamp(1, 20) - 1;
        self.backoff.saturating_mul(1 << doublings).min(self.backoff_max)
    }

    /// Of an event that failed after so many attempts before; of others `attempts_before` is 0.
    pub fn fate(&self, attempts_before: u32, error: &HandlerError) -> Fate {
        let attempts = attempts_before.saturating_add(1);
        match error {
            HandlerError::Unavailable(_) => Fate::Again { attempts: attempts_before, wait: self.away },
            HandlerError::Transient(_) if attempts < self.attempts_max => {
                Fate::Again { attempts, wait: self.wait(attempts) }
            }
            HandlerError::Transient(_) | HandlerError::Poison(_) => Fate::Shelved { attempts },
        }
    }
}

/// What becomes of an event that was not handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is delivered again after the wait; so many attempts count until then.
    Again { attempts: u32, wait: Duration },
    /// It goes to the dead letters.
    Shelved { attempts: u32 },
}

/// Consumers of one name share the work; each group sees every event.
#[derive(Clone)]
pub struct ConsumerGroup {
    /// `<service>.<what for>`: `search.index`.
    pub name: &'static str,
    /// Exact kinds of events. Others are passed over.
    pub kinds: Vec<&'static str>,
    pub batch_max: usize,
    pub retry: Retry,
    pub handler: Arc<dyn Handler>,
}

/// For adapters. A panic of a handler is a failure of its first event. What it does belongs to a trace that caused it, and is shown
/// in each of those that are recorded.
///
/// `system`: [`Bus::system`].
pub async fn deliver(
    system: &'static str,
    group: &ConsumerGroup,
    events: &[Event],
) -> Result<(), (usize, HandlerError)> {
    let mut span = Several::begin("process events", Kind::Consumer, events.iter().filter_map(Event::cause));
    if let Some(first) = events.first().filter(|_| span.is_recorded()) {
        span.set("messaging.system", system);
        span.set("messaging.operation.name", "process");
        span.set("messaging.operation.type", "process");
        span.set("messaging.destination.name", first.source.clone());
        span.set("messaging.consumer.group.name", group.name);
        span.set("messaging.batch.message_count", events.len());
    }
    let work = AssertUnwindSafe(async { group.handler.handle(events).await }).catch_unwind();
    let result = span.around(work).await;
    let result = result.unwrap_or_else(|_| Err((0, HandlerError::Transient("the handler panicked".to_owned()))));
    if let Err((_, error)) = &result {
        span.failed(error.kind());
    }
    result
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadLetter {
    pub id: i64,
    pub group: String,
    pub event: Event,
    pub reason: String,
    pub attempts: u32,
    pub shelved_at: Timestamp,
}

#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// As OpenTelemetry calls it: `kafka`.
    fn system(&self) -> &'static str;

    /// Appends in this order; when it returns the events are durable. An id that is already there is not appended again.
    async fn publish(&self, events: &[Event]) -> Result<(), BusError>;

    /// Runs a member of the group until it is stopped (spawn it): lost connections and failing handlers do not end it. It stops when `stop` is cancelled (the sender dropped or set to true).
    async fn consume(&self, group: ConsumerGroup, stop: tokio::sync::watch::Receiver<bool>) -> Result<(), BusError>;

    /// Opaque position of the end of the log: a rebuild notes it before it reads the owner's snapshot.
    async fn end(&self) -> Result<String, BusError>;

    /// Moves a group to a position of [`Bus::end`]; the group must have no running member.
    async fn seek(&self, group: &str, position: &str) -> Result<(), BusError>;

    /// Events that the group has not yet handled; `None` of a group that never began, of which nobody knows what it wants.
    async fn lag(&self, group: &str) -> Result<Option<u64>, BusError>;

    /// Oldest first, after the id.
    async fn dead_letters(&self, group: Option<&str>, after: i64, limit: u32) -> Result<Vec<DeadLetter>, BusError>;

    /// Delivers it to its group once more and takes it off the shelf.
    async fn replay(&self, dead_letter: i64) -> Result<(), BusError>;
}
