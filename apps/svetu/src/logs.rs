use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::config::{Log, LogFormat};

/// To standard error: text for a person at a terminal, JSON lines for everything else.
pub fn start(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(format!("{},sqlx=error,tantivy=warn,hyper=warn,tower_http=warn", log.level))
        .context("log.level: expected error, warn, info, debug or trace")?;
    let json = match log.format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let registry = tracing_subscriber::registry().with(filter);
    if json {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).init();
    } else {
        registry.with(fmt::layer().with_target(false).compact().with_writer(std::io::stderr)).init();
    }
    Ok(())
}
