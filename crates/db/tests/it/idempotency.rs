use bytes::Bytes;
use svetu_kernel::Clock;
use svetu_ports::{IdempotencyState, IdempotencyStore, StoredReply};
use svetu_testkit::clock;

use crate::world;

#[tokio::test]
async fn a_key_is_answered_once_and_replayed() {
    let world = world().await;
    let (db, clock) = (world.db("listings"), clock());
    let begin = |fingerprint: u8| db.begin_key(fingerprint, clock.now());
    let IdempotencyState::Fresh { ticket, .. } = begin(1).await else { panic!("taken") };
    assert_eq!(begin(1).await, IdempotencyState::InFlight);
    assert_eq!(begin(2).await, IdempotencyState::Mismatch);
    let reply = StoredReply {
        status: 201,
        headers: vec![("location".to_owned(), "/x".to_owned())],
        body: Bytes::from_static(b"{}"),
    };
    db.complete("who", "key", ticket, reply.clone()).await.unwrap();
    assert_eq!(begin(1).await, IdempotencyState::Replay(reply));
    assert_eq!(begin(2).await, IdempotencyState::Mismatch);
    clock.advance(chrono::Duration::hours(25));
    assert!(matches!(begin(2).await, IdempotencyState::Fresh { .. }));
}

#[tokio::test]
async fn a_request_that_failed_or_vanished_frees_its_key() {
    let world = world().await;
    let (db, clock) = (world.db("listings"), clock());
    let IdempotencyState::Fresh { ticket, .. } = db.begin_key(1, clock.now()).await else { panic!("taken") };
    db.abandon("who", "key", ticket).await.unwrap();
    let IdempotencyState::Fresh { ticket: lost, thing: first } = db.begin_key(1, clock.now()).await else {
        panic!("taken")
    };
    clock.advance(chrono::Duration::seconds(61));
    assert_eq!(db.begin_key(2, clock.now()).await, IdempotencyState::Mismatch);
    let IdempotencyState::Fresh { ticket, thing } = db.begin_key(1, clock.now()).await else { panic!("taken") };
    assert_eq!(thing, first, "what the lost one made is what the next one makes");
    // The one that was given up for lost comes back too late to answer for the key.
    let late = StoredReply { status: 200, headers: Vec::new(), body: Bytes::new() };
    db.complete("who", "key", lost, late).await.unwrap();
    assert_eq!(db.begin_key(1, clock.now()).await, IdempotencyState::InFlight);
    db.abandon("who", "key", ticket).await.unwrap();
    let IdempotencyState::Fresh { thing, .. } = db.begin_key(2, clock.now()).await else { panic!("taken") };
    assert_ne!(thing, first, "a key without effect is another request's");
}

trait BeginKey {
    async fn begin_key(&self, fingerprint: u8, now: svetu_kernel::Timestamp) -> IdempotencyState;
}

impl BeginKey for svetu_db::Db {
    async fn begin_key(&self, fingerprint: u8, now: svetu_kernel::Timestamp) -> IdempotencyState {
        IdempotencyStore::begin(self, "who", "key", [fingerprint; 32], now).await.unwrap()
    }
}
