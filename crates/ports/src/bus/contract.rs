//! What every [`Bus`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use svetu_kernel::{EventId, Timestamp};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::{Bus, BusError, ConsumerGroup, EVENT_BYTES_MAX, Event, Handler, HandlerError, Retry};

const KIND: &str = "rs.svetu.contract.thing.changed.v1";
const OTHER: &str = "rs.svetu.contract.other.changed.v1";

/// `bus` and `other` are two processes' ways to one empty bus.
pub async fn all(bus: Arc<dyn Bus>, other: Arc<dyn Bus>) {
    order_by_key_and_once(&bus).await;
    every_group_sees_everything_and_goes_on_where_it_was(&bus).await;
    members_share(&bus, &other).await;
    failures_are_tried_again_in_order(&bus).await;
    what_is_away_is_waited_for(&bus).await;
    poison_and_used_up_attempts_are_shelved_and_replayed(&bus).await;
    a_panic_is_a_failure(&bus).await;
    positions(&bus).await;
    too_large(&bus).await;
}

type Rule = dyn Fn(&Event, u32) -> Result<(), HandlerError> + Send + Sync;

/// Writes down what it handled; `rule` decides by the event and how many times it was met before.
struct Recorder {
    handled: Mutex<Vec<Event>>,
    met: Mutex<BTreeMap<EventId, u32>>,
    rule: Box<Rule>,
}

impl Recorder {
    fn new(rule: impl Fn(&Event, u32) -> Result<(), HandlerError> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { handled: Mutex::default(), met: Mutex::default(), rule: Box::new(rule) })
    }

    fn subjects(&self, key: &str) -> Vec<String> {
        let handled = self.handled.lock().unwrap();
        handled.iter().filter(|event| event.key == key).map(|event| event.subject.clone()).collect()
    }

    fn len(&self) -> usize {
        self.handled.lock().unwrap().len()
    }
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        for (index, event) in events.iter().enumerate() {
            let before = {
                let mut met = self.met.lock().unwrap();
                let times = met.entry(event.id).or_default();
                *times += 1;
                *times - 1
            };
            (self.rule)(event, before).map_err(|error| (index, error))?;
            self.handled.lock().unwrap().push(event.clone());
        }
        Ok(())
    }
}

fn event(kind: &str, key: &str, subject: impl ToString) -> Event {
    let now = Timestamp::from_timestamp_millis(1_768_478_400_000).unwrap();
    Event {
        id: EventId::new(now),
        kind: kind.to_owned(),
        source: "contract".to_owned(),
        subject: subject.to_string(),
        time: now,
        key: key.to_owned(),
        traceparent: None,
        data: serde_json::json!({ "žuto": [1, null, "„наводници“"] }),
    }
}

struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), BusError>>,
}

impl Running {
    async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

fn run(bus: &Arc<dyn Bus>, name: &'static str, handler: Arc<Recorder>) -> Running {
    let (stop, stopped) = watch::channel(false);
    let group = ConsumerGroup {
        name,
        kinds: vec![KIND],
        batch_max: 7,
        retry: Retry {
            attempts_max: 4,
            backoff: Duration::from_millis(20),
            backoff_max: Duration::from_millis(100),
            away: Duration::from_millis(20),
        },
        handler,
    };
    let bus = Arc::clone(bus);
    Running { stop, task: tokio::spawn(async move { bus.consume(group, stopped).await }) }
}

async fn eventually<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    for _ in 0..4_500 {
        if ask().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within 90 s: {what}");
}

/// Drained: nothing more will come.
async fn drained(bus: &Arc<dyn Bus>, group: &str) {
    eventually("the group has no lag", || async { bus.lag(group).await.unwrap() == Some(0) }).await;
}

async fn order_by_key_and_once(bus: &Arc<dyn Bus>) {
    let recorder = Recorder::new(|_, _| Ok(()));
    let running = run(bus, "contract.order", recorder.clone());
    let mut all = Vec::new();
    for n in 0..100 {
        all.push(event(KIND, &format!("order-{}", n % 10), n));
        all.push(event(OTHER, &format!("order-{}", n % 10), n));
    }
    for chunk in all.chunks(33) {
        bus.publish(chunk).await.unwrap();
        // The relay of a killed process publishes again what it had published.
        bus.publish(chunk).await.unwrap();
    }
    eventually("all are handled", || async { recorder.len() >= 100 }).await;
    drained(bus, "contract.order").await;
    assert_eq!(recorder.len(), 100, "an id that is already there is not appended again; other kinds are passed over");
    for key in 0..10 {
        let expected: Vec<String> = (0..10).map(|n| (n * 10 + key).to_string()).collect();
        assert_eq!(recorder.subjects(&format!("order-{key}")), expected);
    }
    let first = recorder.handled.lock().unwrap().first().cloned().unwrap();
    assert!(all.contains(&first), "an event arrives as it was published");
    running.stop().await;
}

async fn every_group_sees_everything_and_goes_on_where_it_was(bus: &Arc<dyn Bus>) {
    let recorder = Recorder::new(|_, _| Ok(()));
    let running = run(bus, "contract.again", recorder.clone());
    drained(bus, "contract.again").await;
    eventually("a new group begins at the beginning", || async { recorder.len() >= 100 }).await;
    running.stop().await;
    let before = recorder.len();
    bus.publish(&[event(KIND, "again", "while away")]).await.unwrap();
    let running = run(bus, "contract.again", recorder.clone());
    eventually("it catches up", || async { recorder.len() > before }).await;
    drained(bus, "contract.again").await;
    assert_eq!(recorder.len(), before + 1);
    running.stop().await;
}

async fn members_share(bus: &Arc<dyn Bus>, other: &Arc<dyn Bus>) {
    let (one, two) = (Recorder::new(|_, _| Ok(())), Recorder::new(|_, _| Ok(())));
    let first = run(bus, "contract.share", one.clone());
    let second = run(other, "contract.share", two.clone());
    let mut published = BTreeSet::new();
    let mut round = 0;
    // Until both had some: how long it takes to share is the engine's affair.
    loop {
        let keys: Vec<String> = (0..16).map(|key| format!("share-{key}")).collect();
        let events: Vec<Event> = keys.iter().map(|key| event(KIND, key, round)).collect();
        published.extend(keys.iter().map(|key| (key.clone(), round.to_string())));
        bus.publish(&events).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        let had = |recorder: &Recorder| recorder.handled.lock().unwrap().iter().any(|e| e.key.starts_with("share-"));
        round += 1;
        assert!(round < 300, "both members get a share");
        if had(&one) && had(&two) {
            break;
        }
    }
    second.stop().await;
    bus.publish(&(0..16).map(|key| event(KIND, &format!("share-{key}"), "last")).collect::<Vec<_>>()).await.unwrap();
    published.extend((0..16).map(|key| (format!("share-{key}"), "last".to_owned())));
    eventually("the one that stays takes over", || async {
        let mut seen = BTreeSet::new();
        for recorder in [&one, &two] {
            let handled = recorder.handled.lock().unwrap();
            seen.extend(handled.iter().map(|event| (event.key.clone(), event.subject.clone())));
        }
        published.is_subset(&seen)
    })
    .await;
    first.stop().await;
}

async fn failures_are_tried_again_in_order(bus: &Arc<dyn Bus>) {
    let recorder = Recorder::new(|event, before| match event.key.as_str() {
        "retry" if event.subject == "1" && before < 2 => Err(HandlerError::Transient("not yet".to_owned())),
        _ => Ok(()),
    });
    let running = run(bus, "contract.retry", recorder.clone());
    bus.publish(&(0..4).map(|n| event(KIND, "retry", n)).collect::<Vec<_>>()).await.unwrap();
    eventually("the failing one succeeds", || async { recorder.subjects("retry").len() >= 4 }).await;
    drained(bus, "contract.retry").await;
    assert_eq!(recorder.subjects("retry"), ["0", "1", "2", "3"], "those before count as done, those after wait");
    assert!(bus.dead_letters(Some("contract.retry"), 0, 10).await.unwrap().is_empty());
    running.stop().await;
}

async fn what_is_away_is_waited_for(bus: &Arc<dyn Bus>) {
    // Between the two outages it fails as often as it may, but for once.
    let recorder = Recorder::new(|event, before| match (event.key.as_str(), event.subject.as_str(), before) {
        ("away", "1", 0..10 | 13..20) => Err(HandlerError::Unavailable("the index is away".to_owned())),
        ("away", "1", 10..13) => Err(HandlerError::Transient("not yet".to_owned())),
        _ => Ok(()),
    });
    let running = run(bus, "contract.away", recorder.clone());
    bus.publish(&(0..4).map(|n| event(KIND, "away", n)).collect::<Vec<_>>()).await.unwrap();
    eventually("it is back", || async { recorder.subjects("away").len() >= 4 }).await;
    drained(bus, "contract.away").await;
    assert_eq!(recorder.subjects("away"), ["0", "1", "2", "3"], "those after it wait too");
    assert!(bus.dead_letters(Some("contract.away"), 0, 10).await.unwrap().is_empty());
    running.stop().await;
}

async fn poison_and_used_up_attempts_are_shelved_and_replayed(bus: &Arc<dyn Bus>) {
    let healed = Arc::new(Mutex::new(false));
    let sick = Arc::clone(&healed);
    let recorder = Recorder::new(move |event, _| match (event.key.as_str(), event.subject.as_str()) {
        ("shelf", "poison") if !*sick.lock().unwrap() => Err(HandlerError::Poison("cannot be read".to_owned())),
        ("shelf", "stubborn") if !*sick.lock().unwrap() => Err(HandlerError::Transient("down".to_owned())),
        _ => Ok(()),
    });
    let running = run(bus, "contract.shelf", recorder.clone());
    let events = ["a", "poison", "b", "stubborn", "c"].map(|subject| event(KIND, "shelf", subject));
    bus.publish(&events).await.unwrap();
    eventually("the others pass", || async { recorder.subjects("shelf").len() >= 3 }).await;
    assert_eq!(recorder.subjects("shelf"), ["a", "b", "c"]);
    let letters = bus.dead_letters(Some("contract.shelf"), 0, 10).await.unwrap();
    let told: Vec<(&str, u32)> =
        letters.iter().map(|letter| (letter.event.subject.as_str(), letter.attempts)).collect();
    assert_eq!(told, [("poison", 1), ("stubborn", 4)]);
    assert!(letters[0].reason.contains("cannot be read"));
    assert_eq!(letters[0].event, events[1]);
    assert_eq!(bus.dead_letters(Some("contract.shelf"), letters[0].id, 10).await.unwrap(), letters[1..]);
    assert!(bus.dead_letters(Some("contract.nobody"), 0, 10).await.unwrap().is_empty());

    // Replayed too early it comes back to the shelf.
    bus.replay(letters[0].id).await.unwrap();
    eventually("it failed again", || async {
        let letters = bus.dead_letters(Some("contract.shelf"), 0, 10).await.unwrap();
        letters.iter().any(|letter| letter.event.subject == "poison" && letter.attempts == 2)
    })
    .await;
    *healed.lock().unwrap() = true;
    for letter in bus.dead_letters(Some("contract.shelf"), 0, 10).await.unwrap() {
        bus.replay(letter.id).await.unwrap();
    }
    eventually("both are handled", || async { recorder.subjects("shelf").len() == 5 }).await;
    eventually("the shelf is empty", || async {
        bus.dead_letters(Some("contract.shelf"), 0, 10).await.unwrap().is_empty()
    })
    .await;
    assert!(matches!(bus.replay(i64::MAX).await, Err(BusError::NoSuchDeadLetter)));
    running.stop().await;
}

async fn a_panic_is_a_failure(bus: &Arc<dyn Bus>) {
    let recorder = Recorder::new(|event, before| {
        assert!(event.key != "panic" || before > 0, "boom");
        Ok(())
    });
    let running = run(bus, "contract.panic", recorder.clone());
    bus.publish(&[event(KIND, "panic", "1")]).await.unwrap();
    eventually("it is tried again", || async { recorder.subjects("panic").len() == 1 }).await;
    running.stop().await;
}

async fn positions(bus: &Arc<dyn Bus>) {
    bus.publish(&[event(KIND, "seek", "before")]).await.unwrap();
    let here = bus.end().await.unwrap();
    bus.publish(&[event(KIND, "seek", "after")]).await.unwrap();
    bus.seek("contract.seek", &here).await.unwrap();
    let recorder = Recorder::new(|_, _| Ok(()));
    let running = run(bus, "contract.seek", recorder.clone());
    eventually("it begins at the position", || async { recorder.len() == 1 }).await;
    assert_eq!(recorder.subjects("seek"), ["after"]);
    assert!(matches!(bus.seek("contract.seek", &here).await, Err(BusError::GroupRunning(_))));
    running.stop().await;
    bus.seek("contract.seek", &here).await.unwrap();
    assert_eq!(bus.lag("contract.seek").await.unwrap(), Some(1));
    assert_eq!(bus.lag("contract.never").await.unwrap(), None, "it never began");
    let running = run(bus, "contract.seek", recorder.clone());
    eventually("it goes over it again", || async { recorder.len() == 2 }).await;
    running.stop().await;
}

async fn too_large(bus: &Arc<dyn Bus>) {
    let mut large = event(KIND, "large", Uuid::nil());
    large.data = serde_json::Value::String("x".repeat(EVENT_BYTES_MAX));
    assert!(matches!(bus.publish(&[large]).await, Err(BusError::TooLarge { .. })));
}
