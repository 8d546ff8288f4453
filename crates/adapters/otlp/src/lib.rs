//! Spans to a collector by OTLP over HTTP: the [`Tracer`](svetu_ports::trace::Tracer) of a process.
//!
//! Nothing waits for the collector. What does not fit into the queue while it is away is dropped and counted.
#![cfg(feature = "engine")]

mod client;
mod pipeline;
mod tracer;

use std::{sync::Arc, time::Duration};

use opentelemetry::KeyValue;
use opentelemetry_otlp::{RetryPolicy, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider},
};
use prometheus_client::registry::Registry;
use url::Url;

use crate::{client::Client, pipeline::Figures, tracer::OtlpTracer};

/// Of one batch's way to the collector.
const EXPORT_MAX: Duration = Duration::from_secs(3);
const EXPORT_EVERY: Duration = Duration::from_secs(1);
const BATCH_MAX: usize = 512;
/// Spans that wait: some two megabytes.
const QUEUE_MAX: usize = 4_096;
const ATTRIBUTES_MAX: u32 = 32;

#[derive(Debug, thiserror::Error)]
pub enum OtlpError {
    #[error("expected http://host:port or https://host")]
    Url,
    #[error("expected from 0 to 1")]
    Ratio,
    #[error("there is one already")]
    Twice,
    #[error(transparent)]
    Client(#[from] reqwest::Error),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    #[error(transparent)]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Whose spans go where.
#[derive(Debug, Clone)]
pub struct OtlpConfig {
    /// Of the collector; spans go to `/v1/traces` below it.
    pub url: String,
    /// Of the traces that begin here, and of those that outsiders ask for.
    pub sample_ratio: f64,
    pub service: String,
    /// Tells this process from all others, also from the one that was here before.
    pub instance: String,
    pub version: &'static str,
    pub roles: Vec<String>,
}

/// The one that runs. Kept until the end, and closed there.
#[derive(Debug)]
pub struct Otlp {
    provider: SdkTracerProvider,
    figures: Arc<Figures>,
}

impl Otlp {
    /// What is wrong with it, without doing any of it.
    ///
    /// # Errors
    /// When the URL or the ratio cannot be.
    pub fn check(url: &str, sample_ratio: f64) -> Result<(), OtlpError> {
        endpoint(url)?;
        if (0.0..=1.0).contains(&sample_ratio) { Ok(()) } else { Err(OtlpError::Ratio) }
    }

    /// Spans of this process go out from here on. Within the runtime that sends them.
    ///
    /// # Errors
    /// When the configuration cannot be, or there is one already.
    pub fn start(config: &OtlpConfig) -> Result<Self, OtlpError> {
        Self::check(&config.url, config.sample_ratio)?;
        let figures = Arc::new(Figures::default());
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(Client::try_new(EXPORT_MAX)?)
            .with_endpoint(endpoint(&config.url)?)
            .with_timeout(EXPORT_MAX)
            // The next batch is a try of its own; what waits meanwhile is bounded by the queue.
            .with_retry_policy(RetryPolicy::disabled())
            .build()?;
        let batches = BatchConfigBuilder::default()
            // One bound is enough, and it is the one that counts what it drops.
            .with_max_queue_size(QUEUE_MAX * 2)
            .with_max_export_batch_size(BATCH_MAX)
            .with_scheduled_delay(EXPORT_EVERY)
            .build();
        let processor = BatchSpanProcessor::builder(pipeline::Watched::new(exporter, Arc::clone(&figures)))
            .with_batch_config(batches)
            .build();
        let resource = Resource::builder_empty()
            .with_service_name(config.service.clone())
            .with_attributes([
                KeyValue::new("service.instance.id", config.instance.clone()),
                KeyValue::new("service.version", config.version),
                KeyValue::new("svetu.roles", config.roles.join(",")),
            ])
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(pipeline::Bounded::new(processor, Arc::clone(&figures)))
            // Whoever is inside has decided already; a root of our own is decided here.
            .with_sampler(Sampler::parent_based(Sampler::TraceIdRatioBased(config.sample_ratio)))
            .with_max_attributes_per_span(ATTRIBUTES_MAX)
            .with_resource(resource)
            .build();
        if !svetu_ports::trace::install(Arc::new(OtlpTracer::new(&provider, config.sample_ratio))) {
            return Err(OtlpError::Twice);
        }
        Ok(Self { provider, figures })
    }

    pub fn register(&self, registry: &mut Registry) {
        self.figures.register(registry);
    }

    /// What waits is sent, within the time; then it is let go of.
    pub async fn close(self, within: Duration) {
        let (done, is_done) = tokio::sync::oneshot::channel();
        // A thread of its own: the runtime would wait for one of its at its end.
        let closing = std::thread::Builder::new().name("svetu-otlp-close".to_owned()).spawn(move || {
            if let Err(error) = self.provider.shutdown_with_timeout(within) {
                tracing::warn!(%error, "not all spans reached the collector");
            }
            // Nobody waits for it any more where this fails.
            let _ = done.send(());
        });
        match closing {
            Ok(_) => drop(tokio::time::timeout(within, is_done).await),
            Err(error) => tracing::warn!(%error, "spans that wait are lost"),
        }
    }
}

fn endpoint(url: &str) -> Result<String, OtlpError> {
    let parsed = Url::parse(url).map_err(|_| OtlpError::Url)?;
    let fits = matches!(parsed.scheme(), "http" | "https") && parsed.has_host();
    let plain = parsed.query().is_none() && parsed.fragment().is_none() && parsed.username().is_empty();
    if !fits || !plain || parsed.password().is_some() {
        return Err(OtlpError::Url);
    }
    Ok(format!("{}/v1/traces", parsed.as_str().trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_spans_go() {
        let check = |url: &str, expected: Option<&str>| assert_eq!(endpoint(url).ok().as_deref(), expected, "{url}");
        check("http://127.0.0.1:4318", Some("http://127.0.0.1:4318/v1/traces"));
        check("https://collector.example/otlp/", Some("https://collector.example/otlp/v1/traces"));
        for unfit in ["", "127.0.0.1:4318", "grpc://host:4317", "http://", "http://user:word@host", "http://host/?a=b"]
        {
            check(unfit, None);
        }
        assert!(Otlp::check("http://host", 1.0).is_ok() && Otlp::check("http://host", 0.0).is_ok());
        assert!(Otlp::check("http://host", 1.1).is_err() && Otlp::check("http://host", f64::NAN).is_err());
    }
}
