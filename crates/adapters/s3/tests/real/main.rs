//! On a real MinIO: `make test-engines`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod tampering;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use object_store::{Error, ObjectStore, PutPayload, path::Path};
use svetu_ports::objects::contract;
use svetu_s3::{Bucket, S3UrlError};
use svetu_testkit::{Engine, eventually};

fn bucket(engine: &Engine) -> Arc<dyn ObjectStore> {
    Bucket::try_new(engine.url()).unwrap()
}

fn payload() -> PutPayload {
    PutPayload::from_static(b"a picture")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_the_contract() {
    let engine = Engine::start("minio");
    contract::all(bucket(&engine)).await;
}

#[tokio::test]
async fn a_folder_of_the_bucket_is_a_world_of_its_own() {
    let engine = Engine::start("minio");
    let within = Bucket::try_new(&engine.url().replace("?", "/platform/one?")).unwrap();
    contract::all(Arc::clone(&within)).await;
    within.put(&Path::from("a"), payload()).await.unwrap();
    let seen = bucket(&engine).get(&Path::from("platform/one/a")).await.unwrap().bytes().await.unwrap();
    assert_eq!(seen, Bytes::from_static(b"a picture"));
}

#[tokio::test]
async fn a_byte_that_changed_on_the_way_is_refused() {
    let engine = Engine::start("minio");
    let objects = bucket(&engine);
    objects.put(&Path::from("a"), payload()).await.unwrap();
    let (direct, port) = engine.url().rsplit_once(':').unwrap();
    let changed = tampering::proxy(port.parse().unwrap(), b"a picture", b"a Picture").await;
    let through = Bucket::try_new(&format!("{direct}:{changed}")).unwrap();
    let error = through.put(&Path::from("a"), payload()).await.unwrap_err().to_string();
    assert!(error.contains("SHA256Mismatch"), "{error}");
    assert_eq!(objects.get(&Path::from("a")).await.unwrap().bytes().await.unwrap(), Bytes::from_static(b"a picture"));
    // What it lets through as it is, is taken: the refusal was for the byte.
    through.put(&Path::from("b"), PutPayload::from_static(b"another")).await.unwrap();
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_a_fault_and_not_an_empty_one() {
    let engine = Engine::start("minio");
    let objects = bucket(&engine);
    let a = Path::from("a");
    objects.put(&a, payload()).await.unwrap();
    std::fs::rename(engine.data().join("svetu"), engine.data().join("elsewhere")).unwrap();
    let is_fault = |error: Error| !matches!(error, Error::NotFound { .. });
    eventually("it is noticed", || async { objects.get(&a).await.is_err() }).await;
    assert!(objects.get(&a).await.is_err_and(is_fault));
    assert!(objects.delete(&a).await.is_err_and(is_fault), "else a sweep would take the file for deleted");
    assert!(objects.put(&a, payload()).await.is_err_and(is_fault));
    std::fs::rename(engine.data().join("elsewhere"), engine.data().join("svetu")).unwrap();
    eventually("it is there again", || async { objects.get(&a).await.is_ok() }).await;
}

#[tokio::test]
async fn one_that_restarts_is_waited_for_and_one_that_is_gone_is_not_for_long() {
    let mut engine = Engine::start("minio");
    let objects = bucket(&engine);
    let a = Path::from("a");
    objects.put(&a, payload()).await.unwrap();
    engine.kill();
    let began = Instant::now();
    assert!(matches!(objects.get(&a).await, Err(Error::Generic { .. })));
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    engine.up();
    eventually("it answers again", || async { objects.get(&a).await.is_ok() }).await;
}

#[tokio::test]
async fn one_that_does_not_answer_is_given_up() {
    let engine = Engine::start("minio");
    let objects = Bucket::try_new(&format!("{}&timeout_s=2", engine.url())).unwrap();
    let a = Path::from("a");
    objects.put(&a, payload()).await.unwrap();
    engine.freeze();
    let began = Instant::now();
    assert!(matches!(objects.get(&a).await, Err(Error::Generic { .. })));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    engine.thaw();
    eventually("it answers again", || async { objects.get(&a).await.is_ok() }).await;
}

#[tokio::test]
async fn a_wrong_secret_is_told_from_a_missing_object() {
    let engine = Engine::start("minio");
    let wrong = Bucket::try_new(&engine.url().replace("-machine", "-mountain")).unwrap();
    let error = wrong.get(&Path::from("none")).await.unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
}

#[test]
fn urls_that_cannot_be_are_refused() {
    for url in [
        "s3:",
        "s3://",
        "http://bucket",
        "s3://key@bucket",
        "s3://:secret@bucket",
        "s3://bucket?endpoint=http://h&x=1",
        "s3://bucket?timeout_s=0",
    ] {
        assert!(matches!(Bucket::try_new(url), Err(S3UrlError::Form(_))), "{url}");
    }
    Bucket::try_new("s3://k%2F1:s%2B+@my-bucket/a/b?endpoint=https://s3.primer.rs&region=eu-central-1").unwrap();
}
