//! What Prometheus gets of a running platform: names, what they mean, labels of known sets, and figures that move.

use std::collections::{BTreeMap, BTreeSet};

use prometheus_parse::{Sample, Scrape, Value};
use serde_json::{Value as Json, json};

use crate::platform::{Api, Place, TRADER};

const LISTINGS: &str = "/api/v1/marketplace/listings";
/// In paths that somebody makes up.
const MADE_UP: &str = "izmisljeno-123";
/// More series than this are no bounded labels.
const SERIES_MAX: usize = 6_000;
const LABELS: [&str; 17] = [
    "cache", "code", "database", "engine", "fate", "group", "le", "method", "reason", "result", "role", "route",
    "schema", "service", "slot", "state", "status",
];

struct Scraped {
    samples: Vec<Sample>,
}

/// `{id}` within quotes as `<id>`.
fn unbraced(line: &str) -> String {
    let parts = line.split('"').enumerate();
    let parts =
        parts.map(|(n, part)| if n % 2 == 1 { part.replace('{', "<").replace('}', ">") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("\"")
}

impl Scraped {
    /// Read by a parser that is not ours; each family says what it is.
    async fn of(url: &str) -> Self {
        let answer = Api::new(url).get("/metrics").await.unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.kind.starts_with("application/openmetrics-text"), "{}", answer.kind);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.ends_with("# EOF\n"));
        let said = |word: &str| -> BTreeMap<String, String> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(word));
            lines.map(|line| line.split_once(' ').unwrap()).map(|(name, rest)| (name.into(), rest.into())).collect()
        };
        let (types, helps) = (said("# TYPE "), said("# HELP "));
        // It does not know braces within a value, which are allowed there.
        let samples = Scrape::parse(text.lines().map(|line| Ok(unbraced(line)))).unwrap().samples;
        let lines = text.lines().filter(|line| !line.starts_with('#')).count();
        let read = |sample: &Sample| match &sample.value {
            // Its buckets; sum and count are samples of their own.
            Value::Histogram(buckets) => buckets.len(),
            Value::Summary(quantiles) => quantiles.len(),
            Value::Counter(_) | Value::Gauge(_) | Value::Untyped(_) => 1,
        };
        assert_eq!(samples.iter().map(read).sum::<usize>(), lines, "nothing is passed over");
        assert!(!samples.is_empty() && samples.len() < SERIES_MAX, "{}", samples.len());
        for sample in &samples {
            let name = sample.metric.as_str();
            let family = ["_total", "_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            let family = family.filter(|family| types.contains_key(*family)).unwrap_or(name);
            assert!(family.starts_with("svetu_"), "{family}");
            let kind = types.get(family).unwrap_or_else(|| panic!("{family} has no type"));
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
            assert!(helps.get(family).is_some_and(|help| help.len() > 8), "{family} is not explained");
            for (label, value) in sample.labels.iter() {
                assert!(LABELS.contains(&label.as_str()), "{label} of {family}");
                assert!(!value.contains(MADE_UP) && !value.contains("listing_") && value.len() < 100, "{value}");
            }
        }
        Self { samples }
    }

    fn names(&self) -> BTreeSet<&str> {
        self.samples.iter().map(|sample| sample.metric.as_str()).collect()
    }

    /// The sum over all series that have these labels; None: there is none.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let fits = |sample: &&Sample| {
            sample.metric == name && labels.iter().all(|(label, value)| sample.labels.get(label) == Some(value))
        };
        let value = |sample: &Sample| match &sample.value {
            Value::Counter(value) | Value::Gauge(value) | Value::Untyped(value) => *value,
            Value::Histogram(_) | Value::Summary(_) => panic!("{name} is no number"),
        };
        self.samples.iter().filter(fits).map(value).reduce(|sum, value| sum + value)
    }

    #[track_caller]
    fn some(&self, name: &str, labels: &[(&str, &str)]) {
        assert!(self.sum(name, labels).is_some_and(|sum| sum > 0.0), "{name} {labels:?}: {:?}", self.sum(name, labels));
    }

    #[track_caller]
    fn known(&self, name: &str, labels: &[(&str, &str)]) {
        assert!(self.sum(name, labels).is_some(), "{name} {labels:?} is not there: {:?}", self.names());
    }
}

/// What a member does, and what a program that guesses does.
async fn use_it(api: &Api) -> String {
    let trader = api.signed_in(TRADER).await;
    let town = api.place("Zrenjanin").await;
    let body = json!({
        "title": "Merač", "description": "", "category": "nonfiction", "condition": "new", "place_id": town,
        "price": { "kind": "agreement" }, "language": "sr-Latn",
    });
    let made = trader.post(LISTINGS, "metrics-1", &body).await.unwrap().expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    trader.post(&format!("{LISTINGS}/{id}/publish"), "metrics-2", &json!({})).await.unwrap().expect(200);
    for path in [format!("{LISTINGS}/{id}"), format!("{LISTINGS}/{MADE_UP}"), format!("/api/v1/{MADE_UP}/{MADE_UP}")] {
        trader.get(&path).await.unwrap();
    }
    id
}

/// Figures that are asked now and then are there by then.
async fn settled(urls: &[String], name: &str, labels: &[(&str, &str)]) -> Vec<Scraped> {
    let began = std::time::Instant::now();
    loop {
        let mut all = Vec::new();
        for url in urls {
            all.push(Scraped::of(url).await);
        }
        if all.iter().any(|scraped| scraped.sum(name, labels).is_some_and(|sum| sum > 0.0)) {
            return all;
        }
        assert!(began.elapsed().as_secs() < 30, "{name} {labels:?} does not come");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_tells_all() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    use_it(&platform.api).await;
    let urls = [platform.api.url.clone()];
    let scraped = settled(&urls, "svetu_relay_leads", &[("schema", "search")]).await.remove(0);

    // Rate, errors, duration; by template.
    let route = "/api/v1/marketplace/listings/<id>";
    scraped.some("svetu_http_requests_total", &[("route", route), ("method", "GET"), ("status", "200")]);
    scraped.some("svetu_http_requests_total", &[("route", "/api/<*rest>"), ("status", "404")]);
    scraped.known("svetu_http_requests_in_flight", &[]);
    assert!(scraped.names().iter().any(|name| name.starts_with("svetu_http_request_duration_seconds")));
    // Saturation.
    scraped.some("svetu_gateway_connections", &[]);
    scraped.some("svetu_db_pool_connections_max", &[("schema", "listings")]);
    for state in ["in_use", "idle"] {
        scraped.known("svetu_db_pool_connections", &[("schema", "listings"), ("state", state)]);
    }
    scraped.some("svetu_db_pool_connections", &[("schema", "listings")]);
    scraped.known("svetu_db_pool_waiting", &[("schema", "listings")]);
    scraped.known("svetu_db_pool_timeouts_total", &[]);
    // What waits.
    for schema in ["identity", "listings", "search"] {
        for name in ["svetu_outbox_waiting", "svetu_outbox_oldest_age_seconds", "svetu_jobs_due", "svetu_jobs_shelved"]
        {
            scraped.known(name, &[("schema", schema)]);
        }
    }
    scraped.known("svetu_bus_group_lag", &[("group", "search.index")]);
    // Breakers and caches.
    scraped.known("svetu_gateway_site_open", &[]);
    scraped.some("svetu_cache_lookups_total", &[("cache", "sessions"), ("result", "hit")]);
    scraped.some("svetu_cache_lookups_total", &[("cache", "sessions"), ("result", "miss")]);
    scraped.known("svetu_cache_lookups_total", &[("cache", "media_public")]);
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_tell_each_of_its_own() {
    let place = Place::seeded().await;
    let plan = [
        ("gateway", vec!["gateway"]),
        ("listings", vec!["listings"]),
        ("others", vec!["identity", "media", "geo", "users", "search"]),
    ];
    let plan = plan.map(|(name, roles)| format!("[[process]]\nname = \"{name}\"\nroles = {}\n", json!(roles)));
    let plan = place.write("cluster.toml", plan.concat());
    let cluster = place.cluster(&plan, &[]).await;
    use_it(&cluster.api).await;
    let told: Vec<Json> =
        serde_json::from_str(&place.run(&["cluster", "status", "--json"]).await.expect(0).out).unwrap();
    let urls: Vec<String> =
        told.iter().map(|process| format!("http://{}", process["probe"].as_str().unwrap())).collect();
    let scraped = settled(&urls, "svetu_relay_leads", &[("schema", "listings")]).await;
    let [gateway, listings, others] = scraped.as_slice() else { panic!("{told:?}") };

    let identity = ("service", "svetu.identity.v1.Identity");
    others.some("svetu_rpc_calls_total", &[identity, ("code", "ok")]);
    assert!(others.names().iter().any(|name| name.starts_with("svetu_rpc_call_duration_seconds")));
    others.known("svetu_rpc_calls_in_flight", &[]);
    others.some("svetu_cluster_connections", &[]);
    gateway.some("svetu_cluster_peers", &[("role", "listings"), ("state", "known")]);
    assert_eq!(gateway.sum("svetu_cluster_peers", &[("role", "listings"), ("state", "resting")]), Some(0.0));
    for process in [gateway, listings, others] {
        process.some("svetu_cluster_certificate_expires_seconds", &[]);
    }
    // One's own and nobody else's.
    listings.some("svetu_relay_leads", &[("schema", "listings")]);
    assert_eq!(gateway.sum("svetu_relay_leads", &[("schema", "listings")]), None);
    others.known("svetu_bus_group_lag", &[("group", "search.index")]);
    assert_eq!(listings.sum("svetu_bus_group_lag", &[("group", "search.index")]), None);
    cluster.stop().await;
}
