use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use redis::{FromRedisValue, Script};
use svetu_kernel::Timestamp;
use svetu_ports::{
    Cache, CacheError, Rate, Taken,
    cache::{check_key, check_value},
    meter::Lookups,
};

use crate::Redis;

/// Keeps our keys apart from those of others on the same server.
const PREFIX: &str = "svetu:";
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
/// Lua itself writes 14 digits. What was no number is begun anew, and so is a time that none of ours
/// can have written.
const TAKE: &str = "
local now, cell, window, latest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = redis.pcall('GET', KEYS[1])
local arrival = type(kept) == 'string' and tonumber(kept) or now
if not (arrival >= now and arrival <= latest) then
    arrival = now
end
local next = arrival + cell
if next > now + window then
    return {0, arrival}
end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', string.format('%.0f', math.ceil((next - now) / 1000)))
return {1, next}";

/// Values, counters and rates that all processes share.
pub struct RedisCache {
    redis: Arc<Redis>,
    increment: Script,
    take: Script,
    lookups: Arc<Lookups>,
}

impl RedisCache {
    pub fn new(redis: Arc<Redis>) -> Self {
        Self { redis, increment: Script::new(INCREMENT), take: Script::new(TAKE), lookups: Lookups::of("redis") }
    }

    async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, CacheError> {
        self.redis.ask(command).await.map_err(CacheError)
    }
}

fn key_of(key: &str) -> Result<String, CacheError> {
    check_key(key)?;
    Ok(format!("{PREFIX}{key}"))
}

fn value_of(value: &Bytes) -> Result<&[u8], CacheError> {
    check_value(value)?;
    Ok(value)
}

/// Redis knows no life of less than a millisecond.
pub fn millis(ttl: Duration) -> u64 {
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
        let mut call = self.increment.key(key_of(key)?);
        self.redis.run(call.arg(by).arg(millis(ttl))).await.map_err(CacheError)
    }

    async fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Taken, CacheError> {
        let mut call = self.take.key(key_of(key)?);
        call.arg(now.timestamp_micros()).arg(rate.cell_us()).arg(rate.window_us()).arg(rate.latest_us(now));
        let (allowed, arrival_us): (bool, i64) = self.redis.run(&call).await.map_err(CacheError)?;
        Ok(Taken { allowed, arrival_us })
    }

    async fn remove(&self, key: &str) -> Result<(), CacheError> {
        // Freed by a thread of its own: a large value stops nobody.
        self.ask::<u64>(redis::cmd("UNLINK").arg(key_of(key)?)).await.map(drop)
    }
}
