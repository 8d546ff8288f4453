//! Rate, errors and duration of the contracts that this process keeps.

use std::time::Duration;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
};
use svetu_http::Kit;
use tonic::Code;

/// Seconds: as those of HTTP.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Both of the contracts' own lists.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    service: &'static str,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    service: &'static str,
    method: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone)]
pub struct Telemetry {
    calls: Family<Answer, Counter>,
    durations: Family<Call, Histogram>,
    in_flight: Gauge,
    pub connections: Gauge,
}

/// Counts down when the call ends, however it ends.
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Telemetry {
    pub fn register(kit: &Kit) -> Self {
        let own = Self {
            calls: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            in_flight: Gauge::default(),
            connections: Gauge::default(),
        };
        kit.metrics.register(|registry| {
            registry.register("rpc_calls", "Contracts' calls answered", own.calls.clone());
            registry.register("rpc_call_duration_seconds", "Time until a call's answer", own.durations.clone());
            registry.register("rpc_calls_in_flight", "Calls being answered", own.in_flight.clone());
            registry.register("cluster_connections", "Open connections of other processes", own.connections.clone());
        });
        own
    }

    pub fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub fn connected(&self) -> InFlight {
        self.connections.inc();
        InFlight(self.connections.clone())
    }

    pub fn answered(&self, service: &'static str, method: &'static str, code: Code, took: Duration) {
        self.durations.get_or_create(&Call { service, method }).observe(took.as_secs_f64());
        self.calls.get_or_create(&Answer { service, method, code: name_of(code) }).inc();
    }
}

const fn name_of(code: Code) -> &'static str {
    match code {
        Code::Ok => "ok",
        Code::Cancelled => "cancelled",
        Code::Unknown => "unknown",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out_of_range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data_loss",
        Code::Unauthenticated => "unauthenticated",
    }
}
