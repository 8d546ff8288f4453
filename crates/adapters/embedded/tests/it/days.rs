//! The log by days, with a clock that is moved.

use chrono::Duration;

use svetu_db::{Db, Schema};
use svetu_embedded::{BusOptions, MIGRATOR, PostgresBus, Tended};
use svetu_kernel::{Clock, EventId, ManualClock, SystemClock, Timestamp};
use svetu_ports::{Bus, Event};
use svetu_testkit::TestDb;

const DAY: Duration = Duration::days(1);

fn event(at: Timestamp) -> Event {
    Event {
        id: EventId::new(at),
        kind: "rs.svetu.test.v1".to_owned(),
        source: "test".to_owned(),
        subject: "x".to_owned(),
        time: at,
        key: "x".to_owned(),
        traceparent: None,
        data: 0.into(),
    }
}

/// The partitions with what they hold.
async fn days(db: &Db) -> Vec<(String, i64)> {
    sqlx::query_as(
        "select p.name::text, (select count(*) from bus.event e where e.tableoid = p.id) from (
             select c.oid as id, c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'bus.event'::regclass) p order by 1",
    )
    .fetch_all(db.pool())
    .await
    .unwrap()
}

fn name(at: Timestamp) -> String {
    format!("event_{}", at.format("%Y%m%d"))
}

#[tokio::test]
async fn days_are_made_ahead_and_dropped_when_they_are_over_and_handled() {
    let world = TestDb::new(&[Schema { name: "bus", migrator: &MIGRATOR }]).await;
    let db = world.db("bus");
    // The database's own clock stamps what is appended: the test's begins there.
    let began = SystemClock.now();
    let clock = ManualClock::at(began);
    let bus = PostgresBus::new(db.clone(), BusOptions { clock: clock.clone(), ..BusOptions::default() });
    let nothing = Tended { made: 0, dropped: 0, deleted: 0 };

    // Two days are those of the time before: the third and fourth are made, once, whoever does it.
    let (one, two) = tokio::join!(bus.tend(), bus.tend());
    assert_eq!(one.unwrap().made + two.unwrap().made, 2);
    assert_eq!(bus.tend().await.unwrap(), nothing);

    let old = event(began);
    bus.publish(&[old.clone(), event(began)]).await.unwrap();
    bus.publish(std::slice::from_ref(&old)).await.unwrap();
    let third = began + DAY * 2;
    bus.publish(&[event(third)]).await.unwrap();
    let strange = event(began + DAY * 400);
    bus.publish(&[strange]).await.unwrap();
    let held = days(&db).await;
    let of = |wanted: &str| held.iter().find(|(name, _)| name == wanted).map(|(_, count)| *count);
    assert_eq!((of("event_before"), of(&name(third)), of("event_rest")), (Some(2), Some(1), Some(1)), "{held:?}");

    // Old, and a group has not had them.
    bus.seek("slow", "1").await.unwrap();
    clock.advance(DAY * 5);
    assert_eq!(bus.tend().await.unwrap(), Tended { made: 4, ..nothing });
    // Handled to its end, which the third day is not.
    bus.seek("slow", "2").await.unwrap();
    let tended = bus.tend().await.unwrap();
    assert_eq!((tended.made, tended.dropped), (0, 1));
    assert!(days(&db).await.iter().all(|(name, _)| name != "event_before"));
    assert_eq!(bus.tend().await.unwrap(), nothing);
    // The order goes on, and what was said on a day that is gone is kept beside the days.
    bus.publish(&[event(began)]).await.unwrap();
    assert_eq!(bus.end().await.unwrap(), "5");

    // No group holds them for ever; the last one stays, whatever its age.
    clock.advance(DAY * 40);
    let tended = bus.tend().await.unwrap();
    assert_eq!(tended.deleted, 1, "the strange one");
    assert_eq!((tended.made, tended.dropped), (4, 6), "also those in which nothing was said");
    assert_eq!(bus.end().await.unwrap(), "5");
}
