use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use redis::{
    Client, FromRedisValue, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use svetu_kernel::Timestamp;
use svetu_ports::{Breaker, Cache, CacheError, Rate, Taken, meter::Lookups};

const KEY_BYTES_MAX: usize = 256;
const VALUE_BYTES_MAX: usize = 1024 * 1024;
/// Keeps our keys apart from those of others on the same server.
const PREFIX: &str = "svetu:";
/// A cache that takes longer is none.
const CALL_MAX: Duration = Duration::from_millis(500);
/// Between two tries of a server that is away.
const REST: Duration = Duration::from_secs(1);
/// Commands on their way at once; the rest waits within its time.
const CONCURRENT_MAX: usize = 1_024;
/// A counter lives from its first increment; what was no number is begun anew.
const INCREMENT: &str = "
local value = redis.pcall('INCRBY', KEYS[1], ARGV[1])
if type(value) == 'table' then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return tonumber(ARGV[1])
end
if redis.call('PTTL', KEYS[1]) < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return value";
/// As [`Rate::take`], in one step for everybody. Numbers of Lua hold 53 bits, which times in µs need until 2255; written out, since
/// Lua itself writes 14 digits. What was no number is begun anew.
const TAKE: &str = "
local now, cell, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.pcall('GET', KEYS[1])
local arrival = math.max(type(kept) == 'string' and tonumber(kept) or now, now)
local next = arrival + cell
if next > now + window then
    return {0, arrival}
end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', math.ceil((next - now) / 1000)))
return {1, next}";

#[derive(Debug, thiserror::Error)]
#[error("expected redis://user:password@host:port/database, or rediss:// for TLS: {0}")]
pub struct RedisUrlError(#[source] redis::RedisError);

/// Every call ends within half a second; one that fails is not tried again, since it may have had its effect.
pub struct RedisCache {
    connection: ConnectionManager,
    increment: Script,
    take: Script,
    breaker: Breaker,
    lookups: Arc<Lookups>,
}

impl RedisCache {
    /// Connects with the first call: a platform starts without its cache. Asks for a running Tokio.
    pub fn try_new(url: &str) -> Result<Self, RedisUrlError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CALL_MAX))
            .set_response_timeout(Some(CALL_MAX))
            .set_number_of_retries(1)
            .set_concurrency_limit(CONCURRENT_MAX);
        let client = Client::open(url).map_err(RedisUrlError)?;
        let connection = ConnectionManager::new_lazy_with_config(client, config).map_err(RedisUrlError)?;
        Ok(Self {
            connection,
            increment: Script::new(INCREMENT),
            take: Script::new(TAKE),
            breaker: Breaker::new("redis", REST),
            lookups: Lookups::of("redis"),
        })
    }

    async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, CacheError> {
        let mut connection = self.connection.clone();
        self.bounded(command.query_async(&mut connection)).await
    }

    async fn bounded<T>(&self, work: impl Future<Output = RedisResult<T>>) -> Result<T, CacheError> {
        if self.breaker.leave(Instant::now()).is_none() {
            return Err(CacheError("Redis did not answer several times and is left alone for a second".into()));
        }
        let result = match tokio::time::timeout(CALL_MAX, work).await {
            Ok(result) => result.map_err(|error| CacheError(Box::new(error))),
            Err(_) => Err(CacheError(format!("Redis did not answer within {} ms", CALL_MAX.as_millis()).into())),
        };
        match &result {
            Ok(_) => {
                if self.breaker.succeeded() {
                    tracing::info!("Redis answers again");
                }
            }
            Err(error) => {
                if self.breaker.failed(Instant::now()) {
                    tracing::warn!(%error, "Redis is away; the platform goes on without it");
                }
            }
        }
        result
    }
}

fn key_of(key: &str) -> Result<String, CacheError> {
    if key.len() > KEY_BYTES_MAX {
        return Err(CacheError(format!("a key has at most {KEY_BYTES_MAX} bytes").into()));
    }
    Ok(format!("{PREFIX}{key}"))
}

fn value_of(value: &Bytes) -> Result<&[u8], CacheError> {
    if value.len() > VALUE_BYTES_MAX {
        return Err(CacheError(format!("a value has at most {VALUE_BYTES_MAX} bytes").into()));
    }
    Ok(value)
}

/// Redis knows no life of less than a millisecond.
fn millis(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).clamp(1, 1 << 52)
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        let value: Option<Vec<u8>> = self.ask(redis::cmd("GET").arg(key_of(key)?)).await?;
        self.lookups.note(value.is_some());
        Ok(value.map(Bytes::from))
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        self.ask(redis::cmd("SET").arg(key_of(key)?).arg(value_of(&value)?).arg("PX").arg(millis(ttl))).await
    }

    async fn set_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError> {
        let mut command = redis::cmd("SET");
        command.arg(key_of(key)?).arg(value_of(&value)?).arg("NX").arg("PX").arg(millis(ttl));
        let set: Option<String> = self.ask(&command).await?;
        self.lookups.note(set.is_none());
        Ok(set.is_some())
    }

    async fn increment(&self, key: &str, by: i64, ttl: Duration) -> Result<i64, CacheError> {
        let mut connection = self.connection.clone();
        let mut call = self.increment.key(key_of(key)?);
        self.bounded(call.arg(by).arg(millis(ttl)).invoke_async(&mut connection)).await
    }

    async fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Taken, CacheError> {
        let mut connection = self.connection.clone();
        let mut call = self.take.key(key_of(key)?);
        call.arg(now.timestamp_micros()).arg(rate.cell_us()).arg(rate.window_us());
        let (allowed, arrival_us): (bool, i64) = self.bounded(call.invoke_async(&mut connection)).await?;
        Ok(Taken { allowed, arrival_us })
    }

    async fn remove(&self, key: &str) -> Result<(), CacheError> {
        // Freed by a thread of its own: a large value stops nobody.
        self.ask::<u64>(redis::cmd("UNLINK").arg(key_of(key)?)).await.map(drop)
    }
}
