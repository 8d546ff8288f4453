//! The Node site behind the door: streamed both ways, with headers of our own making.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Extension, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Uri, Version, header};
use hyper_util::{
    client::legacy::{Client, Error as ClientError, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use svetu_http::{ApiProblem, RequestInfo, is_too_long};
use svetu_kernel::Status;
use svetu_ports::trace::{Kind, Span, TraceContext};
use tokio::time::timeout;
use tower_http::timeout::TimeoutBody;

use crate::{
    breaker::{Breaker, Refused},
    edge::Edge,
    origin::{FORWARDED_FOR, FORWARDED_HOST, FORWARDED_PROTO, Origin},
    session::{self, PageSession},
    sorry,
};

const CONNECT_MAX: Duration = Duration::from_secs(1);
/// Node closes a connection that was idle for 5 s: ours are gone before, so that no request meets the closing.
const IDLE_MAX: Duration = Duration::from_secs(4);
const IDLE_CONNECTIONS_MAX: usize = 64;
/// Scripts and styles that the site's build compressed.
const PREPARED: &str = "/_next/static/";

pub struct Site {
    address: SocketAddr,
    client: Client<HttpConnector, Body>,
    breaker: Breaker,
    /// Until the answer's head, and between two pieces of its body.
    silence_max: Duration,
}

impl Site {
    pub fn new(address: SocketAddr, silence_max: Duration) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_MAX));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_MAX)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .build(connector);
        Self { address, client, breaker: Breaker::new(), silence_max }
    }
}

pub async fn pass(
    State(edge): State<Arc<Edge>>,
    Extension(origin): Extension<Origin>,
    info: RequestInfo,
    request: Request,
) -> Result<Response, ApiProblem> {
    let Some(site) = &edge.site else { return Err(ApiProblem::new(Status::NotFound, "site.absent")) };
    let gone = match session::of_page(&edge, request.method(), request.uri(), request.headers()).await {
        PageSession::Renew(response) => return Ok(response),
        PageSession::Gone(cookie) => Some(cookie),
        PageSession::Fine => None,
    };
    let sorry = sorry::Reader::of(&request, info.language);
    let attempt = match site.breaker.enter(edge.clock.now()) {
        Ok(attempt) => attempt,
        Err(Refused { wait_s }) => return sorry.answer(&edge.kit, wait_s),
    };
    let mut span = Span::below_current("site", Kind::Client);
    let request = outgoing(site.address, &origin, &info, span.context(), request)?;
    let answered = timeout(site.silence_max, site.client.request(request)).await;
    let refusal = match answered {
        Ok(Ok(response)) => {
            span.set("http.response.status_code", response.status().as_u16());
            attempt.succeeded();
            edge.telemetry.site_open.set(0);
            let mut response = incoming(response, site.silence_max);
            response.headers_mut().extend(gone.map(|cookie| (header::SET_COOKIE, cookie)));
            return Ok(response);
        }
        Ok(Err(error)) if is_too_long(&error) => {
            return Err(ApiProblem::new(Status::ContentTooLarge, "request.too_large"));
        }
        // The reader's own body broke off: the site did nothing wrong.
        Ok(Err(error)) if is_readers(&error) => {
            return Err(ApiProblem::new(Status::BadRequest, "request.body_unreadable"));
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, cause = error.source_text(), "the site did not answer");
            sorry.answer(&edge.kit, 1)
        }
        Err(_) => {
            tracing::warn!(within_ms = site.silence_max.as_millis(), "the site did not answer in time");
            Err(ApiProblem::new(Status::GatewayTimeout, "service.timeout"))
        }
    };
    span.failed("site");
    attempt.failed(edge.clock.now());
    edge.telemetry.site_open.set(site.breaker.is_open().into());
    refusal
}

trait SourceText {
    fn source_text(&self) -> String;
}

impl SourceText for ClientError {
    fn source_text(&self) -> String {
        std::error::Error::source(self).map(ToString::to_string).unwrap_or_default()
    }
}

fn is_readers(error: &ClientError) -> bool {
    std::error::Error::source(error)
        .and_then(|cause| cause.downcast_ref::<hyper::Error>())
        .is_some_and(hyper::Error::is_user)
}

fn outgoing(
    site: SocketAddr,
    origin: &Origin,
    info: &RequestInfo,
    trace: TraceContext,
    request: Request,
) -> Result<Request, ApiProblem> {
    let (mut parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let prepared = target.starts_with(PREPARED);
    parts.uri = Uri::builder()
        .scheme("http")
        .authority(site.to_string())
        .path_and_query(target)
        .build()
        .map_err(|_| ApiProblem::new(Status::BadRequest, "request.invalid"))?;
    parts.version = Version::HTTP_11;
    let headers = &mut parts.headers;
    svetu_http::remove_hop_by_hop(headers);
    // The gateway compresses; the site answers plainly but for what its build made smaller than there is time for here.
    if !prepared {
        headers.remove(header::ACCEPT_ENCODING);
    }
    headers.remove(header::EXPECT);
    set(headers, header::HOST, &origin.host);
    set(headers, FORWARDED_HOST, &origin.host);
    set(headers, FORWARDED_PROTO, origin.scheme);
    if let Some(client) = origin.client {
        set(headers, FORWARDED_FOR, &IpAddr::to_canonical(&client).to_string());
    }
    set(headers, HeaderName::from_static("x-request-id"), &info.id);
    set(headers, HeaderName::from_static(TraceContext::HEADER), &trace.to_string());
    parts.extensions.clear();
    Ok(Request::from_parts(parts, body))
}

fn incoming(response: Response<hyper::body::Incoming>, silence_max: Duration) -> Response {
    let (mut parts, body) = response.into_parts();
    svetu_http::remove_hop_by_hop(&mut parts.headers);
    parts.headers.remove("x-powered-by");
    parts.headers.remove(header::SERVER);
    parts.version = Version::HTTP_11;
    parts.extensions.clear();
    Response::from_parts(parts, Body::new(TimeoutBody::new(silence_max, body))).into_response()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) if !value.is_empty() => drop(headers.insert(name, value)),
        Ok(_) | Err(_) => drop(headers.remove(name)),
    }
}
