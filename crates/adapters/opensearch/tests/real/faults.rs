use std::time::{Duration, Instant};

use svetu_ports::search_index::{SearchIndex, SearchIndexError, SearchRequest};
use svetu_testkit::{Engine, eventually};

use crate::{document, index, operate};

/// What a reader may wait, with what a busy machine adds.
const READ_MAX: Duration = Duration::from_secs(10);
const BATCH: u64 = 50;

/// The times of so many searches that all fail as they should.
async fn failures(index: &dyn SearchIndex, searches: u32) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..searches {
        let began = Instant::now();
        let refused = index.search(SearchRequest::everything(1)).await.unwrap_err();
        assert!(matches!(refused, SearchIndexError::Unavailable(_)), "{refused}");
        times.push(began.elapsed());
    }
    times
}

async fn heals(index: &dyn SearchIndex) {
    eventually("it answers again", || async { index.search(SearchRequest::everything(1)).await.is_ok() }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_is_kept_and_nobody_waits_for_an_engine_that_is_away() {
    let mut engine = Engine::start("opensearch");
    let index = index(&engine, "faults");

    // Killed while it is written to: what was acknowledged is there.
    index.upsert((0..BATCH).map(|n| document(n, 1, "stan")).collect()).await.unwrap();
    let mut taken = BATCH;
    for round in 0..2 {
        let writer = {
            let index = index.clone();
            tokio::spawn(async move {
                let mut taken = taken;
                while index.upsert((taken..taken + BATCH).map(|n| document(n, 1, "stan")).collect()).await.is_ok() {
                    taken += BATCH;
                }
                taken
            })
        };
        tokio::time::sleep(Duration::from_secs(2)).await;
        if round == 0 {
            engine.kill()
        } else {
            engine.down()
        }
        taken = writer.await.unwrap();
        assert!(taken > BATCH);
        engine.up();
        heals(&*index).await;
        index.refresh().await.unwrap();
        // A portion that was not acknowledged may be there, too.
        let kept = index.count().await.unwrap();
        assert!((taken..=taken + BATCH).contains(&kept), "{kept} of {taken} are kept");
        // A client sends it again.
        index.upsert((taken..taken + BATCH).map(|n| document(n, 1, "stan")).collect()).await.unwrap();
        taken += BATCH;
        index.refresh().await.unwrap();
        assert_eq!(index.count().await.unwrap(), taken);
    }

    // Silent: three searches wait their time, the others are turned away at once.
    engine.freeze();
    let times = failures(&*index, 30).await;
    assert!(times.iter().all(|time| *time < READ_MAX), "{times:?}");
    let waited = times.iter().filter(|time| **time > Duration::from_secs(1)).count();
    assert!((3..=5).contains(&waited), "{times:?}");
    let began = Instant::now();
    assert!(index.upsert(vec![document(1, 2, "stan")]).await.is_err());
    assert!(began.elapsed() < READ_MAX, "{:?}", began.elapsed());
    engine.thaw();
    heals(&*index).await;
    assert_eq!(index.count().await.unwrap(), taken);

    // Gone: nobody waits at all; back by itself.
    engine.kill();
    let times = failures(&*index, 30).await;
    assert!(times.iter().sum::<Duration>() < READ_MAX, "{times:?}");
    engine.up();
    heals(&*index).await;
    assert_eq!(index.count().await.unwrap(), taken);

    // Another one that begins before the engine.
    engine.kill();
    let early = crate::index(&engine, "early");
    assert!(early.upsert(vec![document(1, 1, "rano")]).await.is_err());
    engine.up();
    eventually("it is found", || async { early.upsert(vec![document(1, 1, "rano")]).await.is_ok() }).await;
    // An index that nobody wrote to yet answers as an empty one.
    let empty = crate::index(&engine, "empty");
    assert_eq!(empty.search(SearchRequest::everything(5)).await.unwrap().total, 0);
    assert_eq!(
        operate(&engine, "GET", "/_cat/aliases/empty-*-serving?format=json", None).await.as_array().unwrap().len(),
        1
    );
}
