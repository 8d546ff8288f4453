//! The [`Cache`](svetu_ports::Cache) on Redis 7, shared by all processes of a platform.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(feature = "engine")]
mod cache;
mod local;

#[cfg(feature = "engine")]
pub use cache::{RedisCache, RedisUrlError};
pub use local::WithLocalCounters;
