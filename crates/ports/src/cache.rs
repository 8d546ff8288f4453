//! Values that may be lost at any moment.

pub mod contract;
mod rate;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use svetu_kernel::Timestamp;

pub use rate::{Rate, Taken};

#[derive(Debug, thiserror::Error)]
#[error("the cache cannot be reached: {0}")]
pub struct CacheError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Keys are at most 256 bytes, values at most 1 MiB; a caller goes on without the cache when it fails.
#[async_trait]
pub trait Cache: Send + Sync + 'static {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError>;
    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError>;
    /// True when the key was absent and is now set: one of many callers wins.
    async fn set_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError>;
    /// Adds to a counter that lives `ttl` from its first increment, and answers the new value.
    async fn increment(&self, key: &str, by: i64, ttl: Duration) -> Result<i64, CacheError>;
    /// Takes one of the key's rate. The rate may change from call to call; one that is refused does not count, and a key at rest
    /// is kept no longer. The callers' clocks are believed: one that is ahead makes the others wait by so much.
    async fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Taken, CacheError>;
    async fn remove(&self, key: &str) -> Result<(), CacheError>;
}
