use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use svetu_db::{Db, DbConfig, Relay, Server, migrate, outbox};
use svetu_embedded::{BusOptions, PostgresBus};
use svetu_kernel::{Clock, SystemClock};
use svetu_ports::{ConsumerGroup, Event, Handler, HandlerError, Retry};
use svetu_testkit::{Engine, eventually};
use tokio::sync::{mpsc, watch};

use crate::BUS;

/// As the pooler of these tests is set.
const SERVER_CONNECTIONS: i64 = 10;

async fn pooled(postgres: &Engine, pooler: &Engine) -> Db {
    let server = Server { direct_url: Some(postgres.url().to_owned()), ..Server::new(pooler.url()) };
    let config = DbConfig { server, connections_max: 40, ..DbConfig::new("") };
    migrate(&config, &[BUS]).await.unwrap();
    Db::new(&config, "bus").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_share_a_few_connections_and_each_gets_its_own_answer() {
    let postgres = Engine::start("postgres");
    let pooler = Engine::beside(&postgres, "pgbouncer");
    let db = pooled(&postgres, &pooler).await;
    let mut asking = Vec::new();
    for who in 0..40_i64 {
        let db = db.clone();
        asking.push(tokio::spawn(async move {
            for round in 0..50_i64 {
                // Another text for each: under one name on one server's connection they would be mixed up.
                let sql = format!("select {who} * 1000 + $1::bigint");
                let told: i64 = sqlx::query_scalar(&sql).bind(round).fetch_one(db.pool()).await.unwrap();
                assert_eq!(told, who * 1000 + round);
                let mut tx = db.begin().await.unwrap();
                let told: i64 = sqlx::query_scalar(&sql).bind(round).fetch_one(&mut *tx).await.unwrap();
                assert_eq!(told, who * 1000 + round);
                tx.commit().await.unwrap();
            }
        }));
    }
    for one in asking {
        one.await.unwrap();
    }
    let held: i64 = sqlx::query_scalar("select count(*) from pg_stat_activity where usename = 'svetu_bus'")
        .fetch_one(db.pool())
        .await
        .unwrap();
    assert!((1..=SERVER_CONNECTIONS).contains(&held), "{held}");
}

struct Told(mpsc::UnboundedSender<()>);

#[async_trait]
impl Handler for Told {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        for _ in events {
            self.0.send(()).unwrap();
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relays_lock_and_what_wakes_it_go_past_the_pooler() {
    let postgres = Engine::start("postgres");
    let pooler = Engine::beside(&postgres, "pgbouncer");
    let db = pooled(&postgres, &pooler).await;
    let bus = PostgresBus::new(db.clone(), BusOptions::default());
    let (stop, stopped) = watch::channel(false);
    let (tell, mut told) = mpsc::unbounded_channel();
    let group = ConsumerGroup {
        name: "pooled",
        kinds: vec!["rs.svetu.test.v1"],
        batch_max: 10,
        retry: Retry::default(),
        handler: Arc::new(Told(tell)),
    };
    let tasks = [
        tokio::spawn(Relay::new(db.clone(), bus.clone()).run(stopped.clone())),
        tokio::spawn(Relay::new(db.clone(), bus.clone()).run(stopped.clone())),
        tokio::spawn({
            let (bus, stopped) = (Arc::clone(&bus), stopped.clone());
            async move { bus.maintain(stopped).await }
        }),
        tokio::spawn({
            let (bus, stopped) = (Arc::clone(&bus), stopped.clone());
            async move { svetu_ports::Bus::consume(&*bus, group, stopped).await.unwrap() }
        }),
    ];
    let holders = async || -> i64 {
        let sql = "select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1 and granted
                   and pid in (select pid from pg_stat_activity where query ilike '%listen%' or query ilike '%try_advisory%')";
        sqlx::query_scalar(sql).fetch_one(db.pool()).await.unwrap()
    };
    eventually("one relay holds the lock", async || holders().await == 1).await;
    // Polling alone would take up to four seconds for the two steps.
    let mut quickest = Duration::MAX;
    for n in 0..5 {
        let event = outbox::event(SystemClock.now(), "rs.svetu.test.v1", "bus", n.to_string(), &n).unwrap();
        let began = Instant::now();
        let mut tx = db.begin().await.unwrap();
        outbox::publish(&mut tx, &event).await.unwrap();
        tx.commit().await.unwrap();
        told.recv().await.unwrap();
        quickest = quickest.min(began.elapsed());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(quickest < Duration::from_millis(500), "{quickest:?}");
    assert_eq!(holders().await, 1);
    stop.send(true).unwrap();
    for task in tasks {
        task.await.unwrap();
    }
}
