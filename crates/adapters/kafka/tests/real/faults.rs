//! The broker dies, comes back, or does not answer.

use std::time::{Duration, Instant};

use svetu_ports::{BusError, HandlerError};
use svetu_testkit::eventually;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_dies_under_load_loses_and_reorders_nothing() {
    const ROUNDS: u64 = 400;
    let mut engine = Engine::start("kafka");
    let bus = bus(engine.url());
    let seen = Arc::new(Seen::default());
    let running = run(&bus, "test.chaos", 10, seen.clone());
    let publisher = tokio::spawn({
        let bus = Arc::clone(&bus);
        async move {
            for round in 0..ROUNDS {
                let events: Vec<Event> = (0..8).map(|key| event(format!("key-{key}"), round)).collect();
                publish(&bus, &events).await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    for round in 0..3 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        tokio::task::block_in_place(|| {
            if round == 1 {
                engine.down()
            } else {
                engine.kill()
            }
            engine.up();
        });
    }
    publisher.await.unwrap();
    for _ in 0..3 {
        // As long as the broker takes to end the sessions of those that it knew before.
        if seen.distinct().len() == 8 * usize::try_from(ROUNDS).unwrap() {
            break;
        }
        eventually_or_not(|| seen.distinct().len() == 8 * usize::try_from(ROUNDS).unwrap()).await;
    }
    running.stop().await;
    for key in 0..8 {
        assert_eq!(seen.of(&format!("key-{key}")), (0..ROUNDS).collect::<Vec<_>>(), "key-{key}");
    }
    // What was handled and not yet told to the group comes again, and nothing else does.
    let again = seen.len() - seen.distinct().len();
    assert!(again <= 400, "{again} came again");
}

async fn eventually_or_not(is: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_gone_fails_in_bounded_time_and_is_found_again() {
    let mut engine = Engine::start("kafka");
    let bus = bus(engine.url());
    let seen = Arc::new(Seen::default());
    let running = run(&bus, "test.gone", 10, seen.clone());
    publish(&bus, &[event("a", 1)]).await;
    eventually("the first arrives", || async { seen.len() == 1 }).await;
    engine.kill();
    let bounded = Duration::from_secs(15);
    let began = Instant::now();
    assert!(matches!(bus.publish(&[event("a", 9)]).await, Err(BusError::Unavailable(_))));
    assert!(began.elapsed() < bounded, "{:?}", began.elapsed());
    let began = Instant::now();
    assert!(bus.lag("test.gone").await.is_err());
    assert!(bus.dead_letters(None, 0, 10).await.is_err());
    assert!(began.elapsed() < bounded * 2, "{:?}", began.elapsed());
    // A member that begins meanwhile waits for the bus too.
    let late = Arc::new(Seen::default());
    let waiting = run(&bus, "test.late", 10, late.clone());
    tokio::task::block_in_place(|| engine.up());
    publish(&bus, &[event("a", 2)]).await;
    eventually("both go on", || async { seen.of("a").ends_with(&[2]) && late.of("a").ends_with(&[2]) }).await;
    assert_eq!(late.of("a").first(), Some(&1));
    running.stop().await;
    waiting.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_does_not_answer_is_waited_for() {
    let engine = Engine::start("kafka");
    let bus = bus(engine.url());
    let seen = Arc::new(Seen::default());
    let running = run(&bus, "test.frozen", 10, seen.clone());
    publish(&bus, &[event("a", 1)]).await;
    eventually("the first arrives", || async { seen.len() == 1 }).await;
    engine.freeze();
    let began = Instant::now();
    assert!(matches!(bus.publish(&[event("a", 9)]).await, Err(BusError::Unavailable(_))));
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    engine.thaw();
    publish(&bus, &[event("a", 2)]).await;
    eventually("it goes on", || async { seen.of("a").ends_with(&[2]) }).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_outlive_the_broker_and_everybody_else() {
    struct Sick;
    #[async_trait]
    impl Handler for Sick {
        async fn handle(&self, _: &[Event]) -> Result<(), (usize, HandlerError)> {
            Err((0, HandlerError::Poison("cannot be read".to_owned())))
        }
    }
    let mut engine = Engine::start("kafka");
    let first = bus(engine.url());
    let running = run(&first, "test.shelf", 10, Arc::new(Sick));
    let events: Vec<Event> = (0..20).map(|n| event("a", n)).collect();
    publish(&first, &events).await;
    let all = || async { first.dead_letters(Some("test.shelf"), 0, 100).await.is_ok_and(|all| all.len() == 20) };
    eventually("all are shelved", all).await;
    running.stop().await;
    tokio::task::block_in_place(|| {
        engine.kill();
        engine.up();
    });
    let second = bus(engine.url());
    let letters = second.dead_letters(None, 0, 7).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.event.clone()).collect::<Vec<_>>(), events[..7]);
    let next = second.dead_letters(None, letters[6].id, 100).await.unwrap();
    assert_eq!(next.iter().map(|letter| letter.event.clone()).collect::<Vec<_>>(), events[7..]);
    // Asked for while nobody runs, handed out when somebody does.
    second.replay(letters[3].id).await.unwrap();
    assert_eq!(second.dead_letters(None, 0, 100).await.unwrap().len(), 19);
    let seen = Arc::new(Seen::default());
    let running = run(&second, "test.shelf", 10, seen.clone());
    eventually("it is handled", || async { seen.len() == 1 }).await;
    assert_eq!(seen.of("a"), [3]);
    running.stop().await;
    assert_eq!(second.lag("test.shelf").await.unwrap(), Some(0));
}
