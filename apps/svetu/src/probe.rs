//! Health and metrics of a process of a cluster, in clear, for whoever watches over it.

use std::net::SocketAddr;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::IntoResponse as _,
    routing::get,
};
use serde_json::json;
use svetu_http::Kit;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Closed when it is dropped.
#[derive(Debug)]
pub struct Probe(JoinHandle<()>);

impl Probe {
    pub async fn open(address: SocketAddr, kit: Arc<Kit>, ready: watch::Receiver<bool>) -> Result<Self> {
        let listener =
            TcpListener::bind(address).await.with_context(|| format!("cluster.probe: {address} is not to be had"))?;
        let answer = |good: bool, yes: &str, no: &str| {
            let status = if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(json!({ "status": if good { yes } else { no } }))).into_response()
        };
        let router = Router::new()
            .route("/health/live", get(async move || answer(true, "live", "")))
            .route("/health/ready", get(async move || answer(*ready.borrow(), "ready", "not ready")))
            .route(
                "/metrics",
                get(async move || ([(header::CONTENT_TYPE, OPENMETRICS)], kit.metrics.render()).into_response()),
            );
        Ok(Self(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the probe is closed");
            }
        })))
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.0.abort();
    }
}
