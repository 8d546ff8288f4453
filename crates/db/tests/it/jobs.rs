use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use svetu_db::{Db, Job, JobHandler, JobKind, NewJob, Worker, jobs};
use svetu_kernel::{Clock, ManualClock};
use svetu_ports::HandlerError;
use svetu_testkit::clock;

use crate::world;

#[derive(Default)]
struct Handler {
    ran: Mutex<Vec<String>>,
    fail: Mutex<u32>,
    away: Mutex<u32>,
}

#[async_trait]
impl JobHandler for Handler {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        self.ran.lock().unwrap().push(job.key.clone());
        match job.key.as_str() {
            "poison" => return Err(HandlerError::Poison("never".to_owned())),
            "panic" => panic!("boom"),
            _ => {}
        }
        let mut away = self.away.lock().unwrap();
        if *away > 0 {
            *away -= 1;
            return Err(HandlerError::Unavailable("the mail server is away".to_owned()));
        }
        let mut fail = self.fail.lock().unwrap();
        if *fail > 0 {
            *fail -= 1;
            return Err(HandlerError::Transient("later".to_owned()));
        }
        Ok(())
    }
}

fn worker(db: &Db, clock: &Arc<ManualClock>, handler: &Arc<Handler>, every: Option<Duration>) -> Worker {
    let kind = JobKind {
        name: "listings.test",
        every,
        attempts_max: 3,
        timeout: Duration::from_secs(5),
        handler: handler.clone(),
    };
    Worker::new(db.clone(), clock.clone(), vec![kind])
}

async fn schedule(db: &Db, clock: &ManualClock, key: &str, in_s: i64) {
    let mut tx = db.begin().await.unwrap();
    let run_at = clock.now() + chrono::Duration::seconds(in_s);
    jobs::schedule(&mut tx, &NewJob { kind: "listings.test", key, run_at, payload: 1 }).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn timers_go_off_once_at_their_time_and_can_be_moved_and_cancelled() {
    let world = world().await;
    let (db, clock, handler) = (world.db("listings"), clock(), Arc::new(Handler::default()));
    let worker = worker(&db, &clock, &handler, None);
    schedule(&db, &clock, "moved", 10).await;
    schedule(&db, &clock, "moved", 20).await;
    schedule(&db, &clock, "cancelled", 10).await;
    let mut tx = db.begin().await.unwrap();
    jobs::cancel(&mut tx, "listings.test", "cancelled").await.unwrap();
    tx.commit().await.unwrap();
    clock.advance(chrono::Duration::seconds(15));
    assert_eq!(worker.run_due().await.unwrap(), 0);
    clock.advance(chrono::Duration::seconds(5));
    assert_eq!(worker.run_due().await.unwrap(), 1);
    assert_eq!(worker.run_due().await.unwrap(), 0);
    assert_eq!(*handler.ran.lock().unwrap(), ["moved"]);
}

#[tokio::test]
async fn failures_are_retried_later_and_shelved_in_the_end() {
    let world = world().await;
    let (db, clock, handler) = (world.db("listings"), clock(), Arc::new(Handler::default()));
    let worker = worker(&db, &clock, &handler, None);
    *handler.fail.lock().unwrap() = 2;
    schedule(&db, &clock, "shaky", 0).await;
    for _ in 0..4 {
        worker.run_due().await.unwrap();
        clock.advance(chrono::Duration::minutes(1));
    }
    assert_eq!(handler.ran.lock().unwrap().len(), 3);
    assert!(jobs::shelved(&db, 10).await.unwrap().is_empty());

    schedule(&db, &clock, "poison", 0).await;
    schedule(&db, &clock, "panic", 0).await;
    for _ in 0..5 {
        worker.run_due().await.unwrap();
        clock.advance(chrono::Duration::minutes(1));
    }
    let shelved = jobs::shelved(&db, 10).await.unwrap();
    let shelved: Vec<(&str, i32)> = shelved.iter().map(|(job, _)| (job.key.as_str(), job.attempts)).collect();
    assert_eq!(shelved, [("poison", 1), ("panic", 3)]);
}

#[tokio::test]
async fn what_is_away_uses_up_no_attempts() {
    let world = world().await;
    let (db, clock, handler) = (world.db("listings"), clock(), Arc::new(Handler::default()));
    let worker = worker(&db, &clock, &handler, None);
    *handler.away.lock().unwrap() = 10;
    schedule(&db, &clock, "a", 0).await;
    for _ in 0..20 {
        worker.run_due().await.unwrap();
        // It waits longer and longer while there are attempts, and no longer than that.
        clock.advance(chrono::Duration::seconds(4));
    }
    assert_eq!(handler.ran.lock().unwrap().len(), 11);
    assert!(jobs::shelved(&db, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn workers_share_and_periodic_ones_come_back() {
    let world = world().await;
    let (db, clock, handler) = (world.db("listings"), clock(), Arc::new(Handler::default()));
    let (one, two) = (worker(&db, &clock, &handler, None), worker(&db, &clock, &handler, None));
    for n in 0..40 {
        schedule(&db, &clock, &format!("{n}"), 0).await;
    }
    let (a, b) = tokio::join!(one.run_due(), two.run_due());
    assert_eq!(a.unwrap() + b.unwrap(), 40);

    let periodic = worker(&db, &clock, &handler, Some(Duration::from_secs(60)));
    assert_eq!(periodic.run_due().await.unwrap(), 1);
    assert_eq!(periodic.run_due().await.unwrap(), 0);
    clock.advance(chrono::Duration::seconds(60));
    assert_eq!(periodic.run_due().await.unwrap(), 1);
}
