//! Traces to a collector, where the configuration names one.

use anyhow::Result;
use svetu_http::HttpMetrics;

use crate::{cli::Role, config};

/// Of this process; nothing where there is no collector.
#[derive(Debug)]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    otlp: Option<svetu_otlp::Otlp>,
}

#[cfg(feature = "otlp")]
impl Telemetry {
    /// Of the spans that still wait when we end.
    const FLUSH_MAX: std::time::Duration = std::time::Duration::from_secs(2);

    pub fn start(config: &config::Telemetry, roles: &[Role], metrics: &HttpMetrics) -> Result<Self> {
        use anyhow::Context as _;

        if config.otlp_url.is_empty() {
            return Ok(Self { otlp: None });
        }
        let otlp = svetu_otlp::Otlp::start(&svetu_otlp::OtlpConfig {
            url: config.otlp_url.clone(),
            sample_ratio: config.sample_ratio,
            service: config.service.clone(),
            instance: uuid::Uuid::new_v4().to_string(),
            version: env!("CARGO_PKG_VERSION"),
            roles: roles.iter().map(|role| role.name().to_owned()).collect(),
        })
        .context("telemetry.otlp_url")?;
        metrics.register(|registry| otlp.register(registry));
        Ok(Self { otlp: Some(otlp) })
    }

    pub async fn close(self) {
        if let Some(otlp) = self.otlp {
            otlp.close(Self::FLUSH_MAX).await;
        }
    }
}

#[cfg(not(feature = "otlp"))]
impl Telemetry {
    #[allow(clippy::unnecessary_wraps, reason = "as with the exporter")]
    pub const fn start(_: &config::Telemetry, _: &[Role], _: &HttpMetrics) -> Result<Self> {
        Ok(Self {})
    }

    #[allow(clippy::unused_async, reason = "as with the exporter")]
    pub async fn close(self) {}
}
