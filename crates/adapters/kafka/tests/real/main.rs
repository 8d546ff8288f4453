//! On a real Kafka: `make test-engines`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod faults;
mod members;
mod wire;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use svetu_kafka::KafkaBus;
use svetu_kernel::{Clock as _, EventId};
use svetu_ports::{Bus, ConsumerGroup, Event, Handler, HandlerError, Retry, bus::contract};
use svetu_testkit::{Engine, clock};
use tokio::{sync::watch, task::JoinHandle};

const KIND: &str = "rs.svetu.test.thing.changed.v1";

const SECRET: &[u8] = b"of all processes of a platform";

fn bus(url: &str) -> Arc<dyn Bus> {
    Arc::new(KafkaBus::try_new(url, SECRET, clock()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_keeps_the_contract() {
    let engine = Engine::start("kafka");
    contract::all(bus(engine.url()), bus(engine.url())).await;
}

fn event(key: impl ToString, data: impl Into<serde_json::Value>) -> Event {
    Event {
        id: EventId::new(clock().now()),
        kind: KIND.to_owned(),
        source: "test".to_owned(),
        subject: "thing".to_owned(),
        time: clock().now(),
        key: key.to_string(),
        traceparent: None,
        data: data.into(),
    }
}

/// Writes down what it saw, in order, and takes its time.
#[derive(Default)]
struct Seen {
    events: Mutex<Vec<(String, u64)>>,
    takes: Duration,
}

impl Seen {
    fn slow(takes: Duration) -> Arc<Self> {
        Arc::new(Self { takes, ..Self::default() })
    }

    fn len(&self) -> usize {
        self.events.lock().unwrap().len()
    }

    fn distinct(&self) -> BTreeSet<(String, u64)> {
        self.events.lock().unwrap().iter().cloned().collect()
    }

    /// What a key's events were, each where it was first seen.
    fn of(&self, key: &str) -> Vec<u64> {
        let mut met = BTreeSet::new();
        let events = self.events.lock().unwrap();
        events.iter().filter(|(of, _)| of == key).map(|(_, n)| *n).filter(|n| met.insert(*n)).collect()
    }
}

#[async_trait]
impl Handler for Seen {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        tokio::time::sleep(self.takes).await;
        let mut seen = self.events.lock().unwrap();
        seen.extend(events.iter().map(|event| (event.key.clone(), event.data.as_u64().unwrap_or_default())));
        Ok(())
    }
}

struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

fn run(bus: &Arc<dyn Bus>, name: &'static str, batch_max: usize, handler: Arc<dyn Handler>) -> Running {
    let (stop, stopped) = watch::channel(false);
    let group = ConsumerGroup { name, kinds: vec![KIND], batch_max, retry: Retry::default(), handler };
    let bus = Arc::clone(bus);
    Running { stop, task: tokio::spawn(async move { bus.consume(group, stopped).await.unwrap() }) }
}

/// As a relay does: the same events again until the bus says that it has them.
async fn publish(bus: &Arc<dyn Bus>, events: &[Event]) {
    while bus.publish(events).await.is_err() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
