//! Every request's way through the gateway, in one place.

use std::sync::{Arc, atomic::AtomicBool};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{from_fn, from_fn_with_state as with},
    response::Response,
    routing::any,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use svetu_contracts::{identity::IdentityContract, sessions::SessionsContract};
use svetu_http::{ApiProblem, Kit, Scheme};
use svetu_kernel::{SharedClock, Status};
use svetu_ports::trace::{self, TraceContext};
use tokio::sync::watch;
use tower::ServiceExt as _;
use tower_http::{
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, NotForContentType},
    },
    cors::{AllowOrigin, CorsLayer},
};

use crate::{
    GatewayParts,
    config::Settings,
    csrf, docs, health,
    limits::{self, Limits},
    load::{self, Places},
    origin::{self, Side},
    secure, session,
    site::{self, Site},
    telemetry::Telemetry,
    work::Work,
};

/// What all requests share.
pub struct Edge {
    pub settings: Settings,
    pub kit: Arc<Kit>,
    pub identity: Arc<dyn IdentityContract>,
    pub sessions: Arc<dyn SessionsContract>,
    pub clock: SharedClock,
    pub limits: Limits,
    pub work: Work,
    pub places: Places,
    pub site: Option<Site>,
    pub telemetry: Telemetry,
    pub draining: AtomicBool,
    ready: watch::Receiver<bool>,
}

impl Edge {
    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }
}

/// The service of all connections, and what it shares.
pub fn build(settings: Settings, parts: GatewayParts) -> (Router, Arc<Edge>) {
    let GatewayParts {
        api,
        media,
        oauth,
        signing,
        kit,
        identity,
        sessions,
        clock,
        site,
        openapi,
        dev_mail,
        work_key,
        shared_limits,
        ready,
    } = parts;
    let edge = Arc::new(Edge {
        limits: Limits::new(&settings.limits, shared_limits),
        work: Work::new(work_key),
        places: Places::new(&settings.limits),
        site: site.map(|address| Site::new(address, settings.request_max())),
        telemetry: Telemetry::register(&kit),
        draining: AtomicBool::new(false),
        settings,
        kit,
        identity,
        sessions,
        clock,
        ready,
    });

    let services = Router::new()
        .nest("/api/v1", api)
        .route("/api/{*rest}", any(no_route))
        .merge(media)
        .merge(oauth)
        .merge(signing)
        // The innermost is the last: each layer sees what those above it let through.
        .layer(with(Arc::clone(&edge), load::small_enough))
        .layer(with(Arc::clone(&edge), limits::by_account))
        .layer(with(Arc::clone(&edge), session::known))
        .layer(with(Arc::clone(&edge), csrf::same_origin));
    let services = bounded(services.merge(docs::routes(&openapi)), &edge);
    let mut own = services.merge(health::routes(&edge));
    // Behind a proxy on this machine that says nothing of whom it asks for, everybody would be this machine.
    if let Some(mail) = dev_mail.filter(|_| edge.settings.is_local) {
        own = own.merge(mail.layer(from_fn(health::this_machine_only)));
    }
    if !edge.settings.cors_origins.is_empty() {
        own = own.layer(cors(&edge.settings));
    }
    let pages = Router::new().route("/", any(site::pass)).route("/{*page}", any(site::pass));
    let pages = pages.with_state(Arc::clone(&edge)).layer(with(Arc::clone(&edge), load::small_enough));
    let houses = Houses {
        own: edge.kit.install(own.layer(from_fn(checked))),
        site: edge.kit.install(bounded(pages, &edge).layer(from_fn(checked))),
        edge: Arc::clone(&edge),
    };
    let whole = Router::new()
        .fallback(enter)
        .with_state(houses)
        .layer(with(Arc::clone(&edge), secure::secured))
        .layer(compression());
    (whole, edge)
}

fn bounded(router: Router, edge: &Arc<Edge>) -> Router {
    router
        .layer(with(Arc::clone(edge), limits::by_address))
        .layer(with(Arc::clone(edge), load::in_time))
        .layer(with(Arc::clone(edge), load::shed))
}

#[derive(Clone)]
struct Houses {
    edge: Arc<Edge>,
    own: Router,
    site: Router,
}

/// The kit comes after this: what it logs and traces is already cleaned of what outsiders claim.
async fn enter(State(houses): State<Houses>, mut request: Request) -> Response {
    let origin = origin::establish(&houses.edge.settings, &mut request);
    let inside = origin.as_ref().is_some_and(|origin| origin.side == Side::Inside);
    if let Some(origin) = &origin {
        request.extensions_mut().insert(Scheme(origin.scheme));
    }
    if !inside {
        distrust(request.headers_mut());
    }
    let house = if inside || is_own(request.uri().path()) { houses.own } else { houses.site };
    house.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// An outsider may name a trace, to find it again, and not say that we shall record it: that much of the load is ours to choose.
fn distrust(headers: &mut HeaderMap) {
    let said = headers.get(TraceContext::HEADER).and_then(|value| value.to_str().ok()).and_then(TraceContext::parse);
    let ours = said.map(|context| context.with_sampled(trace::sampled()).to_string());
    match ours.and_then(|text| HeaderValue::from_str(&text).ok()) {
        Some(ours) => drop(headers.insert(TraceContext::HEADER, ours)),
        None => drop(headers.remove(TraceContext::HEADER)),
    }
}

fn is_own(path: &str) -> bool {
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below("/api")
        || below("/media")
        || below("/oauth")
        || below("/session")
        || below("/health")
        || path == "/metrics"
        || path.starts_with("/dev/mail")
        || matches!(
            path,
            "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server" | "/.well-known/jwks.json"
        )
}

async fn checked(request: Request, next: axum::middleware::Next) -> Result<Response, ApiProblem> {
    if origin::well_formed(&request) {
        Ok(next.run(request).await)
    } else {
        Err(ApiProblem::new(Status::BadRequest, "request.invalid"))
    }
}

async fn no_route() -> ApiProblem {
    ApiProblem::new(Status::NotFound, "request.no_route")
}

/// Without cookies: another site's script acts for nobody, unless it brings a token of its own.
fn cors(settings: &Settings) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(settings.cors_origins.iter().cloned()))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            HeaderName::from_static("dpop"),
            header::CONTENT_TYPE,
            header::ACCEPT_LANGUAGE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            HeaderName::from_static("dpop-nonce"),
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(std::time::Duration::from_secs(600))
}

/// Zstandard, Brotli or gzip, for what is not compressed already.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("video/"))
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/gzip"))
        .and(NotForContentType::const_new("application/octet-stream"));
    CompressionLayer::new().no_deflate().compress_when(worth_it)
}
