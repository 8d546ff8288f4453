//! Bounds of one request and of all at once.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{Method, header};
use http_body_util::Limited;
use svetu_http::{ApiProblem, Deadline};
use svetu_kernel::{Problem, Status};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use crate::{
    body::Holding,
    config::GatewayLimits,
    edge::Edge,
    origin::{Origin, Side},
    tally::{Share, Tally},
    telemetry::Reason,
};

/// Takes photos; the one route whose bodies are large and come from phones.
const UPLOADS: &str = "/api/v1/media/uploads";
/// A photo of 20 MB and a multipart envelope around it.
const UPLOAD_BYTES_MAX: usize = 20 * 1024 * 1024 + 64 * 1024;
/// How many times as long as another request an upload may take.
pub const UPLOAD_TIMES: u32 = 6;

/// One network may hold a quarter of the places: a place is held until the answer is read, and a reader can be slow on purpose.
const NETWORK_SHARE: usize = 4;

/// Places for requests at work. The site's calls have places of their own: a page that holds one and waits for its data must not
/// wait for a place that another such page holds.
#[derive(Debug)]
pub struct Places {
    public: Arc<Semaphore>,
    inside: Arc<Semaphore>,
    by_network: Tally,
    of_one_network_max: usize,
}

impl Places {
    pub fn new(limits: &GatewayLimits) -> Self {
        let places = || Arc::new(Semaphore::new(limits.concurrent_max.min(Semaphore::MAX_PERMITS)));
        let of_one_network_max = (limits.concurrent_max / NETWORK_SHARE).max(1);
        Self { public: places(), inside: places(), by_network: Tally::default(), of_one_network_max }
    }

    fn take(&self, origin: &Origin) -> Option<(OwnedSemaphorePermit, Option<Share>)> {
        let share = match (origin.side, origin.client) {
            (Side::Public, Some(client)) if !client.is_loopback() => {
                Some(self.by_network.take(client, self.of_one_network_max)?)
            }
            (Side::Public | Side::Inside, _) => None,
        };
        let places = match origin.side {
            Side::Public => &self.public,
            Side::Inside => &self.inside,
        };
        Some((Arc::clone(places).try_acquire_owned().ok()?, share))
    }
}

/// Nobody queues: who finds no place is told at once, while those inside still get their answer in time.
pub async fn shed(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Result<Response, ApiProblem> {
    let place = request.extensions().get::<Origin>().and_then(|origin| edge.places.take(origin));
    let Some(place) = place else {
        edge.telemetry.refused(Reason::Load);
        return Err(Problem::new(Status::Unavailable, "service.overloaded").retry_after(1).into());
    };
    Ok(next.run(request).await.map(|body| Holding::body(body, place)))
}

/// Until the answer's head; what streams after it is bounded by its pauses.
pub async fn in_time(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Result<Response, ApiProblem> {
    let times = if is_upload(&request) { UPLOAD_TIMES } else { 1 };
    let deadline = Instant::now() + edge.settings.request_max() * times;
    request.extensions_mut().insert(Deadline(deadline));
    timeout_at(deadline, next.run(request)).await.map_err(|_| {
        edge.telemetry.refused(Reason::Time);
        ApiProblem::new(Status::GatewayTimeout, "service.timeout")
    })
}

/// A body that announces too much is refused unread; one that does not is cut when it gets there.
pub async fn small_enough(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Result<Response, ApiProblem> {
    let upload = is_upload(&request);
    let bytes_max = edge.settings.limits.body_bytes_max.max(if upload { UPLOAD_BYTES_MAX } else { 0 });
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(ApiProblem::new(Status::ContentTooLarge, "request.too_large"));
    }
    Ok(next.run(request.map(|body| Body::new(Limited::new(body, bytes_max)))).await)
}

fn is_upload(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == UPLOADS
}
