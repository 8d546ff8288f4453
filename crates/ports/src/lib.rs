//! What the platform asks of engines. Each port has one contract suite, run on every adapter.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod authorizer;
pub mod breaker;
pub mod bus;
pub mod cache;
pub mod idempotency;
pub mod mailer;
pub mod meter;
pub mod objects;
pub mod queue;
pub mod seal;
pub mod search_index;
pub mod secrets;
pub mod sms;
pub mod token;
pub mod trace;

pub use authorizer::{Authorizer, Decision, Resource};
pub use breaker::{Breaker, Leave};
pub use bus::{Bus, BusError, ConsumerGroup, DeadLetter, Event, Handler, HandlerError, Retry};
pub use cache::{Cache, CacheError, Rate, Taken};
pub use idempotency::{IdempotencyError, IdempotencyState, IdempotencyStore, StoredReply};
pub use mailer::{Mail, MailError, Mailer};
pub use queue::{Message, Queue, QueueError};
pub use search_index::{SearchIndex, SearchIndexError};
pub use secrets::{Secret, SecretError, Secrets};
pub use sms::{Sms, SmsError, SmsSender};
