//! What every store of objects keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::{Error, ObjectStore, PutPayload, path::Path};

/// Least size of a part that is not the last one.
const PART: usize = 5 * 1024 * 1024;

/// The store may hold other objects; those here lie below `contract`.
pub async fn all(objects: Arc<dyn ObjectStore>) {
    whole(&*objects).await;
    lists(&*objects).await;
    parts(&*objects).await;
    writers_at_once_leave_one_of_theirs(&objects).await;
}

fn path(name: &str) -> Path {
    Path::from(format!("contract/{name}"))
}

async fn read(objects: &dyn ObjectStore, name: &str) -> Bytes {
    objects.get(&path(name)).await.unwrap().bytes().await.unwrap()
}

async fn is_missing(objects: &dyn ObjectStore, name: &str) -> bool {
    matches!(objects.get(&path(name)).await, Err(Error::NotFound { .. }))
        && matches!(objects.head(&path(name)).await, Err(Error::NotFound { .. }))
}

async fn whole(objects: &dyn ObjectStore) {
    assert!(is_missing(objects, "none").await);
    objects.put(&path("a/one"), PutPayload::from_static(b"first")).await.unwrap();
    objects.put(&path("a/one"), PutPayload::from_static(b"the second")).await.unwrap();
    assert_eq!(read(objects, "a/one").await, "the second", "the last whole write is what is read");
    assert_eq!(objects.head(&path("a/one")).await.unwrap().size, 10);
    assert_eq!(objects.get_range(&path("a/one"), 4..7).await.unwrap(), "sec");
    objects.put(&path("empty"), PutPayload::new()).await.unwrap();
    assert_eq!(read(objects, "empty").await, "");
    let name = "šta je, ovo? 100% (č+ž)";
    objects.put(&path(name), PutPayload::from_static(b"letters")).await.unwrap();
    assert_eq!(read(objects, name).await, "letters");
    objects.delete(&path(name)).await.unwrap();
    assert!(is_missing(objects, name).await);
    // What is not there counts as deleted, whether the engine says so or not.
    assert!(matches!(objects.delete(&path(name)).await, Ok(()) | Err(Error::NotFound { .. })));
}

async fn lists(objects: &dyn ObjectStore) {
    let names: BTreeSet<String> = (0..30).map(|n| format!("contract/list/{n}/x")).collect();
    for name in &names {
        objects.put(&Path::from(name.as_str()), PutPayload::from_static(b"x")).await.unwrap();
    }
    objects.put(&path("listed"), PutPayload::from_static(b"not below")).await.unwrap();
    let found: BTreeSet<String> =
        objects.list(Some(&path("list"))).map_ok(|found| found.location.to_string()).try_collect().await.unwrap();
    assert_eq!(found, names, "a folder is not a beginning of a name");
    let below = objects.list_with_delimiter(Some(&path("list"))).await.unwrap();
    assert_eq!((below.common_prefixes.len(), below.objects.len()), (30, 0));
    for name in &names {
        objects.delete(&Path::from(name.as_str())).await.unwrap();
    }
    let left: Vec<_> = objects.list(Some(&path("list"))).try_collect().await.unwrap();
    assert!(left.is_empty());
}

async fn parts(objects: &dyn ObjectStore) {
    let byte = |at: usize| u8::try_from(at % 251).unwrap();
    let bytes: Vec<u8> = (0..PART * 2 + 100).map(byte).collect();
    let mut upload = objects.put_multipart(&path("parts")).await.unwrap();
    for part in bytes.chunks(PART) {
        upload.put_part(PutPayload::from(part.to_vec())).await.unwrap();
        assert!(is_missing(objects, "parts").await, "nothing is seen before it is whole");
    }
    upload.complete().await.unwrap();
    assert_eq!(objects.head(&path("parts")).await.unwrap().size, bytes.len() as u64);
    let (start, end) = (PART - 50, PART + 50);
    let over = objects.get_range(&path("parts"), start as u64..end as u64).await.unwrap();
    assert_eq!(over, bytes[start..end], "a range may cross a part's end");
    assert!(read(objects, "parts").await == bytes);

    let mut given_up = objects.put_multipart(&path("parts")).await.unwrap();
    given_up.put_part(PutPayload::from(vec![0; PART])).await.unwrap();
    given_up.abort().await.unwrap();
    assert!(read(objects, "parts").await == bytes, "what is given up changes nothing");

    objects.put_multipart(&path("nothing")).await.unwrap().complete().await.unwrap();
    assert_eq!(read(objects, "nothing").await, "");
    objects.delete(&path("parts")).await.unwrap();
}

async fn writers_at_once_leave_one_of_theirs(objects: &Arc<dyn ObjectStore>) {
    let mut tasks = Vec::new();
    for writer in 0..8_u8 {
        let objects = Arc::clone(objects);
        tasks.push(tokio::spawn(async move {
            objects.put(&path("contended"), PutPayload::from(vec![writer; 300_000])).await.unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let left = read(&**objects, "contended").await;
    assert!(left.len() == 300_000 && left.iter().all(|byte| *byte == left[0]), "no mixture");
}
