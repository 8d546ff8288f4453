//! Light queues: work between processes that may be lost and is still worth handing over. What must not be lost is an event
//! ([`Bus`](crate::Bus)) or a job of the database.

pub mod contract;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

/// Names are at most this long.
pub const NAME_BYTES_MAX: usize = 64;
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// A queue holds no more messages: the oldest make room.
pub const MESSAGES_MAX: usize = 10_000;
/// In one call of [`Queue::put`] or [`Queue::take`].
pub const CALL_MESSAGES_MAX: usize = 1_000;
/// A message that was handed out so often and never done is dropped.
pub const DELIVERIES_MAX: u32 = 5;

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("the queue cannot be reached: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A bound of this module was not kept.
    #[error("{0}")]
    Refused(&'static str),
}

/// What was handed out; its id is the engine's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    pub body: Bytes,
}

/// Each message goes to one taker, oldest first, and to another one when the first did not say in time that it is done: at least once
/// while the engine keeps it, and an engine may lose all of it at any moment.
#[async_trait]
pub trait Queue: Send + Sync + 'static {
    /// All at the end of the queue. One that is refused or too many refuse the call, and nothing is put.
    async fn put(&self, queue: &str, bodies: &[Bytes]) -> Result<(), QueueError>;
    /// The oldest that nobody has; never waits for one. They come again after `lease`, which is the same in every call for a queue.
    async fn take(&self, queue: &str, messages_max: usize, lease: Duration) -> Result<Vec<Message>, QueueError>;
    /// Ids that are not known any more change nothing.
    async fn done(&self, queue: &str, ids: &[String]) -> Result<(), QueueError>;
}

/// # Errors
/// When a bound is not kept.
pub fn check(queue: &str, messages: usize) -> Result<(), QueueError> {
    if queue.is_empty() || queue.len() > NAME_BYTES_MAX {
        return Err(QueueError::Refused("a queue's name has 1 to 64 bytes"));
    }
    if messages > CALL_MESSAGES_MAX {
        return Err(QueueError::Refused("a call carries at most 1,000 messages"));
    }
    Ok(())
}

/// # Errors
/// When a bound is not kept.
pub fn check_bodies(queue: &str, bodies: &[Bytes]) -> Result<(), QueueError> {
    check(queue, bodies.len())?;
    if bodies.iter().any(|body| body.len() > MESSAGE_BYTES_MAX) {
        return Err(QueueError::Refused("a message has at most 64 KiB"));
    }
    Ok(())
}
