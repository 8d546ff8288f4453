//! What the gateway counts of itself.

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
};
use svetu_http::Kit;

#[derive(Debug, Default)]
pub struct Telemetry {
    refusals: Family<Refusal, Counter>,
    pub connections: Gauge,
    /// 1 while the site is given a rest.
    pub site_open: Gauge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Reason {
    Rate,
    Load,
    Time,
    Connections,
    Handshake,
}

impl Telemetry {
    pub fn register(kit: &Kit) -> Self {
        let own = Self::default();
        kit.metrics.register(|registry| {
            registry.register("gateway_refusals", "Requests and connections refused", own.refusals.clone());
            registry.register("gateway_connections", "Open connections", own.connections.clone());
            registry.register("gateway_site_open", "Whether the site's breaker is open", own.site_open.clone());
        });
        own
    }

    pub fn refused(&self, reason: Reason) {
        self.refusals.get_or_create(&Refusal { reason }).inc();
    }
}
