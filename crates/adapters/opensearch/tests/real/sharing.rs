use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use svetu_ports::search_index::{Query, SearchIndex, SearchIndexError, SearchRequest, contract};
use svetu_testkit::{Engine, clock};

use crate::{document, door, index, index_by, operate};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_an_index_and_its_faults_are_told() {
    let engine = Engine::start("opensearch");
    built_anew_under_load(&engine).await;
    left_by_its_process(&engine).await;
    some_documents_refused(&engine).await;
    no_time_for_now(&engine).await;
    old_events(&engine).await;
    door::by_tls_and_a_password(&engine).await;
}

/// One process rebuilds while others write and search: no search fails, no write is lost.
async fn built_anew_under_load(engine: &Engine) {
    let (builder, writer, reader) = (index(engine, "shared"), index(engine, "shared"), index(engine, "shared"));
    let before: Vec<_> = (0..200).map(|n| document(n, 1, "staro")).collect();
    writer.upsert(before).await.unwrap();
    writer.refresh().await.unwrap();
    let (stop, written, searches) = (AtomicBool::new(false), AtomicU64::new(200), AtomicU64::new(0));
    let write = async {
        while !stop.load(Ordering::Relaxed) {
            let n = written.load(Ordering::Relaxed);
            writer.upsert((n..n + 5).map(|n| document(n, 1, "novo")).collect()).await.unwrap();
            written.fetch_add(5, Ordering::Relaxed);
            writer.delete(vec![(document(n, 1, "").id, 2)]).await.unwrap();
        }
    };
    let read = async {
        while !stop.load(Ordering::Relaxed) {
            let found = reader.search(SearchRequest::everything(5)).await.unwrap();
            assert!(found.total >= 200, "{}", found.total);
            searches.fetch_add(1, Ordering::Relaxed);
        }
    };
    let rebuild = async {
        for round in 0..3 {
            builder.begin_rebuild().await.unwrap();
            assert!(matches!(writer.begin_rebuild().await, Err(SearchIndexError::Rebuilding)));
            // What was there when it began, as the owner's table tells it: later changes come by themselves, and stay.
            let count = written.load(Ordering::Relaxed);
            let snapshot: Vec<_> = (0..count)
                .filter(|n| *n < 200 || n % 5 != 0)
                .map(|n| document(n, 1, if n < 200 { "staro" } else { "novo" }))
                .collect();
            for some in snapshot.chunks(100) {
                builder.rebuild(some.to_vec()).await.unwrap();
            }
            builder.finish_rebuild().await.unwrap();
            assert!(matches!(builder.finish_rebuild().await, Err(SearchIndexError::NoRebuild)), "round {round}");
        }
        stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(write, read, rebuild);
    reader.refresh().await.unwrap();
    let written = written.load(Ordering::Relaxed);
    assert!(searches.load(Ordering::Relaxed) > 5);
    // One of five was taken away again.
    assert_eq!(reader.count().await.unwrap(), 200 + (written - 200) / 5 * 4);
    let indexes = operate(engine, "GET", "/_cat/indices/shared-*?format=json", None).await;
    assert_eq!(indexes.as_array().unwrap().len(), 1, "old generations are removed: {indexes}");
}

async fn left_by_its_process(engine: &Engine) {
    let clock = clock();
    let open = || index_by(engine, "left", contract::FIELDS, clock.clone());
    let (dead, next) = (open(), open());
    dead.upsert(vec![document(1, 1, "stan")]).await.unwrap();
    dead.begin_rebuild().await.unwrap();
    clock.advance(chrono::Duration::seconds(100));
    // It works, so it lives.
    dead.rebuild(vec![document(1, 1, "stan")]).await.unwrap();
    clock.advance(chrono::Duration::seconds(100));
    assert!(matches!(next.begin_rebuild().await, Err(SearchIndexError::Rebuilding)));
    clock.advance(chrono::Duration::seconds(21));
    next.begin_rebuild().await.unwrap();
    // The first one is none of its own: what it gives is not in it.
    assert!(matches!(dead.rebuild(vec![document(2, 1, "stan")]).await, Err(SearchIndexError::NoRebuild)));
    assert!(matches!(dead.finish_rebuild().await, Err(SearchIndexError::NoRebuild)));
    dead.abandon_rebuild().await.unwrap();
    next.rebuild(vec![document(1, 1, "kuća")]).await.unwrap();
    next.finish_rebuild().await.unwrap();
    assert!(matches!(dead.rebuild(vec![document(2, 1, "stan")]).await, Err(SearchIndexError::NoRebuild)));
    let asked = Query::Term { field: "all", token: "kuća".to_owned(), weight: 1 };
    let found = dead.search(SearchRequest { query: asked, ..SearchRequest::everything(5) }).await.unwrap();
    assert_eq!(found.total, 1);
}

/// One document that the engine will never take: the others are there, and it is named.
async fn some_documents_refused(engine: &Engine) {
    let index = index(engine, "refused");
    let mut batch: Vec<_> = (0..700).map(|n| document(n, 1, "stan")).collect();
    batch[350].numbers = (0..5_100).map(|key| (format!("key-{key}"), key)).collect();
    let refused = index.upsert(batch.clone()).await.unwrap_err();
    assert!(
        matches!(&refused, SearchIndexError::Refused(told) if told.contains(&batch[350].id.to_string())),
        "{refused}"
    );
    index.refresh().await.unwrap();
    assert_eq!(index.count().await.unwrap(), 699);
}

/// A disk that is nearly full: writes wait a while for their turn, and are told when there is none.
async fn no_time_for_now(engine: &Engine) {
    let index = index(engine, "full");
    index.upsert(vec![document(1, 1, "stan")]).await.unwrap();
    let full = |is_full: bool| {
        operate(
            engine,
            "PUT",
            "/full-*/_settings",
            Some(json!({ "index.blocks.read_only_allow_delete": if is_full { json!(true) } else { json!(null) } })),
        )
    };
    full(true).await;
    let began = Instant::now();
    let refused = index.upsert(vec![document(2, 1, "stan")]).await.unwrap_err();
    assert!(
        matches!(&refused, SearchIndexError::Unavailable(told) if told.contains(&document(2, 1, "").id.to_string())),
        "{refused}"
    );
    assert!((Duration::from_secs(2)..Duration::from_secs(10)).contains(&began.elapsed()), "{:?}", began.elapsed());
    // Readers are served meanwhile.
    assert_eq!(index.search(SearchRequest::everything(5)).await.unwrap().total, 1);
    let writes = index.upsert(vec![document(2, 1, "stan"), document(3, 1, "stan")]);
    let frees = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        full(false).await;
    };
    let (written, ()) = tokio::join!(writes, frees);
    written.unwrap();
    index.refresh().await.unwrap();
    assert_eq!(index.count().await.unwrap(), 3);
}

/// The engine forgets its own deletes after a minute; ours it does not.
async fn old_events(engine: &Engine) {
    let index: Arc<dyn SearchIndex> = index(engine, "old");
    index.upsert(vec![document(1, 3, "treći")]).await.unwrap();
    index.delete(vec![(document(1, 1, "").id, 5), (document(2, 1, "").id, 5)]).await.unwrap();
    operate(engine, "PUT", "/old-*/_settings", Some(json!({ "index.gc_deletes": "1ms" }))).await;
    operate(engine, "POST", "/old-*/_flush", None).await;
    operate(engine, "POST", "/old-*/_forcemerge?max_num_segments=1", None).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    index.upsert(vec![document(1, 4, "četvrti"), document(2, 5, "peti")]).await.unwrap();
    index.refresh().await.unwrap();
    assert_eq!(index.count().await.unwrap(), 0);
    assert_eq!(index.documents(vec![document(1, 1, "").id, document(2, 1, "").id]).await.unwrap(), [None, None]);
    index.upsert(vec![document(1, 6, "šesti")]).await.unwrap();
    index.refresh().await.unwrap();
    assert_eq!(index.scan(None, 5).await.unwrap(), [(document(1, 1, "").id, 6)]);
}
