#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conditions;
mod many;

use std::sync::Arc;

use svetu_ports::search_index::{SearchIndex, SearchRequest, contract};
use svetu_tantivy::TantivyIndex;

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let folders = parking_lot::Mutex::new(Vec::new());
    contract::all(async || {
        let folder = tempfile::tempdir().unwrap();
        let index = Arc::new(TantivyIndex::open(folder.path(), contract::FIELDS).unwrap());
        folders.lock().push(folder);
        index as Arc<dyn SearchIndex>
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_there_when_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let document = svetu_ports::search_index::IndexDocument {
        id: uuid::Uuid::from_u128(7),
        version: 4,
        text: [("all".to_owned(), vec!["stan".to_owned()])].into(),
        keywords: std::collections::BTreeMap::new(),
        numbers: std::collections::BTreeMap::new(),
        point: None,
        payload: vec![1],
    };
    {
        let index = TantivyIndex::open(folder.path(), &["all"]).unwrap();
        index.upsert(vec![document]).await.unwrap();
        assert!(TantivyIndex::open(folder.path(), &["all"]).is_err(), "one process at a time");
    }
    // The writing thread lets go of the folder soon after the last handle.
    let mut opened = TantivyIndex::open(folder.path(), &["all"]);
    for _ in 0..100 {
        if opened.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        opened = TantivyIndex::open(folder.path(), &["all"]);
    }
    let index = opened.unwrap();
    assert_eq!(index.search(SearchRequest::everything(5)).await.unwrap().hits[0].version, 4);
    assert_eq!(index.scan(None, 10).await.unwrap(), [(uuid::Uuid::from_u128(7), 4)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_layout_starts_empty() {
    let folder = tempfile::tempdir().unwrap();
    drop(TantivyIndex::open(folder.path(), &["all"]).unwrap());
    let index = TantivyIndex::open(folder.path(), &["all", "title"]).unwrap();
    assert_eq!(index.count().await.unwrap(), 0);
    assert!(!folder.path().join("1").exists());
}
