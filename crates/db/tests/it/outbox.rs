use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use svetu_db::{Db, DbError, Relay, inbox, outbox};
use svetu_kernel::{Clock, EventId};
use svetu_ports::{
    Bus, BusError, ConsumerGroup, DeadLetter, Event,
    bus::{EVENT_BYTES_MAX, Stop},
};
use svetu_testkit::{clock, eventually};

use crate::world;

/// A bus that writes down what it is given, and fails when told to: the engine is not what is tested here.
#[derive(Default)]
struct Tape {
    subjects: Mutex<Vec<String>>,
    broken: Mutex<bool>,
    /// Sent just before an answer, which then takes its time.
    stop: Mutex<Option<tokio::sync::watch::Sender<bool>>>,
}

impl Tape {
    fn subjects(&self) -> Vec<String> {
        self.subjects.lock().unwrap().clone()
    }
}

#[async_trait]
impl Bus for Tape {
    fn system(&self) -> &'static str {
        "tape"
    }

    async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        if *self.broken.lock().unwrap() {
            return Err(BusError::Unavailable("down".into()));
        }
        self.subjects.lock().unwrap().extend(events.iter().map(|event| event.subject.clone()));
        let stop = self.stop.lock().unwrap().take();
        if let Some(stop) = stop {
            stop.send(true).unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(())
    }
    async fn consume(&self, _: ConsumerGroup, _: Stop) -> Result<(), BusError> {
        unimplemented!()
    }
    async fn end(&self) -> Result<String, BusError> {
        unimplemented!()
    }
    async fn seek(&self, _: &str, _: &str) -> Result<(), BusError> {
        unimplemented!()
    }
    async fn lag(&self, _: &str) -> Result<Option<u64>, BusError> {
        unimplemented!()
    }
    async fn dead_letters(&self, _: Option<&str>, _: i64, _: u32) -> Result<Vec<DeadLetter>, BusError> {
        unimplemented!()
    }
    async fn replay(&self, _: i64) -> Result<(), BusError> {
        unimplemented!()
    }
}

fn event(subject: &str) -> Event {
    outbox::event(clock().now(), "rs.svetu.listings.thing.changed.v1", "listings", subject, &serde_json::json!({}))
        .unwrap()
}

async fn publish(db: &Db, subject: &str) {
    let mut tx = db.begin().await.unwrap();
    outbox::publish(&mut tx, &event(subject)).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_row_that_commits_late_is_not_skipped() {
    let world = world().await;
    let db = world.db("listings");
    let tape = Arc::new(Tape::default());
    let relay = Relay::new(db.clone(), tape.clone());

    let mut late = db.begin().await.unwrap();
    outbox::publish(&mut late, &event("late")).await.unwrap();
    publish(&db, "early").await;
    assert_eq!(relay.drain().await.unwrap(), 1);
    assert_eq!(tape.subjects(), ["early"]);
    late.commit().await.unwrap();
    assert_eq!(relay.drain().await.unwrap(), 1);
    assert_eq!(tape.subjects(), ["early", "late"]);
    assert_eq!(outbox::pending(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn order_by_key_holds_when_writers_hold_the_row() {
    let world = world().await;
    let db = world.db("listings");
    let tape = Arc::new(Tape::default());
    sqlx::query("insert into listings.thing values (1, 0)").execute(db.pool()).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let relay = tokio::spawn(Relay::new(db.clone(), tape.clone()).run(stopped));
    let mut writers = Vec::new();
    for _ in 0..4 {
        let db = db.clone();
        writers.push(tokio::spawn(async move {
            for _ in 0..10 {
                let mut tx = db.begin().await.unwrap();
                let n: i64 = sqlx::query_scalar("update listings.thing set n = n + 1 where id = 1 returning n")
                    .fetch_one(&mut *tx)
                    .await
                    .unwrap();
                outbox::publish(&mut tx, &event(&n.to_string())).await.unwrap();
                tx.commit().await.unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(outbox::drained(&db, std::time::Duration::from_secs(20)).await.unwrap());
    let expected: Vec<String> = (1..=40).map(|n| n.to_string()).collect();
    assert_eq!(tape.subjects(), expected);
    stop.send(true).unwrap();
    relay.await.unwrap();
}

#[tokio::test]
async fn what_is_rolled_back_was_never_said_and_a_broken_bus_loses_nothing() {
    let world = world().await;
    let db = world.db("listings");
    let tape = Arc::new(Tape::default());
    let relay = Relay::new(db.clone(), tape.clone());
    let mut tx = db.begin().await.unwrap();
    outbox::publish(&mut tx, &event("undone")).await.unwrap();
    tx.rollback().await.unwrap();
    publish(&db, "done").await;
    *tape.broken.lock().unwrap() = true;
    assert!(relay.drain().await.is_err());
    assert_eq!(outbox::pending(&db).await.unwrap(), 1);
    *tape.broken.lock().unwrap() = false;
    relay.drain().await.unwrap();
    assert_eq!(tape.subjects(), ["done"]);
}

#[tokio::test]
async fn an_event_too_large_is_refused_before_it_can_block_the_relay() {
    let world = world().await;
    let db = world.db("listings");
    let mut large = event("large");
    large.data = serde_json::Value::String("x".repeat(EVENT_BYTES_MAX));
    let mut tx = db.begin().await.unwrap();
    let error = outbox::publish(&mut tx, &large).await.unwrap_err();
    assert!(matches!(error, DbError::EventTooLarge { .. }));
}

#[tokio::test]
async fn one_relay_of_a_schema_works_and_the_next_takes_over() {
    let world = world().await;
    let db = world.db("listings");
    let tape = Arc::new(Tape::default());
    let (stop_first, stopped) = tokio::sync::watch::channel(false);
    let first = tokio::spawn(Relay::new(db.clone(), tape.clone()).run(stopped));
    publish(&db, "one").await;
    eventually("the first relay works", || async { tape.subjects().len() == 1 }).await;
    let (stop_second, stopped) = tokio::sync::watch::channel(false);
    let second = tokio::spawn(Relay::new(db.clone(), tape.clone()).run(stopped));
    publish(&db, "two").await;
    eventually("one of them works", || async { tape.subjects().len() == 2 }).await;
    stop_first.send(true).unwrap();
    first.await.unwrap();
    publish(&db, "three").await;
    eventually("the second took over", || async { tape.subjects().len() == 3 }).await;
    assert_eq!(tape.subjects(), ["one", "two", "three"]);
    drop(stop_second);
    second.await.unwrap();
}

#[tokio::test]
async fn a_relay_that_is_told_to_stop_finishes_what_it_published() {
    let world = world().await;
    let db = world.db("listings");
    let tape = Arc::new(Tape::default());
    let (stop, stopped) = tokio::sync::watch::channel(false);
    *tape.stop.lock().unwrap() = Some(stop);
    publish(&db, "one").await;
    Relay::new(db.clone(), tape.clone()).run(stopped).await;
    assert_eq!(tape.subjects(), ["one"]);
    // What is left here, the next relay publishes a second time.
    assert_eq!(outbox::pending(&db).await.unwrap(), 0);
}

#[tokio::test]
async fn an_effect_is_had_once() {
    let world = world().await;
    let db = world.db("listings");
    let id = EventId::new(clock().now());
    let mut tx = db.begin().await.unwrap();
    assert!(!inbox::seen(&mut tx, "listings.copy", id).await.unwrap());
    tx.rollback().await.unwrap();
    let mut tx = db.begin().await.unwrap();
    assert!(!inbox::seen(&mut tx, "listings.copy", id).await.unwrap());
    assert!(inbox::seen(&mut tx, "listings.copy", id).await.unwrap());
    assert!(!inbox::seen(&mut tx, "listings.other", id).await.unwrap());
    let new = EventId::new(clock().now());
    assert_eq!(inbox::unseen(&mut tx, "listings.copy", &[id, new]).await.unwrap(), [new]);
    tx.commit().await.unwrap();
}
