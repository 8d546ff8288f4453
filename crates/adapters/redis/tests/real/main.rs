//! On a real Redis: `make test-engines`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod queues;
mod rates;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use svetu_embedded::MemoryCache;
use svetu_ports::{Cache, cache::contract};
use svetu_redis::{Redis, RedisCache, WithLocalCounters};
use svetu_testkit::{Engine, eventually};

const LONG: Duration = Duration::from_secs(60);
/// What a call may take, with what a busy machine adds.
const CALL_MAX: Duration = Duration::from_millis(900);

fn cache(engine: &Engine) -> Arc<RedisCache> {
    Arc::new(RedisCache::new(Arc::new(Redis::try_new(engine.url()).unwrap())))
}

fn one() -> Bytes {
    Bytes::from_static(b"1")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_the_contract() {
    let engine = Engine::start("redis");
    contract::all(cache(&engine)).await;
}

#[tokio::test]
async fn two_processes_share_it() {
    let engine = Engine::start("redis");
    let (here, there) = (cache(&engine), cache(&engine));
    here.set("shared", one(), LONG).await.unwrap();
    assert_eq!(there.get("shared").await.unwrap(), Some(one()));
    assert_eq!(here.increment("count", 2, LONG).await.unwrap(), 2);
    assert_eq!(there.increment("count", 3, LONG).await.unwrap(), 5);
    assert!(here.set_if_absent("claim", one(), LONG).await.unwrap());
    assert!(!there.set_if_absent("claim", one(), LONG).await.unwrap());
    // What was a value becomes a counter, as it does in memory.
    here.set("value", Bytes::from_static(b"no number"), LONG).await.unwrap();
    assert_eq!(there.increment("value", 4, LONG).await.unwrap(), 4);
}

#[tokio::test]
async fn a_restart_is_survived_without_a_new_connection_of_ours() {
    let mut engine = Engine::start("redis");
    let cache = cache(&engine);
    cache.set("before", one(), LONG).await.unwrap();
    engine.restart();
    eventually("it answers again", || async { cache.get("before").await.is_ok() }).await;
    // The append-only file was on.
    assert_eq!(cache.get("before").await.unwrap(), Some(one()));
    engine.kill();
    engine.up();
    eventually("it answers again", || async { cache.set("after", one(), LONG).await.is_ok() }).await;
}

#[tokio::test]
async fn one_that_is_full_forgets_and_goes_on() {
    let engine = Engine::start("redis");
    let cache = cache(&engine);
    let large = Bytes::from(vec![7; 1024 * 1024]);
    // Its bound is 64 MB.
    for n in 0..100 {
        cache.set(&format!("full:{n}"), large.clone(), LONG).await.unwrap();
    }
    let mut held = 0;
    for n in 0..100 {
        held += usize::from(cache.get(&format!("full:{n}")).await.unwrap().is_some());
    }
    assert!((10..100).contains(&held), "{held} of 100 are held");
    assert!(cache.get("full:99").await.unwrap().is_some(), "the newest stays");
}

/// How many of `calls` calls, which all fail, asked the engine: the others were turned away.
async fn asked(cache: &dyn Cache, calls: u32) -> usize {
    let mut asked = 0;
    for _ in 0..calls {
        let error = cache.get("any").await.unwrap_err().to_string();
        asked += usize::from(!error.contains("left alone"));
    }
    asked
}

#[tokio::test]
async fn one_that_does_not_answer_costs_half_a_second_three_times() {
    let engine = Engine::start("redis");
    let cache = cache(&engine);
    cache.set("before", one(), LONG).await.unwrap();
    engine.freeze();
    let asked = asked(&*cache, 20).await;
    assert!((3..=6).contains(&asked), "{asked} of 20 waited for it");
    engine.thaw();
    eventually("it answers again", || async { cache.get("before").await.is_ok_and(|value| value.is_some()) }).await;
}

#[tokio::test]
async fn limits_hold_in_this_process_while_it_is_gone() {
    let mut engine = Engine::start("redis");
    let shared = cache(&engine);
    let cache = WithLocalCounters::new(shared, Arc::new(MemoryCache::new(1024 * 1024)));
    assert_eq!(cache.increment("limit", 1, LONG).await.unwrap(), 1);
    engine.kill();
    let began = Instant::now();
    let mut counts = Vec::new();
    for _ in 0..20 {
        counts.push(cache.increment("limit", 1, LONG).await.unwrap());
    }
    assert_eq!(counts, (1..=20).collect::<Vec<i64>>(), "nobody is let in beyond a limit of this process");
    assert!(cache.set_if_absent("claim", one(), LONG).await.unwrap());
    assert!(!cache.set_if_absent("claim", one(), LONG).await.unwrap());
    assert!(began.elapsed() < CALL_MAX * 4, "{:?}", began.elapsed());
    assert!(cache.get("limit").await.is_err(), "a value is not known and not made up");
    engine.up();
    eventually("it counts together again", || async { cache.increment("limit", 1, LONG).await.unwrap() == 2 }).await;
}

#[tokio::test]
async fn a_platform_starts_before_its_cache() {
    let mut engine = Engine::start("redis");
    engine.kill();
    let cache = cache(&engine);
    assert!(cache.set("early", one(), LONG).await.is_err());
    engine.up();
    eventually("it is found", || async { cache.set("early", one(), LONG).await.is_ok() }).await;
    assert!(Redis::try_new("redis:").is_err());
}
