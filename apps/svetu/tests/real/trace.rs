//! One trace over processes, as a collector gets it; and a collector that is away, whom nobody waits for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use svetu_testkit::{Collector, Engine, SeenSpan, jaeger_spans};
use tokio::{net::TcpListener, task::JoinSet};

use crate::platform::{Api, Place, Platform, TRADER};

const PLAN: [(&str, &[&str]); 4] = [
    ("gateway", &["gateway"]),
    ("listings", &["listings"]),
    ("search", &["search"]),
    ("others", &["identity", "media", "geo", "users"]),
];
const LISTINGS: &str = "/api/v1/marketplace/listings";
const SEEN_WITHIN: Duration = Duration::from_secs(90);
/// Of the client, who records nothing.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLIENT: &str = "00f067aa0ba902b7";
const TITLE: &str = "Tragalica";
/// All that a span may tell. Nothing of these is a person's.
const TOLD: [&str; 19] = [
    "error.type",
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "messaging.batch.message_count",
    "messaging.consumer.group.name",
    "messaging.destination.name",
    "messaging.operation.name",
    "messaging.operation.type",
    "messaging.system",
    "rpc.grpc.status_code",
    "rpc.method",
    "rpc.service",
    "rpc.system",
    "svetu.role",
    "url.scheme",
    // Of the process.
    "service.name",
    "service.version",
    "svetu.roles",
];

/// Some that a span must have.
type Attributes<'a> = Vec<(&'a str, &'a str)>;

fn plan(place: &Place) -> PathBuf {
    let tables = PLAN.map(|(name, roles)| format!("[[process]]\nname = \"{name}\"\nroles = {}\n", json!(roles)));
    place.write("cluster.toml", tables.concat())
}

fn configure(place: &Place, collector: &str, sample_ratio: f64, more: &str) {
    let text = format!("{more}\n[telemetry]\notlp_url = \"{collector}\"\nsample_ratio = {sample_ratio:?}\n");
    place.write("svetu.toml", text);
}

/// An ad is made, and published as a part of the client's trace; the search knows it then.
async fn publish(cluster: &Platform, traceparent: &str) -> String {
    let trader = cluster.api.signed_in(TRADER).await;
    let town = cluster.api.place("Zrenjanin").await;
    let body = json!({
        "title": TITLE, "description": "", "category": "nonfiction", "condition": "new", "place_id": town,
        "price": { "kind": "agreement" }, "language": "sr-Latn",
    });
    let made = trader.post(LISTINGS, "trace-1", &body).await.unwrap().expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("{LISTINGS}/{id}/publish");
    trader.post_under(traceparent, &path, "trace-2", &json!({})).await.unwrap().expect(200);
    let began = Instant::now();
    loop {
        let found: Value = cluster.api.get("/api/v1/marketplace/search?q=tragalica").await.unwrap().expect(200);
        if found["total"] == 1 {
            return id;
        }
        assert!(began.elapsed() < SEEN_WITHIN, "the ad is not found");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn played<'a>(spans: &'a [SeenSpan], role: &str, kind: &str, attributes: &[(&str, &str)]) -> Option<&'a SeenSpan> {
    spans.iter().find(|span| {
        span.resource["svetu.roles"].split(',').any(|played| played == role)
            && span.kind.as_str_name() == format!("SPAN_KIND_{kind}")
            && attributes.iter().all(|(key, value)| span.attributes.get(*key).is_some_and(|told| told == value))
    })
}

/// From a span up to the client's: the names on the way.
fn way_up(spans: &[SeenSpan], from: &SeenSpan) -> Vec<String> {
    let by_id: BTreeMap<&str, &SeenSpan> = spans.iter().map(|span| (span.id.as_str(), span)).collect();
    let (mut way, mut at) = (vec![from.name.clone()], from);
    while at.parent != CLIENT {
        at = by_id.get(at.parent.as_str()).unwrap_or_else(|| panic!("{way:?} ends at {}", at.parent));
        way.push(at.name.clone());
        assert!(way.len() < 20, "{way:?}");
    }
    way
}

/// Who takes the spans.
enum Taker {
    Own(Collector),
    Jaeger(Engine),
}

impl Taker {
    fn url(&self) -> String {
        match self {
            Self::Own(collector) => collector.url(),
            Self::Jaeger(engine) => engine.url().to_owned(),
        }
    }

    /// Of the client's trace.
    async fn trace(&self) -> Vec<SeenSpan> {
        match self {
            Self::Own(collector) => collector.trace(TRACE),
            Self::Jaeger(engine) => {
                let asked = Api::new(engine.told("JAEGER_URL")).get(&format!("/api/traces/{TRACE}")).await.unwrap();
                // It knows none of it yet: 404.
                if asked.status == 200 { jaeger_spans(&asked.json()) } else { Vec::new() }
            }
        }
    }

    /// Of every trace, where that can be asked.
    async fn all(&self) -> Vec<SeenSpan> {
        match self {
            Self::Own(collector) => collector.spans(),
            Self::Jaeger(_) => self.trace().await,
        }
    }
}

async fn one_trace(collector: &Taker, bus: &str, system: &str) {
    let place = Place::seeded().await;
    configure(&place, &collector.url(), 1.0, bus);
    let cluster = place.cluster(&plan(&place), &[]).await;
    let id = publish(&cluster, &format!("00-{TRACE}-{CLIENT}-01")).await;

    let publish = "/api/v1/marketplace/listings/{id}/publish";
    let wanted: [(&str, &str, Attributes<'_>); 8] = [
        ("gateway", "SERVER", vec![("url.scheme", "http"), ("http.response.status_code", "200")]),
        ("gateway", "CLIENT", vec![("svetu.role", "listings"), ("http.response.status_code", "200")]),
        ("gateway", "CLIENT", vec![("rpc.system", "grpc"), ("rpc.service", "svetu.identity.v1.Identity")]),
        ("identity", "SERVER", vec![("rpc.service", "svetu.identity.v1.Identity"), ("rpc.grpc.status_code", "0")]),
        ("listings", "SERVER", vec![("http.route", publish), ("url.scheme", "https")]),
        ("listings", "PRODUCER", vec![("messaging.operation.name", "create")]),
        ("listings", "PRODUCER", vec![("messaging.operation.name", "publish"), ("messaging.system", system)]),
        ("search", "CONSUMER", vec![("messaging.consumer.group.name", "search.index"), ("messaging.system", system)]),
    ];
    let began = Instant::now();
    let missing = |spans: &[SeenSpan]| -> Vec<String> {
        let missing = wanted.iter().filter(|(role, kind, told)| played(spans, role, kind, told).is_none());
        missing.map(|wanted| format!("{wanted:?}")).collect()
    };
    loop {
        let spans = collector.trace().await;
        if missing(&spans).is_empty() {
            break;
        }
        assert!(began.elapsed() < SEEN_WITHIN, "missing {:#?}\nof {spans:#?}", missing(&spans));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    cluster.stop().await;
    let spans = collector.trace().await;

    // Every parent is there: from each span a way leads up to the client.
    let ways: Vec<Vec<String>> = spans.iter().map(|span| way_up(&spans, span)).collect();
    let instances: BTreeSet<&String> = spans.iter().map(|span| &span.resource["service.instance.id"]).collect();
    assert!(instances.len() >= 4, "{ways:#?}");
    let consumer = played(&spans, "search", "CONSUMER", &[("messaging.consumer.group.name", "search.index")]).unwrap();
    assert_eq!(
        way_up(&spans, consumer),
        ["process events", &format!("POST {publish}"), "POST", &format!("POST {publish}")],
        "consumer, service, the gateway's call, the gateway"
    );
    // Nothing is told but what is known to be harmless; of the address its template, of the ad neither id nor title.
    for span in &collector.all().await {
        for (key, value) in span.attributes.iter().chain(&span.resource) {
            let told = TOLD.contains(&key.as_str()) || key == "service.instance.id";
            assert!(told, "{key} of {}", span.name);
            let clean = !value.contains(['@', '?']) && !value.contains(TITLE) && !value.contains(&id);
            assert!(clean, "{key}: {value}");
        }
        assert!(!span.name.contains(&id) && !span.name.contains('@'), "{}", span.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_goes_through_gateway_service_outbox_bus_and_consumer() {
    one_trace(&Taker::Own(Collector::start().await), "", "postgresql").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_goes_through_kafka() {
    let kafka = Engine::start("kafka");
    let bus = format!("[bus]\nurl = \"{}\"", kafka.url());
    one_trace(&Taker::Own(Collector::start().await), &bus, "kafka").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jaeger_shows_one_trace() {
    one_trace(&Taker::Jaeger(Engine::start("jaeger")), "", "postgresql").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_does_not_choose_what_is_traced() {
    let collector = Collector::start().await;
    let place = Place::seeded().await;
    configure(&place, &collector.url(), 0.0, "");
    let platform = place.up(&[]).await;
    publish(&platform, &format!("00-{TRACE}-{CLIENT}-01")).await;
    platform.stop().await;
    assert_eq!(collector.spans().len(), 0);
}

/// Takes connections and says nothing.
async fn silent() -> (String, JoinSet<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    (url, tasks)
}

const READERS: u32 = 8;
/// More than wait for a collector, and than it would be sent meanwhile.
const REQUESTS: u32 = 12_000;

async fn read_on(api: Api) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..REQUESTS / READERS {
        let began = Instant::now();
        assert_eq!(api.get("/health/live").await.unwrap().status, 200);
        slowest = slowest.max(began.elapsed());
    }
    slowest
}

fn figure(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_collector_that_is_away_or_silent() {
    let (silent, _held) = silent().await;
    // Nobody listens on the first port.
    for collector in ["http://127.0.0.1:1", &silent] {
        let place = Place::seeded().await;
        configure(&place, collector, 1.0, "");
        let platform = place.up(&[]).await;
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            readers.spawn(read_on(Api::new(&platform.api.url)));
        }
        let slowest = readers.join_all().await.into_iter().max().unwrap();
        assert!(slowest < Duration::from_secs(10), "{collector}: {slowest:?}");
        let metrics = platform.api.get("/metrics").await.unwrap();
        let metrics = String::from_utf8(metrics.body.to_vec()).unwrap();
        let fate = |fate: &str| figure(&metrics, &format!("svetu_telemetry_spans_total{{fate=\"{fate}\"}}"));
        assert_eq!(fate("Exported"), 0.0);
        if collector == silent {
            assert!(fate("Dropped") > 0.0, "{metrics}");
        } else {
            assert!(fate("Lost") > 0.0, "{metrics}");
        }
        assert!(figure(&metrics, "svetu_telemetry_spans_waiting") <= 4_096.0);
        let began = Instant::now();
        platform.stop().await;
        let ended = began.elapsed();
        assert!(ended < Duration::from_secs(30), "{collector}: {ended:?}");
        let log = std::fs::read_to_string(place.log()).unwrap();
        let warned = log.matches("the collector does not take spans").count();
        assert!((1..=2).contains(&warned), "{warned} warnings:\n{}", place.log_tail());
    }
}
