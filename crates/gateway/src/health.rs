//! Health for supervisors and metrics for those who may read them.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Router,
    extract::{Extension, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};
use svetu_http::ApiProblem;
use svetu_kernel::Status;

use crate::{
    config::is_this_machine,
    edge::Edge,
    origin::{Origin, Side},
};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub fn routes(edge: &Arc<Edge>) -> Router {
    Router::new()
        .route("/health/live", get(|| async { answer(true, "live", "") }))
        .route("/health/ready", get(ready))
        .route("/health/startup", get(started))
        .route("/metrics", get(metrics))
        .with_state(Arc::clone(edge))
}

fn answer(good: bool, yes: &'static str, no: &'static str) -> Response {
    let (status, said) = if good { (StatusCode::OK, yes) } else { (StatusCode::SERVICE_UNAVAILABLE, no) };
    let body = serde_json::json!({ "status": said }).to_string();
    (status, [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response()
}

/// Requests are welcome: everything is up and nobody is closing the door.
async fn ready(State(edge): State<Arc<Edge>>) -> Response {
    let draining = edge.draining.load(Ordering::Relaxed);
    answer(edge.is_ready() && !draining, "ready", if draining { "draining" } else { "starting" })
}

/// It was ready once; what comes later is not a start.
async fn started(State(edge): State<Arc<Edge>>) -> Response {
    let started = edge.is_ready() || edge.draining.load(Ordering::Relaxed);
    answer(started, "started", "starting")
}

async fn metrics(State(edge): State<Arc<Edge>>, origin: Option<Extension<Origin>>) -> Result<Response, ApiProblem> {
    let allowed = origin.is_some_and(|Extension(origin)| {
        origin.plain && origin.client.is_some_and(|client| edge.settings.metrics_allow.contain(client))
    });
    if !allowed {
        return Err(nothing_here());
    }
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], edge.kit.metrics.render()).into_response())
}

/// `/dev/mail`: only this machine, and only under a name of it. A page elsewhere that has its own name point at the loopback
/// (DNS rebinding) would otherwise read the links in people's letters.
pub async fn this_machine_only(request: Request, next: Next) -> Result<Response, ApiProblem> {
    let local = request.extensions().get::<Origin>().is_some_and(|origin| {
        let name = origin.host.rsplit_once(':').map_or(origin.host.as_str(), |(name, port)| {
            if port.bytes().all(|digit| digit.is_ascii_digit()) { name } else { origin.host.as_str() }
        });
        origin.side == Side::Public
            && origin.plain
            && is_this_machine(name)
            && origin.client.is_some_and(|client| client.to_canonical().is_loopback())
    });
    if local { Ok(next.run(request).await) } else { Err(nothing_here()) }
}

fn nothing_here() -> ApiProblem {
    ApiProblem::new(Status::NotFound, "request.no_route")
}
