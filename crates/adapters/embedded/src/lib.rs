//! The engines that one machine needs no server for beside PostgreSQL: the bus, the cache, light queues, a mail folder, a sealed file of secrets,
//! objects in a folder.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bus;
mod cache;
mod dev_mail;
mod mail;
mod objects;
mod queue;
mod secrets;

pub use bus::{BusOptions, PostgresBus, Tended};
pub use cache::MemoryCache;
pub use dev_mail::dev_mail_routes;
pub use mail::{FileOutbox, StoredMail};
pub use objects::local_objects;
pub use queue::MemoryQueue;
pub use secrets::SealedFile;

/// Of the schema `bus`.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!();
