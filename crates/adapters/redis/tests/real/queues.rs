//! Light queues on a real Redis.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use svetu_ports::{Cache as _, Queue, QueueError, queue::contract};
use svetu_redis::{Redis, RedisCache, RedisQueue};
use svetu_testkit::{Engine, eventually};

const LEASE: Duration = Duration::from_secs(60);

fn queue(engine: &Engine) -> Arc<RedisQueue> {
    Arc::new(RedisQueue::new(Arc::new(Redis::try_new(engine.url()).unwrap())))
}

fn bodies(numbers: std::ops::Range<u32>) -> Vec<Bytes> {
    numbers.map(|number| Bytes::from(number.to_string())).collect()
}

async fn drained(queue: &dyn Queue, name: &str) -> Vec<Bytes> {
    let mut all = Vec::new();
    loop {
        let taken = queue.take(name, 100, LEASE).await.unwrap();
        if taken.is_empty() {
            return all;
        }
        let ids: Vec<String> = taken.iter().map(|message| message.id.clone()).collect();
        queue.done(name, &ids).await.unwrap();
        all.extend(taken.into_iter().map(|message| message.body));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_the_contract() {
    let engine = Engine::start("redis");
    contract::all(queue(&engine)).await;
}

#[tokio::test]
async fn what_one_process_puts_another_takes() {
    let engine = Engine::start("redis");
    let (here, there) = (queue(&engine), queue(&engine));
    here.put("shared", &bodies(0..3)).await.unwrap();
    let first = there.take("shared", 1, LEASE).await.unwrap();
    assert_eq!(first[0].body, "0");
    assert_eq!(drained(&*here, "shared").await, bodies(1..3));
    // Also the end of what another one took.
    here.done("shared", &[first[0].id.clone()]).await.unwrap();
    assert_eq!(drained(&*there, "shared").await, bodies(0..0));
}

#[tokio::test]
async fn a_restart_keeps_what_was_put_and_what_is_out() {
    let mut engine = Engine::start("redis");
    let queue = queue(&engine);
    queue.put("kept", &bodies(0..3)).await.unwrap();
    let out = queue.take("kept", 1, LEASE).await.unwrap();
    engine.restart();
    eventually("it answers again", || async { queue.put("kept", &bodies(3..4)).await.is_ok() }).await;
    let left = drained(&*queue, "kept").await;
    assert_eq!(left, bodies(1..4), "the one that is out is not handed out again before its time");
    queue.done("kept", &[out[0].id.clone()]).await.unwrap();
}

#[tokio::test]
async fn one_that_was_evicted_begins_anew() {
    let engine = Engine::start("redis");
    let redis = Arc::new(Redis::try_new(engine.url()).unwrap());
    let (queue, cache) = (RedisQueue::new(Arc::clone(&redis)), RedisCache::new(redis));
    queue.put("evicted", &bodies(0..3)).await.unwrap();
    let out = queue.take("evicted", 1, LEASE).await.unwrap();
    // Its bound is 64 MB, and what was not used for the longest goes first.
    let large = Bytes::from(vec![7; 1024 * 1024]);
    for n in 0..100 {
        cache.set(&format!("full:{n}"), large.clone(), LEASE).await.unwrap();
    }
    assert_eq!(drained(&queue, "evicted").await, bodies(0..0));
    queue.done("evicted", &[out[0].id.clone()]).await.unwrap();
    queue.put("evicted", &bodies(3..5)).await.unwrap();
    assert_eq!(drained(&queue, "evicted").await, bodies(3..5));
}

#[tokio::test]
async fn one_that_is_gone_is_unavailable_and_found_again() {
    let mut engine = Engine::start("redis");
    let queue = queue(&engine);
    engine.kill();
    for _ in 0..5 {
        assert!(matches!(queue.put("gone", &bodies(0..1)).await, Err(QueueError::Unavailable(_))));
        assert!(matches!(queue.take("gone", 1, LEASE).await, Err(QueueError::Unavailable(_))));
    }
    engine.up();
    eventually("it is found", || async { queue.put("gone", &bodies(1..2)).await.is_ok() }).await;
    assert_eq!(drained(&*queue, "gone").await, bodies(1..2));
}
