//! The ports [`Cache`](svetu_ports::Cache) and [`Queue`](svetu_ports::Queue) on Redis 7, shared by all processes of a platform.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(feature = "engine")]
mod cache;
#[cfg(feature = "engine")]
mod connection;
mod local;
#[cfg(feature = "engine")]
mod queue;

#[cfg(feature = "engine")]
pub use cache::RedisCache;
#[cfg(feature = "engine")]
pub use connection::{Redis, RedisUrlError};
pub use local::WithLocalCounters;
#[cfg(feature = "engine")]
pub use queue::RedisQueue;
