#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bus;
mod days;

use std::{os::unix::fs::PermissionsExt, sync::Arc};

use futures::FutureExt;
use svetu_embedded::{FileOutbox, MemoryCache, MemoryQueue, SealedFile, local_objects};
use svetu_ports::{Mail, Mailer, SecretError, cache, mailer, objects, queue, secrets, sms};
use svetu_testkit::clock;

#[tokio::test]
async fn the_cache_keeps_its_contract() {
    cache::contract::all(Arc::new(MemoryCache::new(8 * 1024 * 1024))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn light_queues_keep_their_contract() {
    queue::contract::all(Arc::new(MemoryQueue::default())).await;
}

#[tokio::test]
async fn the_cache_is_bounded_by_bytes() {
    let cache = MemoryCache::new(1024 * 1024);
    let cache: &dyn svetu_ports::Cache = &cache;
    for n in 0..100 {
        let value = vec![0; 100 * 1024];
        cache.set(&n.to_string(), value.into(), std::time::Duration::from_secs(60)).await.unwrap();
    }
    svetu_testkit::eventually("most are gone", || async {
        let mut held = 0;
        for n in 0..100 {
            held += usize::from(cache.get(&n.to_string()).await.unwrap().is_some());
        }
        held <= 10
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_folder_of_objects_keeps_its_contract() {
    let folder = tempfile::tempdir().unwrap();
    objects::contract::all(local_objects(folder.path()).unwrap()).await;
}

#[tokio::test]
async fn the_mail_folder_keeps_its_contract() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = FileOutbox::open(folder.path(), clock()).unwrap();
    let reader = outbox.clone();
    mailer::contract::all(&outbox, move || {
        let reader = reader.clone();
        async move {
            let mails = reader.list().await.unwrap();
            mails
                .into_iter()
                .map(|m| Mail {
                    id: m.id,
                    to: m.to,
                    subject: m.subject,
                    text: m.text,
                    html: m.html,
                    unsubscribe: m.unsubscribe,
                })
                .collect()
        }
        .boxed()
    })
    .await;
}

#[tokio::test]
async fn the_folder_keeps_the_contract_of_messages() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = FileOutbox::open(folder.path(), clock()).unwrap();
    let reader = outbox.clone();
    sms::contract::all(&outbox, move || {
        let reader = reader.clone();
        async move { reader.list().await.unwrap().into_iter().map(|sms| (sms.to, sms.text)).collect() }.boxed()
    })
    .await;
}

#[tokio::test]
async fn one_id_is_one_mail() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = FileOutbox::open(folder.path(), clock()).unwrap();
    let mail = Mail {
        id: uuid::Uuid::from_u128(9),
        to: "a@example.rs".to_owned(),
        subject: "x".to_owned(),
        text: "x".to_owned(),
        html: "x".to_owned(),
        unsubscribe: None,
    };
    outbox.send(&mail).await.unwrap();
    outbox.send(&mail).await.unwrap();
    assert_eq!(outbox.list().await.unwrap().len(), 1);
    assert_eq!(outbox.read(mail.id).await.unwrap().unwrap().to, mail.to);
    assert!(outbox.read(uuid::Uuid::nil()).await.unwrap().is_none());
}

#[tokio::test]
async fn sealed_secrets_keep_their_contract() {
    let folder = tempfile::tempdir().unwrap();
    secrets::contract::all(|| Arc::new(SealedFile::open(folder.path(), None).unwrap())).await;
    for file in ["secrets.key", "secrets.sealed"] {
        let mode = std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let sealed = std::fs::read(folder.path().join("secrets.sealed")).unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("contract"), "not even names are readable");

    // Another key, and a changed byte, are found out at once.
    assert!(matches!(SealedFile::open(folder.path(), Some([1; 32])), Err(SecretError::Tampered)));
    let mut changed = sealed;
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(folder.path().join("secrets.sealed"), changed).unwrap();
    assert!(matches!(SealedFile::open(folder.path(), None), Err(SecretError::Tampered)));
}
