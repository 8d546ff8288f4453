use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use sqlx::{Connection, PgConnection};
use svetu_db::Schema;
use svetu_embedded::{BusOptions, MIGRATOR, PostgresBus};
use svetu_kernel::{Clock, EventId};
use svetu_ports::{Bus, ConsumerGroup, Event, Handler, HandlerError, Retry, bus::contract};
use svetu_testkit::{TestDb, clock, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bus_keeps_its_contract() {
    let world = TestDb::new(&[Schema { name: "bus", migrator: &MIGRATOR }]).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let options = BusOptions { lease: std::time::Duration::from_secs(2), ..BusOptions::default() };
    let buses = [PostgresBus::new(world.db("bus"), options.clone()), PostgresBus::new(world.db("bus"), options)];
    let maintained: Vec<_> = buses
        .iter()
        .map(|bus| {
            let (bus, stopped) = (Arc::clone(bus), stopped.clone());
            tokio::spawn(async move { bus.maintain(stopped).await })
        })
        .collect();
    let [one, two] = buses;
    contract::all(one, two).await;
    stop.send(true).unwrap();
    for task in maintained {
        task.await.unwrap();
    }
}

/// Writes down what it saw, in order.
#[derive(Default)]
struct Seen(Mutex<Vec<(String, u64)>>);

#[async_trait]
impl Handler for Seen {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        let mut seen = self.0.lock().unwrap();
        seen.extend(events.iter().map(|event| (event.key.clone(), event.data.as_u64().unwrap())));
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_die_under_load_lose_and_reorder_nothing() {
    const ROUNDS: u64 = 60;
    let world = TestDb::new(&[Schema { name: "bus", migrator: &MIGRATOR }]).await;
    let bus = PostgresBus::new(world.db("bus"), BusOptions { lease: Duration::from_secs(2), ..BusOptions::default() });
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let seen = Arc::new(Seen::default());
    let group = ConsumerGroup {
        name: "embedded.chaos",
        kinds: vec!["rs.svetu.test.v1"],
        batch_max: 10,
        retry: Retry::default(),
        handler: seen.clone(),
    };
    let member = tokio::spawn({
        let (bus, stopped) = (Arc::clone(&bus), stopped.clone());
        async move { bus.consume(group, stopped).await }
    });
    let killer = tokio::spawn({
        let url = world.owner_url().to_owned();
        async move {
            let mut owner = PgConnection::connect(&url).await.unwrap();
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(60)).await;
                sqlx::query(
                    "select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and pid <> pg_backend_pid()",
                )
                .execute(&mut owner)
                .await
                .unwrap();
            }
        }
    });
    for round in 0..ROUNDS {
        let events: Vec<Event> = (0..8)
            .map(|key| Event {
                id: EventId::new(clock().now()),
                kind: "rs.svetu.test.v1".to_owned(),
                source: "test".to_owned(),
                subject: "x".to_owned(),
                time: clock().now(),
                key: format!("key-{key}"),
                traceparent: None,
                data: round.into(),
            })
            .collect();
        // As the relay does: the same events again until the bus says that it has them.
        while bus.publish(&events).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    killer.await.unwrap();
    eventually("everything arrived", || async {
        let seen = seen.0.lock().unwrap();
        (0..8).all(|key| seen.iter().any(|(of, round)| *of == format!("key-{key}") && *round == ROUNDS - 1))
    })
    .await;
    stop.send(true).unwrap();
    member.await.unwrap().unwrap();
    let seen = seen.0.lock().unwrap();
    for key in 0..8 {
        let key = format!("key-{key}");
        let mut rounds: Vec<u64> = seen.iter().filter(|(of, _)| *of == key).map(|(_, round)| *round).collect();
        // A batch whose position was not saved comes again; first appearances are in order and none is missing.
        let mut met = std::collections::BTreeSet::new();
        rounds.retain(|round| met.insert(*round));
        assert_eq!(rounds, (0..ROUNDS).collect::<Vec<_>>(), "{key}");
    }
}
