//! The [`Cache`](svetu_ports::Cache) on Redis 7, shared by all processes of a platform.
#![cfg(feature = "engine")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod breaker;
mod cache;
mod local;

pub use cache::{RedisCache, RedisUrlError};
pub use local::WithLocalCounters;
