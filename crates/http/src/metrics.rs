//! Rate, errors and duration by route template, in OpenMetrics text.

use std::time::Duration;

use parking_lot::Mutex;
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// Labels are bounded: routes are templates, methods and statuses are of known sets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    method: &'static str,
    route: String,
    status: u16,
}

/// The registry of a process; other parts of it register their own metrics.
#[derive(Debug)]
pub struct HttpMetrics {
    registry: Mutex<Registry>,
    requests: Family<Answer, Counter>,
    durations: Family<Route, Histogram>,
    in_flight: Gauge,
}

/// Seconds: from half a millisecond to ten seconds.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

impl Default for HttpMetrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("svetu");
        let requests = Family::default();
        let durations: Family<Route, Histogram> = Family::new_with_constructor(|| Histogram::new(BUCKETS));
        let in_flight = Gauge::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_duration_seconds", "Time until the answer's head", durations.clone());
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        Self { registry: Mutex::new(registry), requests, durations, in_flight }
    }
}

impl HttpMetrics {
    /// For gauges and counters of the rest of the process.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock());
    }

    pub(crate) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub(crate) fn answered(&self, method: &http::Method, route: &str, status: u16, took: Duration) {
        let method = method_label(method);
        self.durations.get_or_create(&Route { method, route: route.to_owned() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answer { method, route: route.to_owned(), status }).inc();
    }

    /// `application/openmetrics-text; version=1.0.0; charset=utf-8`.
    pub fn render(&self) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = text::encode(&mut out, &self.registry.lock());
        out
    }
}

/// Counts down when the request ends, however it ends.
pub(crate) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Of a known set.
pub fn method_label(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}
