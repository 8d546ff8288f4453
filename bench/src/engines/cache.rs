//! [`MemoryCache`] against Redis.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use bytes::Bytes;
use svetu_embedded::MemoryCache;
use svetu_ports::Cache;
use svetu_redis::{Redis, RedisCache};

use super::{Both, BothLaps, SIDES, a_second, megabytes, memory, real, real::Real, row};
use crate::{
    pace::{at_once, order},
    report::Section,
};

const KEYS: usize = 10_000;
const VALUE_BYTES: usize = 1_024;
/// As `cargo xtask engines` bounds Redis.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
const TTL: Duration = Duration::from_secs(600);
/// At once, and calls of each.
const LOADS: [(usize, usize); 2] = [(1, 20_000), (32, 5_000)];
const CALLS: [&str; 3] = ["get", "put", "limit"];

fn open(place: &str, is_real: bool) -> Result<Arc<dyn Cache>> {
    Ok(if is_real {
        Arc::new(RedisCache::new(Arc::new(Redis::try_new(place)?)))
    } else {
        Arc::new(MemoryCache::new(BYTES_MAX))
    })
}

pub async fn compare(xtask: &Path, repeats: usize) -> Result<Section> {
    let redis = Real::start(xtask, "redis")?;
    let sides = [open("", false)?, open(redis.url(), true)?];
    for side in &sides {
        fill(&**side).await?;
    }
    let mut rows = Vec::new();
    for (concurrent, each) in LOADS {
        let mut laps: [BothLaps; 3] = Default::default();
        for repeat in 0..repeats {
            for (call, laps) in laps.iter_mut().enumerate() {
                for side in order(SIDES.len(), repeat) {
                    let cache = Arc::clone(&sides[side]);
                    let work = move |at: usize| {
                        let cache = Arc::clone(&cache);
                        async move { ask(&*cache, call, at).await }
                    };
                    laps.push(side, at_once(concurrent, each, work).await?);
                }
            }
        }
        for (call, laps) in CALLS.iter().zip(&laps) {
            rows.push(laps.row(format!("cache: {call}, 1 KiB, {concurrent} at once"), Some(&a_second)));
        }
    }
    let mut ours = Both::default();
    for side in 0..SIDES.len() {
        ours.push(side, memory::grown_mb("cache", redis.url(), side).await?);
    }
    rows.push(ours.row(format!("cache: memory of our process for {KEYS} values"), megabytes));
    rows.push(row("cache: memory of the engine", "–".to_owned(), megabytes(redis.memory_mb()?), f64::NAN));
    let asked = "Cache::get, Cache::set and Cache::increment: MemoryCache (moka) · RedisCache (GET, SET PX, a script of INCRBY and PEXPIRE; \
                 appendonly yes, fsync each second)";
    Ok(Section { rows, commands: vec![("Cache".to_owned(), asked.to_owned())] })
}

fn key(at: usize) -> String {
    // Neighbours in time are not neighbours in the table.
    format!("bench:{}", (at * 7_919) % KEYS)
}

fn value(at: usize) -> Bytes {
    vec![u8::try_from(at % 251).unwrap_or(0); VALUE_BYTES].into()
}

async fn fill(cache: &dyn Cache) -> Result<()> {
    for at in 0..KEYS {
        cache.set(&format!("bench:{at}"), value(at), TTL).await?;
    }
    Ok(())
}

async fn ask(cache: &dyn Cache, call: usize, at: usize) -> Result<()> {
    match call {
        0 => ensure!(cache.get(&key(at)).await?.is_some_and(|value| value.len() == VALUE_BYTES), "a value is lost"),
        1 => cache.set(&key(at), value(at), TTL).await?,
        _ => ensure!(cache.increment(&format!("bench:limit:{}", at % 1_000), 1, TTL).await? > 0, "a count is lost"),
    }
    Ok(())
}

pub async fn grow(work: &memory::Work) -> Result<f64> {
    let before = real::own_mb()?;
    let cache = open(work.place(), work.is_real())?;
    fill(&*cache).await?;
    memory::since(before)
}
