use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use moka::{Expiry, future::Cache as Moka, ops::compute::Op};
use svetu_kernel::Timestamp;
use svetu_ports::{
    Cache, CacheError, Rate, Taken,
    cache::{check_key, check_value},
    meter::Lookups,
};

/// What an entry costs beside its bytes.
const OVERHEAD_BYTES: usize = 128;

#[derive(Debug, Clone)]
enum Value {
    Bytes(Bytes),
    Count(i64),
    /// Of a rate: when the key is at rest.
    Arrival(i64),
}

#[derive(Debug, Clone)]
struct Entry {
    value: Value,
    ttl: Duration,
}

struct Ttl;

impl Expiry<String, Entry> for Ttl {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }

    fn expire_after_update(&self, _: &String, entry: &Entry, _: Instant, left: Option<Duration>) -> Option<Duration> {
        match entry.value {
            Value::Bytes(_) | Value::Arrival(_) => Some(entry.ttl),
            // A counter lives from its first increment.
            Value::Count(_) => left,
        }
    }
}

/// Values in this process, bounded by bytes: the least wanted go first.
#[derive(Debug, Clone)]
pub struct MemoryCache {
    entries: Moka<String, Entry>,
    lookups: Arc<Lookups>,
}

impl MemoryCache {
    pub fn new(bytes_max: u64) -> Self {
        let weigh = |key: &String, entry: &Entry| {
            let value = match &entry.value {
                Value::Bytes(bytes) => bytes.len(),
                Value::Count(_) | Value::Arrival(_) => 8,
            };
            u32::try_from(key.len() + value + OVERHEAD_BYTES).unwrap_or(u32::MAX)
        };
        let entries = Moka::builder().max_capacity(bytes_max).weigher(weigh).expire_after(Ttl).build();
        Self { entries, lookups: Lookups::of("memory") }
    }
}

fn key_of(key: &str) -> Result<String, CacheError> {
    check_key(key)?;
    Ok(key.to_owned())
}

fn entry_of(value: Bytes, ttl: Duration) -> Result<Entry, CacheError> {
    check_value(&value)?;
    Ok(Entry { value: Value::Bytes(value), ttl })
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        check_key(key)?;
        let found = self.entries.get(key).await;
        self.lookups.note(found.is_some());
        Ok(found.map(|entry| match entry.value {
            Value::Bytes(bytes) => bytes,
            Value::Count(number) | Value::Arrival(number) => Bytes::from(number.to_string()),
        }))
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        self.entries.insert(key_of(key)?, entry_of(value, ttl)?).await;
        Ok(())
    }

    async fn set_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError> {
        let entry = self.entries.entry(key_of(key)?).or_insert(entry_of(value, ttl)?).await;
        self.lookups.note(!entry.is_fresh());
        Ok(entry.is_fresh())
    }

    async fn increment(&self, key: &str, by: i64, ttl: Duration) -> Result<i64, CacheError> {
        let result = self
            .entries
            .entry(key_of(key)?)
            .and_compute_with(|old| {
                let before = old.map_or(0, |old| match old.into_value().value {
                    Value::Count(count) => count,
                    Value::Bytes(_) | Value::Arrival(_) => 0,
                });
                std::future::ready(Op::Put(Entry { value: Value::Count(before.saturating_add(by)), ttl }))
            })
            .await;
        Ok(result.into_entry().map_or(by, |entry| match entry.into_value().value {
            Value::Count(count) => count,
            Value::Bytes(_) | Value::Arrival(_) => by,
        }))
    }

    async fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Taken, CacheError> {
        let mut taken = rate.take(None, now);
        let one = |old: Option<moka::Entry<String, Entry>>| {
            let arrival_us = old.and_then(|old| match old.into_value().value {
                Value::Arrival(arrival_us) => Some(arrival_us),
                Value::Bytes(_) | Value::Count(_) => None,
            });
            taken = rate.take(arrival_us, now);
            let kept = Entry { value: Value::Arrival(taken.arrival_us), ttl: taken.rest(now) };
            std::future::ready(if taken.allowed { Op::Put(kept) } else { Op::Nop })
        };
        self.entries.entry(key_of(key)?).and_compute_with(one).await;
        Ok(taken)
    }

    async fn remove(&self, key: &str) -> Result<(), CacheError> {
        check_key(key)?;
        self.entries.invalidate(key).await;
        Ok(())
    }
}
