//! Values that may be lost at any moment.

pub mod contract;
mod rate;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use svetu_kernel::Timestamp;

pub use rate::{Rate, Taken};

pub const KEY_BYTES_MAX: usize = 256;
pub const VALUE_BYTES_MAX: usize = 1024 * 1024;

#[derive(Debug, thiserror::Error)]
#[error("the cache cannot be reached: {0}")]
pub struct CacheError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// # Errors
/// When the key is too long.
pub fn check_key(key: &str) -> Result<(), CacheError> {
    if key.len() > KEY_BYTES_MAX {
        return Err(CacheError(format!("a key has at most {KEY_BYTES_MAX} bytes").into()));
    }
    Ok(())
}

/// # Errors
/// When the value is too large.
pub fn check_value(value: &[u8]) -> Result<(), CacheError> {
    if value.len() > VALUE_BYTES_MAX {
        return Err(CacheError(format!("a value has at most {VALUE_BYTES_MAX} bytes").into()));
    }
    Ok(())
}

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
