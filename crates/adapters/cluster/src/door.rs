//! A service process's own door: no public address, one port for contracts and for what the gateway passes on.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use svetu_http::{ApiProblem, ClientAddress, Kit, Worked};
use svetu_kernel::Status;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tonic::Status as RpcStatus;
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::ServiceExt as _;

use crate::{
    Believer, Credentials, Kept,
    calls::{Calls, Cut},
    passage::{ACTOR, PROBLEM},
    places::{Places, Threshold},
    reflection,
    telemetry::Telemetry,
    tls, wire,
};

/// Who connects gives up before.
const HANDSHAKE_MAX: Duration = Duration::from_secs(2);
const STREAMS_MAX: u32 = 512;
const WINDOW_BYTES: u32 = 1024 * 1024;
/// Of what the gateway takes, and a token that says the target again.
const HEAD_BYTES_MAX: u32 = 128 * 1024;
const PING_EVERY: Duration = Duration::from_secs(20);
const PING_ANSWER_MAX: Duration = Duration::from_secs(10);
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a process answers others.
pub struct DoorParts {
    /// Of this process.
    pub roles: Vec<String>,
    pub contracts: Vec<Kept>,
    /// With their public paths: `/api/v1/…`, `/media/…`, `/oauth/…`.
    pub http: Router,
    pub kit: Arc<Kit>,
    pub believer: Believer,
}

const GATEWAY: &str = "gateway";

/// Roles that a connection's certificate names. In request extensions.
#[derive(Debug, Clone)]
struct Caller(Arc<[String]>);

pub struct Door {
    router: Router,
    tls: TlsAcceptor,
    builder: Builder<TokioExecutor>,
    places: Places,
    health: Readiness,
    telemetry: Telemetry,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

/// `grpc.health.v1.Health` of the whole process and of each contract.
#[derive(Debug, Clone)]
pub struct Readiness {
    reporter: HealthReporter,
    services: Arc<[&'static str]>,
}

impl Readiness {
    pub async fn set(&self, ready: bool) {
        let status = if ready { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.reporter.set_service_status("", status).await;
        for service in &*self.services {
            self.reporter.set_service_status(*service, status).await;
        }
    }
}

impl Door {
    /// Not ready until [`Readiness::set`] says so.
    pub async fn new(parts: DoorParts, credentials: &Credentials) -> Self {
        Self::within(parts, credentials, Places::default(), &Calls::default()).await
    }

    pub(crate) async fn within(parts: DoorParts, credentials: &Credentials, places: Places, calls: &Calls) -> Self {
        let DoorParts { roles, contracts, http, kit, believer } = parts;
        let (reporter, health) = tonic_health::server::health_reporter();
        let services: Arc<[&'static str]> = contracts.iter().map(|kept| kept.service).collect();
        let readiness = Readiness { reporter, services };
        readiness.set(false).await;
        let mut rpc = tonic::service::Routes::new(health)
            .add_service(reflection::service(&contracts))
            .prepare()
            .into_axum_router();
        let telemetry = Telemetry::register(&kit);
        for kept in contracts {
            rpc = rpc.merge(answered(kept, &telemetry, calls));
        }
        let believing = Arc::new(Believing { roles, believer });
        let http = kit.install(http.layer(from_fn_with_state(believing, believed))).layer(from_fn(told));
        // What is no contract is the gateway's to ask.
        let router = rpc.fallback_service(http);
        let mut builder = Builder::new(TokioExecutor::new()).http2_only();
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            // A gateway passes on bodies that their readers break off, as many at once as there are readers: that is no attack of its
            // own, and is not to cost everybody the connection.
            .max_pending_accept_reset_streams(STREAMS_MAX as usize)
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(4 * WINDOW_BYTES)
            .max_header_list_size(HEAD_BYTES_MAX)
            .keep_alive_interval(PING_EVERY)
            .keep_alive_timeout(PING_ANSWER_MAX);
        let tls = TlsAcceptor::from(Arc::clone(&credentials.server));
        Self { router, tls, builder, places, health: readiness, telemetry }
    }

    pub fn readiness(&self) -> Readiness {
        self.health.clone()
    }

    /// Until it is told to stop: then no new connection, and those at work get their time.
    pub async fn serve(self, listener: TcpListener, mut stopped: watch::Receiver<bool>, drain_max: Duration) {
        let house = Arc::new(self);
        let mut served = JoinSet::new();
        let farewell = stopped.clone();
        loop {
            tokio::select! {
                () = said(&mut stopped) => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, address)) => {
                        // Whose address has its share at the threshold goes as it came.
                        let Some(threshold) = house.places.threshold(address.ip()) else { continue };
                        let (house, leaving) = (Arc::clone(&house), farewell.clone());
                        served.spawn(async move { house.receive(stream, address, threshold, leaving).await });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = served.join_next() => {}
            }
        }
        house.health.set(false).await;
        drop(listener);
        if timeout(drain_max, async { while served.join_next().await.is_some() {} }).await.is_err() {
            tracing::warn!(connections = served.len(), "calls that did not end in time are cut off");
            served.shutdown().await;
        }
    }

    async fn receive(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        threshold: Threshold,
        mut leaving: watch::Receiver<bool>,
    ) {
        // It only makes small answers slower where it fails.
        let _ = stream.set_nodelay(true);
        let stream = match timeout(HANDSHAKE_MAX, self.tls.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return tracing::warn!(%error, %address, "a stranger was turned away"),
            Err(_) => return,
        };
        drop(threshold);
        let Some(_place) = self.places.inside() else {
            return tracing::warn!(%address, "there is no place for one more connection");
        };
        let _connected = self.telemetry.connected();
        let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let caller = Caller(certificates.first().map(tls::roles_of).unwrap_or_default().into());
        let cut = Cut::default();
        let service = service_fn(|request: http::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(caller.clone());
            request.extensions_mut().insert(cut.clone());
            let router = self.router.clone();
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let mut closing = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection broke off");
                    }
                    return;
                }
                () = cut.asked() => {
                    return tracing::warn!(%address, "whoever does not read its answers is cut off");
                }
                () = said(&mut leaving), if !closing => {
                    closing = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

async fn said(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to say it: the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// The routes of a contract, each for those alone who may ask it, and counted.
fn answered(Kept { service, methods, keep }: Kept, telemetry: &Telemetry, calls: &Calls) -> Router {
    methods.iter().fold(Router::new(), |router, &method| {
        let telemetry = telemetry.clone();
        let guarded = from_fn(move |request: Request, next: Next| {
            let telemetry = telemetry.clone();
            async move {
                let (began, _in_flight) = (Instant::now(), telemetry.begin());
                let answer = if may_call(&request, method.callers) {
                    next.run(request).await
                } else {
                    RpcStatus::permission_denied("your certificate names no role that may ask this").into_http()
                };
                telemetry.answered(service, method.name, wire::code_of(&answer), began.elapsed());
                answer
            }
        });
        router.merge(wire::route(service, method, Arc::clone(&keep), calls.clone()).layer(guarded))
    })
}

fn may_call(request: &Request, callers: &[&str]) -> bool {
    let caller = request.extensions().get::<Caller>();
    caller.is_some_and(|Caller(roles)| roles.iter().any(|role| callers.contains(&role.as_str())))
}

struct Believing {
    roles: Vec<String>,
    believer: Believer,
}

/// Who acts says the gateway's token and nothing else; whoever has none is nobody who may ask. It counts from a gateway alone: a service
/// that was asked has seen it, and is not to use it again.
async fn believed(
    State(believing): State<Arc<Believing>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiProblem> {
    let token = request.headers_mut().remove(ACTOR);
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let said = token
        .as_ref()
        .and_then(|token| token.to_str().ok())
        .and_then(|token| believing.believer.believe(token, &believing.roles, request.method().as_str(), target));
    let Some(said) = said.filter(|_| may_call(&request, &[GATEWAY])) else {
        return Err(ApiProblem::new(Status::Unauthorized, "auth.required"));
    };
    let extensions = request.extensions_mut();
    extensions.insert(said.actor);
    if let Some(client) = said.client {
        extensions.insert(ClientAddress(client));
    }
    if said.worked {
        extensions.insert(Worked);
    }
    Ok(next.run(request).await)
}

/// A problem leaves as what it is: the gateway puts it into words.
async fn told(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(problem) = response.extensions().get::<ApiProblem>() else { return response };
    let Ok(body) = serde_json::to_vec(problem.problem()) else { return response };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.insert(PROBLEM, HeaderValue::from_static("1"));
    debug_assert_ne!(parts.status, StatusCode::OK);
    Response::from_parts(parts, Body::from(body)).into_response()
}
