//! Figures of a process that are read when somebody asks for them: its pools, caches and breakers, and whom it asks.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _, MetricEncoder},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use svetu_cluster::Peers;
use svetu_db::{Db, PoolStand, pool_timeouts};
use svetu_http::HttpMetrics;
use svetu_kernel::Timestamp;
use svetu_ports::meter;

use crate::cluster::Elsewhere;

#[derive(Debug)]
struct Meters {
    pools: Vec<Db>,
    peers: Vec<(&'static str, Arc<Peers>)>,
    /// Of a process that has one.
    certificate_expires_at: Option<Timestamp>,
}

pub fn register(metrics: &HttpMetrics, pools: Vec<Db>, elsewhere: Option<&Elsewhere>) {
    let meters = Meters {
        pools,
        peers: elsewhere.map(Elsewhere::everybody).unwrap_or_default(),
        certificate_expires_at: elsewhere.map(Elsewhere::certificate_expires_at),
    };
    metrics.register(|registry| registry.register_collector(Box::new(meters)));
}

/// One figure under its labels.
type Figure = (Vec<(&'static str, &'static str)>, u64);

fn tell(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    kind: MetricType,
    figures: impl IntoIterator<Item = Figure>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, kind)?;
    for (labels, value) in figures {
        let figure: MetricEncoder<'_> = metric.encode_family(&labels)?;
        match kind {
            MetricType::Counter => ConstCounter::new(value).encode(figure)?,
            _ => ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(figure)?,
        }
    }
    Ok(())
}

impl Collector for Meters {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let stands: Vec<(&'static str, PoolStand)> = self.pools.iter().map(|db| (db.schema(), db.stand())).collect();
        let of = |pick: fn(&PoolStand) -> u32| {
            stands.iter().map(move |(schema, stand)| (vec![("schema", *schema)], u64::from(pick(stand))))
        };
        let states = stands.iter().flat_map(|(schema, stand)| {
            [("in_use", stand.in_use), ("idle", stand.idle)]
                .map(|(state, count)| (vec![("schema", *schema), ("state", state)], u64::from(count)))
        });
        let gauge = MetricType::Gauge;
        tell(&mut encoder, "db_pool_connections", "Connections to the database", gauge, states)?;
        tell(&mut encoder, "db_pool_connections_max", "How many a pool may have", gauge, of(|stand| stand.max))?;
        tell(&mut encoder, "db_pool_waiting", "Transactions that wait for one", gauge, of(|stand| stand.waiting))?;
        let (name, help) = ("db_pool_timeouts", "Waits for a connection that ended without one");
        let metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        ConstCounter::new(pool_timeouts()).encode(metric)?;

        let lookups = meter::lookups();
        let lookups = lookups.into_iter().flat_map(|(cache, hits, misses)| {
            [("hit", hits), ("miss", misses)].map(|(result, count)| (vec![("cache", cache), ("result", result)], count))
        });
        tell(&mut encoder, "cache_lookups", "Whether a cache had it", MetricType::Counter, lookups)?;

        let breakers = meter::breakers().into_iter().map(|(engine, open)| (vec![("engine", engine)], u64::from(open)));
        tell(&mut encoder, "breaker_open", "Whether an engine is left alone", gauge, breakers)?;

        let peers = self.peers.iter().flat_map(|(role, peers)| {
            let stand = peers.stand();
            [("known", stand.known), ("resting", stand.resting)]
                .map(|(state, count)| (vec![("role", *role), ("state", state)], count as u64))
        });
        tell(&mut encoder, "cluster_peers", "Processes of a role, and those left alone", gauge, peers)?;

        let Some(expires_at) = self.certificate_expires_at else { return Ok(()) };
        let (name, help) =
            ("cluster_certificate_expires_seconds", "Unix time of the end of this process's certificate");
        let metric = encoder.encode_descriptor(name, help, None, gauge)?;
        ConstGauge::new(expires_at.timestamp()).encode(metric)
    }
}
