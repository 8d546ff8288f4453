//! What every [`Cache`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{sync::Arc, time::Duration};

use bytes::Bytes;

use super::Cache;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);

/// The cache may hold other keys; those here begin with `contract:`.
pub async fn all(cache: Arc<dyn Cache>) {
    values(&*cache).await;
    times(&*cache).await;
    one_of_many_wins(&cache).await;
    counters(&cache).await;
}

async fn values(cache: &dyn Cache) {
    assert_eq!(cache.get("contract:none").await.unwrap(), None);
    cache.set("contract:a", Bytes::from_static(b"1"), LONG).await.unwrap();
    cache.set("contract:a", Bytes::from_static(b"2"), LONG).await.unwrap();
    assert_eq!(cache.get("contract:a").await.unwrap(), Some(Bytes::from_static(b"2")));
    cache.remove("contract:a").await.unwrap();
    cache.remove("contract:a").await.unwrap();
    assert_eq!(cache.get("contract:a").await.unwrap(), None);
    let large = Bytes::from(vec![7; 1024 * 1024]);
    cache.set("contract:large", large.clone(), LONG).await.unwrap();
    assert_eq!(cache.get("contract:large").await.unwrap(), Some(large));
    let too_large = Bytes::from(vec![7; 1024 * 1024 + 1]);
    assert!(cache.set("contract:large", too_large, LONG).await.is_err());
    assert!(cache.set(&"k".repeat(257), Bytes::new(), LONG).await.is_err());
}

async fn times(cache: &dyn Cache) {
    cache.set("contract:short", Bytes::from_static(b"1"), SHORT).await.unwrap();
    cache.set("contract:renewed", Bytes::from_static(b"1"), SHORT).await.unwrap();
    cache.set("contract:renewed", Bytes::from_static(b"2"), LONG).await.unwrap();
    tokio::time::sleep(SHORT * 3).await;
    assert_eq!(cache.get("contract:short").await.unwrap(), None);
    assert!(cache.get("contract:renewed").await.unwrap().is_some());
}

async fn one_of_many_wins(cache: &Arc<dyn Cache>) {
    let mut tasks = Vec::new();
    for n in 0..20_u8 {
        let cache = Arc::clone(cache);
        tasks.push(tokio::spawn(async move { cache.set_if_absent("contract:won", Bytes::from(vec![n]), LONG).await }));
    }
    let mut winners = 0;
    for task in tasks {
        winners += u32::from(task.await.unwrap().unwrap());
    }
    assert_eq!(winners, 1);
    cache.remove("contract:won").await.unwrap();
    assert!(cache.set_if_absent("contract:won", Bytes::new(), SHORT).await.unwrap());
    tokio::time::sleep(SHORT * 3).await;
    assert!(cache.set_if_absent("contract:won", Bytes::new(), SHORT).await.unwrap());
}

async fn counters(cache: &Arc<dyn Cache>) {
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let cache = Arc::clone(cache);
        tasks.push(tokio::spawn(async move { cache.increment("contract:count", 2, LONG).await }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap().unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, (1..=20).map(|n| n * 2).collect::<Vec<i64>>());
    assert_eq!(cache.increment("contract:count", -40, LONG).await.unwrap(), 0);

    // It lives from its first increment, not from its last.
    cache.increment("contract:window", 1, SHORT * 3).await.unwrap();
    tokio::time::sleep(SHORT * 2).await;
    cache.increment("contract:window", 1, SHORT * 3).await.unwrap();
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!(cache.increment("contract:window", 1, SHORT).await.unwrap(), 1);
}
