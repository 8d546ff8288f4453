//! The log in PostgreSQL, as `svetu up` starts one, against Kafka.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use serde_json::json;
use svetu_db::{Db, DbConfig, Schema};
use svetu_embedded::{BusOptions, PostgresBus};
use svetu_kafka::KafkaBus;
use svetu_kernel::{Clock as _, EventId, SystemClock};
use svetu_ports::{Bus, ConsumerGroup, Event, Handler, HandlerError, Retry, Secret};
use svetu_postgres::{Postgres, Settings};
use tokio::{sync::watch, task::JoinHandle};

use super::{Both, BothLaps, SIDES, megabytes, memory, real, real::Real, time, world::World};
use crate::{
    pace::{Laps, at_once, order},
    report::Section,
};

const KIND: &str = "rs.svetu.bench.thing.changed.v1";
const SCHEMA: Schema = Schema { name: "bus", migrator: &svetu_embedded::MIGRATOR };
const EVENT_BYTES: usize = 1_024;
/// Events of one publishing.
const EVENTS: usize = 8_000;
/// Half of what a relay takes at most.
const BATCH: usize = 100;
/// Of as many services, when all are busy.
const RELAYS: [usize; 2] = [1, 8];
const ALONE: &str = "bench.alone";
const TOGETHER: [&str; 8] = ["bench.a", "bench.b", "bench.c", "bench.d", "bench.e", "bench.f", "bench.g", "bench.h"];
/// As the consumers of ads have.
const TAKEN_MAX: usize = 200;
/// Between two events, when the time to their handler is what counts.
const BETWEEN: Duration = Duration::from_millis(20);
const LATE: usize = 250;
const KEYS: usize = 1_000;
const HANDLED_MAX: Duration = Duration::from_secs(120);

/// A bus and what must live as long as it is used.
struct Side {
    bus: Arc<dyn Bus>,
    stop: watch::Sender<bool>,
}

async fn open(place: &str, is_real: bool) -> Result<Side> {
    let (stop, stopped) = watch::channel(false);
    if is_real {
        return Ok(Side { bus: Arc::new(KafkaBus::try_new(place, b"bench", Arc::new(SystemClock))?), stop });
    }
    let bus = PostgresBus::new(Db::new(&database(place), SCHEMA.name)?, BusOptions::default());
    let tended = Arc::clone(&bus);
    tokio::spawn(async move { tended.maintain(stopped).await });
    Ok(Side { bus, stop })
}

/// The roles' passwords are nobody's secret here.
fn database(url: &str) -> DbConfig {
    DbConfig { roles_secret: Some(Secret::new(vec![7; 32])), ..DbConfig::new(url) }
}

pub async fn compare(xtask: &Path, repeats: usize) -> Result<Section> {
    let kafka = Real::start(xtask, "kafka")?;
    let folder = real::folder()?;
    let settings = Settings {
        state: folder.path().to_owned(),
        bin: None,
        port: None,
        connections_max: 100,
        shared_buffers_mb: 64,
    };
    let postgres = Postgres::start(settings).await?;
    let measured = measure(&kafka, &postgres, repeats).await;
    postgres.stop().await;
    measured
}

async fn measure(kafka: &Real, postgres: &Postgres, repeats: usize) -> Result<Section> {
    postgres.ensure_database("svetu").await?;
    let url = postgres.url("svetu");
    svetu_db::migrate(&database(&url), &[SCHEMA]).await?;
    let sides = [open(&url, false).await?, open(kafka.url(), true).await?];
    let world = World::new(EVENTS)?;
    let (mut published, mut handled, mut begun) = (<[BothLaps; 2]>::default(), <[Both; 2]>::default(), Both::default());
    let mut late = BothLaps::default();
    // The first round makes topics and warms up both engines; it is not counted.
    for repeat in 0..=repeats {
        for side in order(SIDES.len(), repeat) {
            let bus = &sides[side].bus;
            let one = publish(bus, &world, RELAYS[0]).await?;
            let many = publish(bus, &world, RELAYS[1]).await?;
            let alone = Group::join(bus, ALONE);
            let (first, rate) = Group::handled(std::slice::from_ref(&alone), RELAYS.len() * EVENTS).await?;
            let times = alone.late(&**bus, &world).await?;
            alone.leave().await?;
            let together = TOGETHER.map(|name| Group::join(bus, name));
            let (_, together_rate) = Group::handled(&together, RELAYS.len() * EVENTS + LATE).await?;
            for group in together {
                group.leave().await?;
            }
            if repeat > 0 {
                published[0].push(side, one);
                published[1].push(side, many);
                handled[0].push(side, rate);
                handled[1].push(side, together_rate);
                begun.push(side, first.as_secs_f64() * 1e3);
                late.push(side, times);
            }
        }
    }
    let total = (repeats + 1) * (RELAYS.len() * EVENTS + LATE);
    let batches = |rate: f64| events(rate * BATCH as f64);
    let [alone, together] = handled;
    let mut rows = vec![
        published[0]
            .row(format!("bus: publish events of 1 KiB, {BATCH} a batch, one batch after the other"), Some(&batches)),
        published[1].row(format!("bus: the same by {} at once", RELAYS[1]), Some(&batches)),
        alone.row(format!("bus: a backlog of {} handled by one group", RELAYS.len() * EVENTS), events),
        together.row(format!("bus: the same by {} groups, each all of it", TOGETHER.len()), events),
        late.row(format!("bus: from publish to handled, {} events a second", 1_000 / BETWEEN.as_millis()), None),
        begun.row("bus: a member's start until its first event", time),
    ];
    let mut ours = Both::default();
    for side in 0..SIDES.len() {
        let place = if side == 1 { kafka.url() } else { &url };
        ours.push(side, memory::grown_mb("bus", place, side).await?);
    }
    rows.push(ours.row("bus: memory of our process, a backlog handled", megabytes));
    let mut engines = Both::default();
    engines.push(0, real::memory_mb(postgres.pid().context("PostgreSQL is down")?)?);
    engines.push(1, kafka.memory_mb()?);
    rows.push(engines.row(format!("bus: memory of the engine after {total} events"), megabytes));
    for side in sides {
        side.stop.send_replace(true);
    }
    let asked = "Bus::publish and Bus::consume: PostgresBus (one PostgreSQL of its own with fsync, 64 MB of shared buffers; what a platform has \
                 anyway) · KafkaBus (one broker, 8 partitions, acks=all, idempotent, lz4; a broker does not wait for the disk)";
    Ok(Section { rows, commands: vec![("Bus".to_owned(), asked.to_owned())] })
}

fn events(rate: f64) -> String {
    format!("{rate:.0} events/s")
}

/// An ad's change, padded to its size by more of the same words.
fn event(world: &World, number: usize, sent: usize) -> Event {
    let ad = world.ad(number);
    let mut text = ad.description.clone();
    while text.len() < EVENT_BYTES {
        text = format!("{text} {}", ad.title);
    }
    let mut event = Event {
        id: EventId::new(SystemClock.now()),
        kind: KIND.to_owned(),
        source: "bench".to_owned(),
        subject: format!("ad {number}"),
        time: SystemClock.now(),
        key: (number % KEYS).to_string(),
        traceparent: None,
        data: json!({ "sent": sent, "title": ad.title, "category": ad.category, "text": "" }),
    };
    let rest = EVENT_BYTES.saturating_sub(serde_json::to_vec(&event).map_or(0, |bytes| bytes.len()));
    let end = (0..=rest.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    event.data["text"] = text[..end].into();
    event
}

/// Each relay batch after batch; a lap is a batch.
async fn publish(bus: &Arc<dyn Bus>, world: &World, relays: usize) -> Result<Laps> {
    let events: Vec<Event> = (0..EVENTS).map(|number| event(world, number, usize::MAX)).collect();
    let batches: Arc<Vec<Vec<Event>>> = Arc::new(events.chunks(BATCH).map(<[Event]>::to_vec).collect());
    let (bus, each) = (Arc::clone(bus), batches.len() / relays);
    let work = move |at: usize| {
        let (bus, batches) = (Arc::clone(&bus), Arc::clone(&batches));
        async move { Ok(bus.publish(&batches[at]).await?) }
    };
    at_once(relays, each, work).await
}

/// When how much was handled.
struct Seen {
    joined: Instant,
    count: AtomicUsize,
    /// The first batch: when, and how many had come by then.
    first: Mutex<Option<(Instant, usize)>>,
    /// By the number that the event was sent with.
    handled: Mutex<Vec<(usize, Instant)>>,
    grown: watch::Sender<usize>,
}

#[async_trait]
impl Handler for Seen {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        let now = Instant::now();
        let numbers = events.iter().filter_map(|event| usize::try_from(event.data["sent"].as_u64()?).ok());
        let numbered = numbers.filter(|number| *number < LATE).map(|number| (number, now));
        self.handled.lock().unwrap_or_else(PoisonError::into_inner).extend(numbered);
        let count = self.count.fetch_add(events.len(), Ordering::SeqCst) + events.len();
        self.first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((now, count));
        self.grown.send_replace(count);
        Ok(())
    }
}

impl Seen {
    async fn until(&self, count: usize) -> Result<()> {
        let mut grown = self.grown.subscribe();
        let waited = tokio::time::timeout(HANDLED_MAX, grown.wait_for(|seen| *seen >= count)).await;
        let seen = self.count.load(Ordering::SeqCst);
        waited.with_context(|| format!("{seen} of {count} events were handled in {} s", HANDLED_MAX.as_secs()))??;
        Ok(())
    }
}

/// One running member.
struct Group {
    seen: Arc<Seen>,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), svetu_ports::BusError>>,
}

impl Group {
    fn join(bus: &Arc<dyn Bus>, name: &'static str) -> Self {
        let (stop, stopped) = watch::channel(false);
        let seen = Arc::new(Seen {
            joined: Instant::now(),
            count: AtomicUsize::new(0),
            first: Mutex::default(),
            handled: Mutex::default(),
            grown: watch::channel(0).0,
        });
        let handler = Arc::<Seen>::clone(&seen);
        let group = ConsumerGroup { name, kinds: vec![KIND], batch_max: TAKEN_MAX, retry: Retry::default(), handler };
        let bus = Arc::clone(bus);
        Self { seen, stop, task: tokio::spawn(async move { bus.consume(group, stopped).await }) }
    }

    /// From the start to the first event, and events a second from then on, until each has had so many.
    async fn handled(groups: &[Self], count: usize) -> Result<(Duration, f64)> {
        for group in groups {
            group.seen.until(count).await?;
        }
        let ended = Instant::now();
        let (mut began, mut left) = (ended, 0);
        for group in groups {
            let first = *group.seen.first.lock().unwrap_or_else(PoisonError::into_inner);
            let (at, had) = first.context("no event came")?;
            began = began.min(at);
            left += count.saturating_sub(had);
        }
        ensure!(left > 0, "all came at once");
        #[allow(clippy::cast_precision_loss)]
        let rate = left as f64 / (ended - began).as_secs_f64();
        Ok((began - groups[0].seen.joined, rate))
    }

    /// One event at a time at a steady pace, from before its publish to its handler.
    async fn late(&self, bus: &dyn Bus, world: &World) -> Result<Laps> {
        let before = self.seen.count.load(Ordering::SeqCst);
        let mut sent = Vec::with_capacity(LATE);
        let mut beat = tokio::time::interval(BETWEEN);
        let began = Instant::now();
        for number in 0..LATE {
            beat.tick().await;
            let event = event(world, number, number);
            sent.push(Instant::now());
            bus.publish(&[event]).await?;
        }
        self.seen.until(before + LATE).await?;
        let handled = self.seen.handled.lock().unwrap_or_else(PoisonError::into_inner).clone();
        ensure!(handled.len() == LATE, "{} of {LATE} numbers came back", handled.len());
        let laps = handled.into_iter().map(|(number, at)| at - sent[number]).collect();
        Ok(Laps::of(laps, began.elapsed()))
    }

    async fn leave(self) -> Result<()> {
        self.stop.send_replace(true);
        Ok(self.task.await??)
    }
}

pub async fn grow(work: &memory::Work) -> Result<f64> {
    let world = World::new(EVENTS)?;
    let before = real::own_mb()?;
    let side = open(work.place(), work.is_real()).await?;
    publish(&side.bus, &world, 1).await?;
    let group = Group::join(&side.bus, "bench.memory");
    group.seen.until(EVENTS).await?;
    while side.bus.lag("bench.memory").await? != Some(0) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let grown = memory::since(before)?;
    group.leave().await?;
    side.stop.send_replace(true);
    Ok(grown)
}
