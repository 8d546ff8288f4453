//! On a real OpenSearch: `make test-engines`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod agreement;
mod door;
mod faults;
mod sharing;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use svetu_kernel::{SharedClock, SystemClock};
use svetu_opensearch::OpenSearchIndex;
use svetu_ports::search_index::{IndexDocument, SearchIndex, contract};
use svetu_testkit::Engine;
use uuid::Uuid;

fn index_by(engine: &Engine, prefix: &str, fields: &[&'static str], clock: SharedClock) -> Arc<OpenSearchIndex> {
    Arc::new(OpenSearchIndex::try_new(&format!("{}/{prefix}", engine.url()), fields, clock).unwrap())
}

/// As a process of its own would open it.
fn index(engine: &Engine, prefix: &str) -> Arc<OpenSearchIndex> {
    index_by(engine, prefix, contract::FIELDS, Arc::new(SystemClock))
}

fn document(number: u64, version: u64, word: &str) -> IndexDocument {
    IndexDocument {
        id: Uuid::from_u64_pair(7, number),
        version,
        text: BTreeMap::from([("all".to_owned(), vec![word.to_owned()])]),
        keywords: BTreeMap::new(),
        numbers: BTreeMap::new(),
        point: None,
        payload: word.as_bytes().to_vec(),
    }
}

/// What an operator would type.
async fn operate(engine: &Engine, method: &str, path: &str, body: Option<Value>) -> Value {
    let address = engine.url().replacen("opensearch", "http", 1);
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = reqwest::Client::builder()
        .use_preconfigured_tls(no_tls())
        .build()
        .unwrap()
        .request(method, format!("{address}{path}"))
        .timeout(Duration::from_secs(20));
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

fn no_tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_the_contract() {
    let engine = Engine::start("opensearch");
    let opened = AtomicU32::new(0);
    contract::all(async || {
        let number = opened.fetch_add(1, Ordering::Relaxed);
        index(&engine, &format!("part-{number}")) as Arc<dyn SearchIndex>
    })
    .await;
}
