//! The gateway's half of a request that another process answers: passed on as it is, with what the gateway knows of it in a signed
//! token and without what only the gateway may see.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::Body as AxumBody,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
    routing::any,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version, header, request::Parts};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::{BodyExt as _, Limited};
use parking_lot::Mutex;
use serde_json::Value;
use svetu_http::{
    ApiProblem, ClientAddress, Deadline, RequestInfo, Worked, is_too_long, method_label, remove_hop_by_hop,
};
use svetu_kernel::{Actor, Problem, Status};
use svetu_ports::trace::{Kind, Span, TraceContext};
use tokio::time::Instant;

use crate::{
    ClusterError, Minter, Said,
    peers::{Again, Body, PeerError, Peers, Sent, Tried, send},
};

/// The signed token of one request.
pub const ACTOR: HeaderName = HeaderName::from_static("svetu-actor");
/// The body is a [`Problem`], for the gateway to put into its reader's language.
pub const PROBLEM: HeaderName = HeaderName::from_static("svetu-problem");
const PROBLEM_BYTES_MAX: usize = 1024 * 1024;
/// Of roles that read cookies and credentials themselves; for everybody else the gateway alone knows who asks.
const SEES_CREDENTIALS: &str = "identity";
const PREFIX: &str = "/api/v1";

/// Roles elsewhere and how their requests are signed.
#[derive(Debug, Clone)]
pub struct Passage {
    minter: Arc<Minter>,
    roles: BTreeMap<String, Arc<Peers>>,
    /// Until an answer's head is here, where the gateway does not say it of the request ([`Deadline`]).
    silence_max: Duration,
}

/// What is passed on, cut as a gateway mounts it.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    /// Below `/api/v1`.
    pub api: Router,
    /// `/media/…`
    pub media: Router,
    /// `/oauth/…` and `/.well-known/…`
    pub oauth: Router,
}

#[derive(Clone)]
struct Way {
    peers: Arc<Peers>,
    minter: Arc<Minter>,
    silence_max: Duration,
}

impl Passage {
    pub const fn new(minter: Arc<Minter>, roles: BTreeMap<String, Arc<Peers>>, silence_max: Duration) -> Self {
        Self { minter, roles, silence_max }
    }

    fn way(&self, role: &str) -> Option<Way> {
        let peers = Arc::clone(self.roles.get(role)?);
        Some(Way { peers, minter: Arc::clone(&self.minter), silence_max: self.silence_max })
    }

    /// The routes of all roles elsewhere, by the document of the API: whose an operation is says the first word of its id.
    ///
    /// # Errors
    /// When two roles share a path, or an operation has no id.
    pub fn routes(&self, document: &Value) -> Result<Routes, ClusterError> {
        let mut routes = Routes::default();
        let paths = document["paths"].as_object().ok_or_else(|| ClusterError::Document("no paths".to_owned()))?;
        for (path, methods) in paths {
            let owners: Result<Vec<&str>, ClusterError> = methods
                .as_object()
                .into_iter()
                .flat_map(|methods| methods.values())
                .filter_map(|operation| operation.get("operationId"))
                .map(|id| {
                    let owner = id.as_str().and_then(|id| id.split_once('.')).map(|(owner, _)| owner);
                    owner.ok_or_else(|| ClusterError::Document(format!("{path}: an operation without a name")))
                })
                .collect();
            let owners = owners?;
            let Some((role, others)) = owners.split_first() else {
                return Err(ClusterError::Document(format!("{path}: no operation")));
            };
            if others.iter().any(|other| role_of(other) != role_of(role)) {
                return Err(ClusterError::Document(format!("{path} belongs to several services")));
            }
            // A role that is played here answers by itself; one that runs nowhere has no routes.
            let Some(way) = self.way(role_of(role)) else { continue };
            if let Some(below) = path.strip_prefix(PREFIX) {
                routes.api = routes.api.route(below, any(pass).with_state(way));
            }
        }
        if let Some(way) = self.way("media") {
            routes.media = Router::new().route("/media/{*file}", any(pass).with_state(way));
        }
        if let Some(way) = self.way("identity") {
            routes.oauth = Router::new()
                .route("/oauth/{*rest}", any(pass))
                .route("/.well-known/openid-configuration", any(pass))
                .route("/.well-known/oauth-authorization-server", any(pass))
                .route("/.well-known/jwks.json", any(pass))
                .with_state(way);
        }
        Ok(routes)
    }
}

/// A service may have more than one first word.
fn role_of(first_word: &str) -> &str {
    match first_word {
        "shops" => "identity",
        "moderation" | "rates" | "taxonomy" => "listings",
        other => other,
    }
}

async fn pass(State(way): State<Way>, info: RequestInfo, request: Request) -> Result<Response, ApiProblem> {
    let (mut parts, body) = request.into_parts();
    // The path as the public knows it: a nested router has cut it.
    let path =
        parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0).path_and_query().cloned();
    let path = path.ok_or_else(|| ApiProblem::new(Status::BadRequest, "request.invalid"))?;
    let said = Said {
        actor: parts.extensions.get::<Actor>().cloned().unwrap_or_else(Actor::visitor),
        client: parts.extensions.get::<ClientAddress>().map(|address| address.0),
        worked: parts.extensions.get::<Worked>().is_some(),
    };
    let role = way.peers.role();
    let token = way.minter.mint(role, parts.method.as_str(), path.as_str(), &said);
    let token = token.and_then(|token| HeaderValue::from_str(&token).ok());
    let token = token.ok_or_else(|| ApiProblem::new(Status::Internal, "internal"))?;
    let method = method_label(&parts.method);
    let mut span = Span::below_current(method, Kind::Client);
    span.set("http.request.method", if method == "OTHER" { "_OTHER" } else { method });
    span.set("svetu.role", role.to_owned());
    outgoing(&mut parts.headers, role, token, &info, span.context());
    parts.uri = path.into();
    let body = Kept::new(body);
    let again = if repeatable(&parts, &body) { Again::Yes } else { Again::Unheard };
    let deadline = parts.extensions.get::<Deadline>().map_or_else(|| Instant::now() + way.silence_max, |until| until.0);
    let sent = || body.sent();
    let asked = way.peers.ask(again, deadline, sent, |http, authority| {
        let request = body.untouched().map(|body| again_as(&parts, body));
        Box::pin(async move {
            match request {
                Some(request) => send(http, authority, request).await,
                None => Tried::Broken("its body is half sent".to_owned()),
            }
        })
    });
    match asked.await {
        Ok(response) => {
            span.set("http.response.status_code", response.status().as_u16());
            if response.status().is_server_error() {
                span.failed(response.status().as_str().to_owned());
            }
            incoming(role, response).await
        }
        // The reader's own body broke off: the service did nothing wrong.
        Err(PeerError::Unfinished { .. }) => Err(body.refusal()),
        Err(error) => {
            tracing::warn!(%error, "a service did not answer");
            let (failed, problem) = unanswered(&error);
            span.failed(failed);
            Err(problem)
        }
    }
}

fn unanswered(error: &PeerError) -> (&'static str, ApiProblem) {
    let unavailable = || Problem::new(Status::Unavailable, "service.unavailable").retry_after(1).into();
    match error {
        PeerError::Late { .. } => ("timeout", ApiProblem::new(Status::GatewayTimeout, "service.timeout")),
        PeerError::Unreachable { .. } => ("unreachable", unavailable()),
        PeerError::Broken { .. } | PeerError::Unfinished { .. } => ("broken", unavailable()),
    }
}

/// Twice is as once, and there is nothing of the reader's to be sent twice.
fn repeatable(parts: &Parts, body: &Kept) -> bool {
    matches!(parts.method, Method::GET | Method::HEAD) && body.is_empty()
}

fn again_as(parts: &Parts, body: Kept) -> http::Request<Body> {
    let mut request = http::Request::new(Body::new(body));
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = parts.uri.clone();
    *request.version_mut() = Version::HTTP_2;
    *request.headers_mut() = parts.headers.clone();
    request
}

fn outgoing(headers: &mut HeaderMap, role: &str, token: HeaderValue, info: &RequestInfo, trace: TraceContext) {
    remove_hop_by_hop(headers);
    headers.remove(header::HOST);
    headers.remove(header::EXPECT);
    // The gateway compresses.
    headers.remove(header::ACCEPT_ENCODING);
    if role != SEES_CREDENTIALS {
        for name in [header::COOKIE, header::AUTHORIZATION, HeaderName::from_static("dpop")] {
            headers.remove(name);
        }
    }
    headers.insert(ACTOR, token);
    for (name, value) in [("x-request-id", info.id.clone()), (TraceContext::HEADER, trace.to_string())] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// What browsers are told of the site's origin as a whole, and what they keep of it: the gateway's to say, and of cookies and of other
/// origins' scripts identity's. A service that is broken into says it in vain.
fn disarm(headers: &mut HeaderMap, role: &str) {
    const NAMES: [&str; 18] = [
        "alt-svc",
        "clear-site-data",
        "content-security-policy",
        "content-security-policy-report-only",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "nel",
        "permissions-policy",
        "referrer-policy",
        "refresh",
        "report-to",
        "reporting-endpoints",
        "service-worker-allowed",
        "speculation-rules",
        "strict-transport-security",
        "x-content-type-options",
        "x-frame-options",
    ];
    let of_sign_in = |name: &str| name == "set-cookie" || name.starts_with("access-control-");
    let unfit: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let name = name.as_str();
            NAMES.contains(&name) || (role != SEES_CREDENTIALS && of_sign_in(name))
        })
        .cloned()
        .collect();
    for name in unfit {
        headers.remove(name);
    }
}

async fn incoming(role: &str, response: Response<hyper::body::Incoming>) -> Result<Response, ApiProblem> {
    let (mut parts, body) = response.into_parts();
    remove_hop_by_hop(&mut parts.headers);
    disarm(&mut parts.headers, role);
    parts.version = Version::HTTP_11;
    parts.extensions.clear();
    if parts.headers.remove(PROBLEM).is_none() {
        return Ok(Response::from_parts(parts, AxumBody::new(body)).into_response());
    }
    let unread = |_| ApiProblem::new(Status::BadGateway, "service.bad_gateway");
    let bytes = Limited::new(body, PROBLEM_BYTES_MAX).collect().await.map_err(unread)?.to_bytes();
    let problem: Problem =
        serde_json::from_slice(&bytes).map_err(|_| ApiProblem::new(Status::BadGateway, "service.bad_gateway"))?;
    let mut answer = ApiProblem::from(problem).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(answer)
}

/// A body that is lent to each try: whoever never read of it leaves it to the next one.
#[derive(Debug, Clone)]
struct Kept(Arc<Mutex<Reader>>);

#[derive(Debug)]
struct Reader {
    body: AxumBody,
    touched: bool,
    end: Option<End>,
}

/// How a body ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    TooLong,
    Unreadable,
}

impl Kept {
    fn new(body: AxumBody) -> Self {
        Self(Arc::new(Mutex::new(Reader { body, touched: false, end: None })))
    }

    fn untouched(&self) -> Option<Self> {
        (!self.0.lock().touched).then(|| self.clone())
    }

    fn sent(&self) -> Sent {
        let reader = self.0.lock();
        match reader.end {
            Some(End::Whole) => Sent::Whole,
            Some(End::TooLong | End::Unreadable) => Sent::BrokenOff,
            // Nobody polls a body that says that it is at its end.
            None if reader.body.is_end_stream() => Sent::Whole,
            None => Sent::Partly,
        }
    }

    /// Of a body that broke off.
    fn refusal(&self) -> ApiProblem {
        match self.0.lock().end {
            Some(End::TooLong) => ApiProblem::new(Status::ContentTooLarge, "request.too_large"),
            Some(End::Unreadable | End::Whole) | None => ApiProblem::new(Status::BadRequest, "request.body_unreadable"),
        }
    }

    fn is_empty(&self) -> bool {
        self.0.lock().body.is_end_stream()
    }
}

impl http_body::Body for Kept {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut reader = self.0.lock();
        let polled = Pin::new(&mut reader.body).poll_frame(cx);
        match &polled {
            Poll::Pending => {}
            // An empty body has nothing that a second try would miss.
            Poll::Ready(None) => reader.end = Some(End::Whole),
            Poll::Ready(Some(Ok(_))) => reader.touched = true,
            Poll::Ready(Some(Err(error))) => {
                reader.touched = true;
                reader.end = Some(if is_too_long(error) { End::TooLong } else { End::Unreadable });
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().body.size_hint()
    }
}
