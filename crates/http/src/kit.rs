//! What surrounds every route: ids, traces, the reader's language, problems, panics, metrics and the log line.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http::{HeaderValue, StatusCode, header, request::Parts};
use svetu_kernel::{SharedClock, Status};
use svetu_ports::{
    Authorizer,
    trace::{Kind, Span, TraceContext},
};
use tracing::Instrument;

use crate::{
    ApiProblem, Catalogue, Cursors, HttpMetrics, ProblemDocument, RequestInfo,
    metrics::method_label,
    problem::{PROBLEM_JSON, status_of},
    request::{self, REQUEST_ID},
};

pub struct KitConfig {
    pub authorizer: Arc<dyn Authorizer>,
    pub clock: SharedClock,
    /// Of every crate whose routes are served.
    pub catalogue: Catalogue,
    /// The platform's, the same in every process.
    pub cursor_key: [u8; 32],
    /// Of a body, unless its route says otherwise with a `DefaultBodyLimit` of its own.
    pub body_bytes_max: usize,
}

/// What handlers of all services share. Handlers take it as an argument: `kit: Arc<Kit>` by [`axum::Extension`].
pub struct Kit {
    pub authorizer: Arc<dyn Authorizer>,
    pub clock: SharedClock,
    pub catalogue: Catalogue,
    pub cursors: Cursors,
    pub metrics: HttpMetrics,
    body_bytes_max: usize,
}

impl std::fmt::Debug for Kit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kit").finish_non_exhaustive()
    }
}

impl Kit {
    pub const BODY_BYTES_MAX: usize = 256 * 1024;

    pub fn new(config: KitConfig) -> Arc<Self> {
        Arc::new(Self {
            authorizer: config.authorizer,
            clock: config.clock,
            catalogue: config.catalogue,
            cursors: Cursors::new(config.cursor_key),
            metrics: HttpMetrics::default(),
            body_bytes_max: config.body_bytes_max,
        })
    }

    /// Puts the kit around all routes of the router and answers what has no route. Once, outermost.
    pub fn install(self: &Arc<Self>, router: Router) -> Router {
        router
            .fallback(|| async { ApiProblem::new(Status::NotFound, "request.no_route") })
            .layer(DefaultBodyLimit::max(self.body_bytes_max))
            .layer(middleware::from_fn_with_state(Arc::clone(self), surround))
    }

    /// The kit of a request that came through [`Kit::install`].
    pub(crate) fn of(parts: &Parts) -> Result<&Arc<Self>, ApiProblem> {
        parts.extensions.get::<Arc<Self>>().ok_or_else(|| {
            ApiProblem::new(Status::Internal, "internal").caused_by("the route is served without a kit".to_owned())
        })
    }

    /// The answer of a problem in the reader's language.
    pub fn answer(&self, problem: &ApiProblem, info: &RequestInfo, path: &str) -> Response {
        let mut document = ProblemDocument::new(problem.problem(), &self.catalogue, info.language);
        document.instance = Some(path.to_owned());
        document.request_id = Some(info.id.clone());
        document.into_response(problem.problem())
    }
}

/// As a handler's argument.
impl<S: Send + Sync> FromRequestParts<S> for KitArg {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        Kit::of(parts).cloned().map(Self)
    }
}

/// The kit as a handler's argument: `KitArg(kit): KitArg`.
#[derive(Debug, Clone)]
pub struct KitArg(pub Arc<Kit>);

async fn surround(State(kit): State<Arc<Kit>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let _in_flight = kit.metrics.begin();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "unmatched".to_owned(), |m| m.as_str().to_owned());
    let (mut info, parent) = match request.extensions().get::<RequestInfo>() {
        Some(info) => (info.clone(), Some(info.trace)),
        None => (RequestInfo::read(request.headers(), request.uri()), request::parent(request.headers())),
    };
    let mut recorded = begin(&request, &route, parent);
    info.trace = recorded.context();
    let span = tracing::info_span!(
        "request",
        http.method = %method,
        http.route = %route,
        request_id = %info.id,
        trace_id = %format_args!("{:032x}", info.trace.trace_id),
    );
    request.extensions_mut().insert(Arc::clone(&kit));
    request.extensions_mut().insert(info.clone());

    let work = recorded.around(next.run(request));
    let answer = Box::pin(AssertUnwindSafe(work).catch_unwind()).instrument(span.clone()).await;
    let response = answer.unwrap_or_else(|panic| panicked(panic.as_ref()).into_response());

    let problem = response.extensions().get::<ApiProblem>().cloned().or_else(|| implied(&response));
    let mut response = match &problem {
        None => response,
        Some(problem) => {
            let mut answer = kit.answer(problem, &info, &path);
            // Of the bare answer stays what its route or a layer said beside the status: Allow, RateLimit, Set-Cookie.
            for (name, value) in response.headers() {
                if name != header::CONTENT_TYPE
                    && name != header::CONTENT_LENGTH
                    && !answer.headers().contains_key(name)
                {
                    answer.headers_mut().append(name.clone(), value.clone());
                }
            }
            // For a door between processes, which hands on what happened and not how it is told.
            answer.extensions_mut().insert(problem.clone());
            answer
        }
    };
    if let Ok(id) = HeaderValue::from_str(&info.id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }

    let took = started.elapsed();
    let status = response.status();
    kit.metrics.answered(&method, &route, status.as_u16(), took);
    recorded.set("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        recorded.failed(status.as_str().to_owned());
    }
    span.in_scope(|| {
        let cause = problem.as_ref().and_then(ApiProblem::cause);
        let code = problem.as_ref().map(|problem| problem.problem().code.as_ref());
        let (status, took_ms) = (status.as_u16(), took.as_secs_f64() * 1000.0);
        if status >= 500 {
            tracing::error!(status, took_ms, code, cause, "{method} {route} answered {status} in {took_ms:.1} ms");
        } else {
            tracing::info!(status, took_ms, code, "{method} {route} answered {status} in {took_ms:.1} ms");
        }
    });
    response
}

/// How the request's way came to us, where its address does not say it. In extensions.
#[derive(Debug, Clone, Copy)]
pub struct Scheme(pub &'static str);

/// By the conventions of OpenTelemetry for HTTP; of the address its template alone.
fn begin(request: &Request, route: &str, parent: Option<TraceContext>) -> Span {
    let method = method_label(request.method());
    let mut span = Span::begin(format!("{method} {route}"), Kind::Server, parent);
    if span.is_recorded() {
        let said = request.extensions().get::<Scheme>().map(|scheme| scheme.0);
        let scheme = said.unwrap_or(if request.uri().scheme_str() == Some("https") { "https" } else { "http" });
        span.set("http.request.method", if method == "OTHER" { "_OTHER" } else { method });
        span.set("http.route", route.to_owned());
        span.set("url.scheme", scheme);
    }
    span
}

fn panicked(panic: &(dyn Any + Send)) -> ApiProblem {
    let said = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    ApiProblem::new(Status::Internal, "internal").caused_by(format!("panic: {said}"))
}

/// The problem of a bare refusal by the router or a layer, which know statuses only.
fn implied(response: &Response) -> Option<ApiProblem> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with(PROBLEM_JSON) || !(kind.is_empty() || kind.starts_with("text/plain")) {
        return None;
    }
    let (status, code) = match response.status() {
        StatusCode::BAD_REQUEST => (Status::BadRequest, "request.invalid"),
        StatusCode::NOT_FOUND => (Status::NotFound, "request.not_found"),
        StatusCode::METHOD_NOT_ALLOWED => (Status::MethodNotAllowed, "request.method_not_allowed"),
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => (Status::GatewayTimeout, "service.timeout"),
        StatusCode::PAYLOAD_TOO_LARGE => (Status::ContentTooLarge, "request.too_large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (Status::UnsupportedMediaType, "request.unsupported_media_type"),
        StatusCode::UNPROCESSABLE_ENTITY => (Status::Unprocessable, "validation.failed"),
        StatusCode::INTERNAL_SERVER_ERROR => (Status::Internal, "internal"),
        StatusCode::BAD_GATEWAY => (Status::BadGateway, "service.bad_gateway"),
        StatusCode::SERVICE_UNAVAILABLE => (Status::Unavailable, "service.unavailable"),
        _ => return None,
    };
    let problem = ApiProblem::new(status, code);
    debug_assert!(status_of(problem.problem()).is_client_error() || status_of(problem.problem()).is_server_error());
    Some(problem)
}
