//! Rates: one for all processes, one for each while Redis is away, none that is open or shut.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use svetu_embedded::MemoryCache;
use svetu_kernel::Timestamp;
use svetu_ports::{Cache, Rate, cache::contract};
use svetu_redis::WithLocalCounters;
use svetu_testkit::{Engine, eventually};

use crate::{CALL_MAX, LONG, cache, one};

fn at(s: i64) -> Timestamp {
    Timestamp::from_timestamp_secs(1_700_000_000 + s).unwrap()
}

/// As the platform has it.
fn process(engine: &Engine) -> WithLocalCounters {
    WithLocalCounters::new(cache(engine), Arc::new(MemoryCache::new(1024 * 1024)))
}

/// How many of `asked` are allowed.
async fn allowed(cache: &dyn Cache, key: &str, burst: u32, asked: u32) -> u32 {
    let mut allowed = 0;
    for _ in 0..asked {
        allowed += u32::from(cache.take(key, Rate::new(burst, LONG), at(0)).await.unwrap().allowed);
    }
    allowed
}

async fn raw<T: redis::FromRedisValue>(engine: &Engine, words: &[&str]) -> T {
    let client = redis::Client::open(engine.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.query_async(&mut connection).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_have_one_rate() {
    let engine = Engine::start("redis");
    let (here, there) = (Arc::new(process(&engine)), Arc::new(process(&engine)));
    contract::together(&*here, &*there).await;
    let mut tasks = Vec::new();
    for n in 0..100 {
        let process = Arc::clone(if n % 2 == 0 { &here } else { &there });
        tasks.push(tokio::spawn(async move { allowed(&*process, "crowd", 30, 1).await }));
    }
    let mut all = 0;
    for task in tasks {
        all += task.await.unwrap();
    }
    assert_eq!(all, 30);
    let left_ms: i64 = raw(&engine, &["PTTL", "svetu:crowd"]).await;
    assert!((50_000..=60_000).contains(&left_ms), "{left_ms} ms: no longer than the window");
}

#[tokio::test]
async fn scripts_that_are_forgotten_are_told_again() {
    let mut engine = Engine::start("redis");
    let cache = cache(&engine);
    assert_eq!(allowed(&*cache, "limit", 4, 1).await, 1);
    let _: String = raw(&engine, &["SCRIPT", "FLUSH"]).await;
    assert_eq!(allowed(&*cache, "limit", 4, 1).await, 1);
    engine.restart();
    eventually("it answers again", || async { cache.get("any").await.is_ok() }).await;
    // The append-only file was on: what was used is used, and the script is told to the new process.
    assert_eq!(allowed(&*cache, "limit", 4, 5).await, 2);
}

#[tokio::test]
async fn while_it_is_gone_each_process_has_the_rate() {
    let mut engine = Engine::start("redis");
    let (here, there) = (process(&engine), process(&engine));
    assert_eq!(allowed(&here, "limit", 5, 3).await + allowed(&there, "limit", 5, 3).await, 5);
    engine.kill();
    for process in [&here, &there] {
        let began = Instant::now();
        assert_eq!(allowed(process, "limit", 5, 20).await, 5, "not shut, and not open");
        assert!(began.elapsed() < CALL_MAX * 4, "{:?}", began.elapsed());
    }
    engine.up();
    eventually("it answers again", || async { here.get("any").await.is_ok() && there.get("any").await.is_ok() }).await;
    // A power cut may lose the last second of the append-only file, so a key of its own tells that they count together.
    assert_eq!(allowed(&here, "back", 5, 3).await + allowed(&there, "back", 5, 3).await, 5);
}

#[tokio::test]
async fn while_it_is_silent_nobody_waits_long() {
    let engine = Engine::start("redis");
    let process = process(&engine);
    assert_eq!(allowed(&process, "limit", 5, 1).await, 1);
    engine.freeze();
    let (mut count, mut times) = (0, Vec::new());
    for _ in 0..20 {
        let began = Instant::now();
        count += allowed(&process, "limit", 5, 1).await;
        times.push(began.elapsed());
    }
    engine.thaw();
    assert_eq!(count, 5);
    assert!(times.iter().all(|time| *time < CALL_MAX * 4), "{times:?}");
    let waited = times.iter().filter(|time| **time > CALL_MAX / 2).count();
    assert!((1..=4).contains(&waited), "the others are counted here at once: {times:?}");
    eventually("it answers again", || async { process.get("any").await.is_ok() }).await;
}

#[tokio::test]
async fn one_that_is_slow_counts_still() {
    let engine = Engine::start("redis");
    let (here, there) = (process(&engine), process(&engine));
    assert_eq!(allowed(&here, "limit", 2, 1).await + allowed(&there, "limit", 2, 1).await, 2);
    let _: String = raw(&engine, &["CLIENT", "PAUSE", "200", "ALL"]).await;
    let began = Instant::now();
    assert_eq!(allowed(&here, "limit", 2, 1).await, 0, "it was waited for: here alone one would be free");
    let took = began.elapsed();
    assert!(took > Duration::from_millis(100), "{took:?}");
}

#[tokio::test]
async fn what_was_something_else_is_begun_anew() {
    let engine = Engine::start("redis");
    let cache = cache(&engine);
    cache.set("text", one(), LONG).await.unwrap();
    cache.set("words", bytes::Bytes::from_static(b"no number"), LONG).await.unwrap();
    let _: i64 = raw(&engine, &["RPUSH", "svetu:list", "1"]).await;
    // Whoever may write there cannot shut anybody out for good.
    for (key, value) in [("svetu:far", "9e15"), ("svetu:nan", "nan"), ("svetu:inf", "inf")] {
        let _: String = raw(&engine, &["SET", key, value]).await;
    }
    for key in ["text", "words", "list", "far", "nan", "inf"] {
        assert_eq!(allowed(&*cache, key, 2, 3).await, 2, "{key}");
    }
}
