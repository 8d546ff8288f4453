//! What every [`Cache`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use svetu_kernel::Timestamp;

use super::{Cache, Rate};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);

/// The cache may hold other keys; those here begin with `contract:`.
pub async fn all(cache: Arc<dyn Cache>) {
    values(&*cache).await;
    times(&*cache).await;
    one_of_many_wins(&cache).await;
    counters(&cache).await;
    rates(&*cache).await;
    rates_that_change(&*cache).await;
    no_more_than_the_burst_at_once(&cache).await;
    a_key_at_rest_is_gone(&*cache).await;
}

/// Two ways to one cache.
pub async fn together(here: &dyn Cache, there: &dyn Cache) {
    let (rate, now) = (Rate::new(3, LONG), at(0));
    for (cache, expected) in [(here, true), (there, true), (here, true), (there, false), (here, false)] {
        assert_eq!(cache.take("contract:together", rate, now).await.unwrap().allowed, expected);
    }
    assert!(there.take("contract:together", rate, at(20_000)).await.unwrap().allowed);
    assert!(!here.take("contract:together", rate, at(20_000)).await.unwrap().allowed);
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
    let (long, rate) = ("k".repeat(257), Rate::new(3, LONG));
    assert!(cache.get(&long).await.is_err());
    assert!(cache.set(&long, Bytes::new(), LONG).await.is_err());
    assert!(cache.set_if_absent(&long, Bytes::new(), LONG).await.is_err());
    assert!(cache.increment(&long, 1, LONG).await.is_err());
    assert!(cache.take(&long, rate, at(0)).await.is_err());
    assert!(cache.remove(&long).await.is_err());
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

/// Far from the time of the machine: the callers' clock counts.
fn at(ms: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_700_000_000_000 + ms).unwrap()
}

async fn rates(cache: &dyn Cache) {
    let rate = Rate::new(3, LONG);
    let take = async |key: &str, ms: i64| {
        let taken = cache.take(key, rate, at(ms)).await.unwrap();
        (taken.allowed, (taken.arrival_us - at(0).timestamp_micros()) / 1_000)
    };
    assert_eq!(take("contract:rate", 0).await, (true, 20_000));
    assert_eq!(take("contract:rate", 0).await, (true, 40_000));
    assert_eq!(take("contract:rate", 0).await, (true, 60_000));
    // Refused ones do not count: the next is allowed when it would have been without them.
    for ms in [0, 1, 19_999] {
        assert_eq!(take("contract:rate", ms).await, (false, 60_000));
    }
    assert_eq!(take("contract:rate", 20_000).await, (true, 80_000));
    assert_eq!(take("contract:rate", 20_000).await, (false, 80_000));
    // Somebody whose clock is behind waits for as much longer, and nothing breaks.
    assert_eq!(take("contract:rate", -5_000).await, (false, 80_000));
    assert_eq!(take("contract:rate", 40_000).await, (true, 100_000));
    assert_eq!(take("contract:other", 0).await, (true, 20_000));
    // After a rest the whole burst is there, and no more than that.
    for (expected, arrival) in [(true, 320_000), (true, 340_000), (true, 360_000), (false, 360_000)] {
        assert_eq!(take("contract:rate", 300_000).await, (expected, arrival));
    }
    assert!(cache.take(&"k".repeat(257), rate, at(0)).await.is_err());
    // To the µs, and a rate of so many that one takes less than that.
    let odd = cache.take("contract:odd", Rate::new(7, LONG), at(0)).await.unwrap();
    assert_eq!(odd.arrival_us, at(0).timestamp_micros() + 60_000_000 / 7);
    let many = cache.take("contract:many", Rate::new(u32::MAX, LONG), at(0)).await.unwrap();
    assert_eq!((many.allowed, many.arrival_us), (true, at(0).timestamp_micros() + 1));
    cache.remove("contract:other").await.unwrap();
    assert_eq!(take("contract:other", 0).await, (true, 20_000));
}

async fn rates_that_change(cache: &dyn Cache) {
    let take = async |burst: u32, s: u64, ms: i64| {
        cache.take("contract:changes", Rate::new(burst, Duration::from_secs(s)), at(ms)).await.unwrap().allowed
    };
    assert!(take(2, 60, 0).await && take(2, 60, 0).await && !take(2, 60, 0).await);
    // Larger: what is used stays used, and comes back faster.
    assert!(!take(10, 60, 5_999).await);
    assert!(take(10, 60, 6_000).await && !take(10, 60, 6_000).await);
    // Smaller, then in a shorter window: not before what was used fits in.
    assert!(!take(1, 60, 65_999).await);
    assert!(!take(10, 10, 56_999).await && take(10, 10, 57_000).await);
    assert!(take(1, 60, 67_000).await && !take(1, 60, 126_999).await && take(1, 60, 127_000).await);
    // A clock that was an hour ahead shuts nobody out for an hour.
    assert!(take(1, 60, 3_600_000).await && take(1, 60, 200_000).await && !take(1, 60, 200_000).await);
}

async fn no_more_than_the_burst_at_once(cache: &Arc<dyn Cache>) {
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let cache = Arc::clone(cache);
        tasks.push(tokio::spawn(async move { cache.take("contract:crowd", Rate::new(5, LONG), at(0)).await }));
    }
    let mut allowed = 0;
    for task in tasks {
        allowed += u32::from(task.await.unwrap().unwrap().allowed);
    }
    assert_eq!(allowed, 5);
}

async fn a_key_at_rest_is_gone(cache: &dyn Cache) {
    let rate = Rate::new(2, SHORT * 10);
    let take = async || cache.take("contract:rest", rate, at(0)).await.unwrap().allowed;
    assert!(take().await && take().await);
    tokio::time::sleep(SHORT * 5).await;
    // Whoever asks in vain does not make it longer.
    assert!(!take().await);
    tokio::time::sleep(SHORT * 8).await;
    assert_eq!(cache.get("contract:rest").await.unwrap(), None);
    assert!(take().await);
}
