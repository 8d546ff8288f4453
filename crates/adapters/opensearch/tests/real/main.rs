//! On a real OpenSearch: `make test-engines`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use svetu_kernel::SystemClock;
use svetu_opensearch::OpenSearchIndex;
use svetu_ports::search_index::{SearchIndex, contract};
use svetu_testkit::Engine;

fn index(engine: &Engine, prefix: &str, fields: &[&'static str]) -> Arc<OpenSearchIndex> {
    let url = format!("{}/{prefix}", engine.url());
    Arc::new(OpenSearchIndex::try_new(&url, fields, Arc::new(SystemClock)).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_the_contract() {
    let engine = Engine::start("opensearch");
    let opened = AtomicU32::new(0);
    contract::all(async || {
        let number = opened.fetch_add(1, Ordering::Relaxed);
        index(&engine, &format!("part-{number}"), contract::FIELDS) as Arc<dyn SearchIndex>
    })
    .await;
}
