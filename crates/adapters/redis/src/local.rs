use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use svetu_kernel::Timestamp;
use svetu_ports::{Cache, CacheError, Rate, Taken};

/// Counters, rates and claims go on in this process while the shared cache is away: a limit then holds for each process instead of for
/// all of them, and never for nobody. Values are not kept here: an old one must not come back.
pub struct WithLocalCounters {
    shared: Arc<dyn Cache>,
    local: Arc<dyn Cache>,
}

impl WithLocalCounters {
    pub fn new(shared: Arc<dyn Cache>, local: Arc<dyn Cache>) -> Self {
        Self { shared, local }
    }
}

#[async_trait]
impl Cache for WithLocalCounters {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.shared.get(key).await
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        self.shared.set(key, value, ttl).await
    }

    async fn set_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError> {
        match self.shared.set_if_absent(key, value.clone(), ttl).await {
            Ok(first) => Ok(first),
            Err(_) => self.local.set_if_absent(key, value, ttl).await,
        }
    }

    async fn increment(&self, key: &str, by: i64, ttl: Duration) -> Result<i64, CacheError> {
        match self.shared.increment(key, by, ttl).await {
            Ok(count) => Ok(count),
            Err(_) => self.local.increment(key, by, ttl).await,
        }
    }

    async fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Taken, CacheError> {
        match self.shared.take(key, rate, now).await {
            Ok(taken) => Ok(taken),
            Err(_) => self.local.take(key, rate, now).await,
        }
    }

    async fn remove(&self, key: &str) -> Result<(), CacheError> {
        self.local.remove(key).await?;
        self.shared.remove(key).await
    }
}
