//! A door and who comes to it, on real sockets.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    routing::{any, post},
};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header, uri::Authority};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use svetu_http::{ApiProblem, Catalogue, ClientAddress, Kit, KitConfig};
use svetu_kernel::{AccountId, Actor, Clock as _, ManualClock, Problem, Role, SharedClock, Status, Timestamp};
use svetu_policy::CedarAuthorizer;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, time::Instant};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};
use tower::ServiceExt as _;

use crate::{
    Believer, Credentials, Door, DoorParts, Minter, Passage, Peers, TlsFiles,
    calls::Calls,
    keys,
    peers::{Again, Body, Http, Sent, Tried, send},
    places::Places,
};

mod armour;
mod bodies;
mod bounds;
mod callers;
mod trying;

struct House {
    folder: TempDir,
    clock: SharedClock,
    role: String,
    address: SocketAddr,
    peers: Arc<Peers>,
    stop: watch::Sender<bool>,
    readiness: crate::Readiness,
}

/// What a service's handlers see of a request.
async fn seen(
    Extension(actor): Extension<Actor>,
    client: Option<Extension<ClientAddress>>,
    request: axum::extract::Request,
) -> String {
    let client = client.map(|Extension(client)| client.0.to_string()).unwrap_or_default();
    let cookie = request.headers().get(header::COOKIE).is_some();
    format!("{} {client} {cookie}", actor.name())
}

async fn refusing() -> ApiProblem {
    Problem::new(Status::Conflict, "listing.sold").with("title", "Šporet").retry_after(7).into()
}

fn kit(clock: &SharedClock) -> Arc<Kit> {
    Kit::new(KitConfig {
        authorizer: Arc::new(CedarAuthorizer::try_new().unwrap()),
        clock: Arc::clone(clock),
        catalogue: Catalogue::try_new([svetu_http::MESSAGES]).unwrap(),
        cursor_key: [7; 32],
        body_bytes_max: Kit::BODY_BYTES_MAX,
    })
}

/// Of what has no body.
fn whole() -> Sent {
    Sent::Whole
}

/// How a house is, where it is not as usual.
struct Plan<'a> {
    role: &'a str,
    /// Each has a certificate of its name.
    callers: &'a [&'a str],
    contracts: fn(&Credentials) -> Vec<crate::Kept>,
    places: Places,
    calls: Calls,
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Self {
            role: "x",
            callers: &["gateway"],
            contracts: |_| vec![bounds::contract()],
            places: Places::default(),
            calls: Calls::default(),
        }
    }
}

/// A way to the process, for clients that are not ours.
async fn way(peers: &Peers) -> (Http, Authority) {
    let deadline = Instant::now() + Duration::from_secs(5);
    let asked =
        peers.ask(Again::Yes, deadline, whole, |http, authority| Box::pin(async { Tried::Answer((http, authority)) }));
    asked.await.unwrap()
}

impl House {
    async fn open(role: &str) -> Self {
        Self::with(Plan { role, ..Plan::default() }).await
    }

    async fn with(Plan { role, callers, contracts, places, calls }: Plan<'_>) -> Self {
        let folder = TempDir::new().unwrap();
        let clock: SharedClock = ManualClock::at(Timestamp::from_timestamp(1_800_000_000, 0).unwrap());
        // Certificates are looked at by the machine's time.
        let now = svetu_kernel::SystemClock.now();
        let certified = |name: &str, role: &str| (name.to_owned(), vec![role.to_owned()]);
        let mut names = vec![certified("one", role)];
        names.extend(callers.iter().map(|role| certified(&format!("of-{role}"), role)));
        keys::make(folder.path(), &names, now, 1).unwrap();
        let credentials = credentials(&folder, "one");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let http = Router::new()
            .route("/api/v1/x/seen", any(seen))
            .route("/api/v1/x/refused", any(refusing))
            .route("/api/v1/x/take", post(|body: Bytes| async move { body.len().to_string() }))
            .route("/api/v1/x/armed", any(armour::armed))
            .route("/api/v1/x/never", any(std::future::pending::<()>));
        let parts = DoorParts {
            roles: vec![role.to_owned()],
            contracts: contracts(&credentials),
            http,
            kit: kit(&clock),
            believer: Believer::load(&folder.path().join(keys::TOKEN_PUBLIC), Arc::clone(&clock)).unwrap(),
        };
        let door = Door::within(parts, &credentials, places, &calls).await;
        let readiness = door.readiness();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(door.serve(listener, stopped, Duration::from_secs(5)));
        let theirs = self::credentials(&folder, &format!("of-{}", callers[0]));
        let peers = Arc::new(Peers::new(role, &[address.to_string()], &theirs).unwrap());
        Self { folder, clock, role: role.to_owned(), address, peers, stop, readiness }
    }

    /// The process as another caller sees it.
    fn seen_by(&self, caller: &str) -> Arc<Peers> {
        let credentials = credentials(&self.folder, &format!("of-{caller}"));
        Arc::new(Peers::new(&self.role, &[self.address.to_string()], &credentials).unwrap())
    }

    async fn send(&self, request: Request<Body>) -> Response<Incoming> {
        let deadline = Instant::now() + Duration::from_secs(5);
        let (parts, ()) = request.map(|_| ()).into_parts();
        let asked = self.peers.ask(Again::Yes, deadline, whole, |http, authority| {
            let mut request = Request::new(Body::empty());
            *request.method_mut() = parts.method.clone();
            *request.uri_mut() = parts.uri.clone();
            *request.headers_mut() = parts.headers.clone();
            Box::pin(send(http, authority, request))
        });
        asked.await.unwrap()
    }

    /// The gateway's half: what it knows of the role are these paths.
    fn gateway(&self, role: &str, paths: &[&str], silence_max: Duration) -> Router {
        let roles = [(role.to_owned(), Arc::clone(&self.peers))].into();
        let operation = serde_json::json!({ "get": { "operationId": format!("{role}.do") } });
        let paths: serde_json::Map<_, _> = paths.iter().map(|path| ((*path).to_owned(), operation.clone())).collect();
        let passage = Passage::new(self.minter(), roles, silence_max);
        let routes = passage.routes(&serde_json::json!({ "paths": paths })).unwrap();
        kit(&self.clock).install(Router::new().nest("/api/v1", routes.api))
    }

    fn minter(&self) -> Arc<Minter> {
        Arc::new(Minter::load(&self.folder.path().join(keys::TOKEN_KEY), Arc::clone(&self.clock)).unwrap())
    }
}

fn credentials(folder: &TempDir, name: &str) -> Credentials {
    let at = |file: String| folder.path().join(file);
    Credentials::load(&TlsFiles {
        certificate: at(format!("{name}.pem")),
        key: at(format!("{name}.key")),
        authority: at(keys::AUTHORITY.to_owned()),
    })
    .unwrap()
}

fn channel(
    http: Http,
    authority: Authority,
) -> impl tonic::client::GrpcService<Body, ResponseBody = Incoming, Future: Send> + Clone {
    tower::service_fn(move |request: Request<Body>| {
        let (http, authority) = (http.clone(), authority.clone());
        async move {
            match send(http, authority, request).await {
                Tried::Answer(response) => Ok(response),
                Tried::Unsent(cause) | Tried::Broken(cause) => Err(std::io::Error::other(cause)),
            }
        }
    })
}

#[tokio::test]
async fn health_and_reflection_are_told() {
    let house = House::open("x").await;
    let (http, authority) = way(&house.peers).await;
    let channel = channel(http, authority);
    let health = async || {
        let request = HealthCheckRequest { service: "svetu.x.v1.X".to_owned() };
        HealthClient::new(channel.clone()).check(request).await.unwrap().into_inner().status()
    };
    assert_eq!(health().await, ServingStatus::NotServing);
    house.readiness.set(true).await;
    assert_eq!(health().await, ServingStatus::Serving);

    let ask = |what: MessageRequest| ServerReflectionRequest { host: String::new(), message_request: Some(what) };
    let questions = [
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol("svetu.x.v1.X".to_owned())),
    ];
    let mut client = ServerReflectionClient::new(channel.clone());
    let mut answers = client.server_reflection_info(futures::stream::iter(questions)).await.unwrap().into_inner();
    let mut told = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        told.push(answer.message_response.unwrap());
    }
    let MessageResponse::ListServicesResponse(services) = &told[0] else { panic!("{told:?}") };
    let names: Vec<&str> = services.service.iter().map(|service| service.name.as_str()).collect();
    assert!(names.contains(&"svetu.x.v1.X") && names.contains(&"grpc.health.v1.Health"), "{names:?}");
    assert!(matches!(&told[1], MessageResponse::FileDescriptorResponse(_)), "{told:?}");
}

#[tokio::test]
async fn who_has_no_token_is_nobody() {
    let house = House::open("x").await;
    for token in [None, Some("x.y.z")] {
        let mut request = Request::get("/api/v1/x/seen");
        if let Some(token) = token {
            request = request.header("svetu-actor", token);
        }
        let answer = house.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert!(answer.headers().contains_key("svetu-problem"));
    }
}

#[tokio::test]
async fn a_token_counts_from_a_gateway_alone() {
    let house = House::with(Plan { callers: &["gateway", "listings"], ..Plan::default() }).await;
    let said = crate::Said { actor: Actor::visitor(), client: None, worked: false };
    let token = house.minter().mint("x", "GET", "/api/v1/x/seen", &said).unwrap();
    for (caller, expected) in [("gateway", StatusCode::OK), ("listings", StatusCode::UNAUTHORIZED)] {
        let (http, authority) = way(&house.seen_by(caller)).await;
        let request = Request::get("/api/v1/x/seen").header("svetu-actor", &token).body(Body::empty()).unwrap();
        let Tried::Answer(answer) = send(http, authority, request).await else { panic!("no answer") };
        assert_eq!(answer.status(), expected, "{caller}");
    }
}

#[tokio::test]
async fn a_request_crosses_with_who_asks_and_without_what_opens_doors() {
    let house = House::open("x").await;
    let roles = [("x".to_owned(), Arc::clone(&house.peers))].into();
    let passage = Passage::new(house.minter(), roles, Duration::from_secs(5));
    let document = serde_json::json!({ "paths": {
        "/api/v1/x/seen": { "get": { "operationId": "x.seen" }, "post": { "operationId": "x.post" } },
        "/api/v1/x/refused": { "get": { "operationId": "x.refused" } },
        "/api/v1/y": { "get": { "operationId": "y.elsewhere" } },
    } });
    let routes = passage.routes(&document).unwrap();
    let gateway = kit(&house.clock).install(Router::new().nest("/api/v1", routes.api));
    let ask = async |path: &str, actor: Actor| {
        let mut request =
            Request::get(path).header(header::COOKIE, "svetu_session=secret").header(header::ACCEPT_LANGUAGE, "en");
        request = request.extension(actor).extension(ClientAddress("203.0.113.9".parse().unwrap()));
        let answer = gateway.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        (parts, String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
    };
    let actor = Actor::account(AccountId::new(Timestamp::UNIX_EPOCH), [Role::Member]);
    let (parts, body) = ask("/api/v1/x/seen", actor.clone()).await;
    assert_eq!((parts.status, body), (StatusCode::OK, format!("{} 203.0.113.9 false", actor.name())));

    let (parts, body) = ask("/api/v1/x/refused", actor.clone()).await;
    assert_eq!(parts.status, StatusCode::CONFLICT);
    assert_eq!(parts.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(parts.headers[header::RETRY_AFTER], "7");
    assert!(!parts.headers.contains_key("svetu-problem"));
    let told: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["code"], "listing.sold");
    assert_eq!(told["instance"], "/api/v1/x/refused");
    // Nobody plays that role: no route.
    assert_eq!(ask("/api/v1/y", actor.clone()).await.0.status, StatusCode::NOT_FOUND);

    // The service leaves: the gateway says so, cleanly.
    house.stop.send_replace(true);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (parts, body) = ask("/api/v1/x/seen", actor).await;
    assert_eq!(parts.status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
}

#[test]
fn two_services_never_share_a_path() {
    let document = serde_json::json!({ "paths": { "/api/v1/x": {
        "get": { "operationId": "users.get" }, "post": { "operationId": "listings.post" },
    } } });
    let clock: SharedClock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let folder = TempDir::new().unwrap();
    keys::make(folder.path(), &[], Timestamp::UNIX_EPOCH, 1).unwrap();
    let minter = Arc::new(Minter::load(&folder.path().join(keys::TOKEN_KEY), clock).unwrap());
    let told = Passage::new(minter, [].into(), Duration::from_secs(1)).routes(&document).unwrap_err().to_string();
    assert!(told.contains("/api/v1/x belongs to several services"), "{told}");
}

#[tokio::test]
async fn a_long_target_crosses_with_its_token() {
    let house = House::open("x").await;
    let gateway = house.gateway("x", &["/api/v1/x/seen"], Duration::from_secs(10));
    let path = format!("/api/v1/x/seen?q={}", "a".repeat(28 * 1024));
    let request = Request::get(path).extension(Actor::visitor()).body(axum::body::Body::empty()).unwrap();
    assert_eq!(gateway.oneshot(request).await.unwrap().status(), StatusCode::OK);
}

#[test]
fn a_certificate_tells_when_it_ends() {
    let folder = TempDir::new().unwrap();
    let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
    keys::make(folder.path(), &[("one".to_owned(), vec!["x".to_owned()])], now, 90).unwrap();
    assert_eq!(credentials(&folder, "one").expires_at(), now + chrono::Duration::days(90));
}

/// As docs/operations/cluster.md says that it goes without an outage.
#[tokio::test]
async fn while_an_authority_is_replaced_both_are_believed() {
    let (old, new) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for folder in [&old, &new] {
        let names = [("one".to_owned(), vec!["x".to_owned()])];
        keys::make(folder.path(), &names, svetu_kernel::SystemClock.now(), 1).unwrap();
    }
    let authority = |folder: &TempDir| std::fs::read_to_string(folder.path().join(keys::AUTHORITY)).unwrap();
    let told = |folder: &TempDir, authorities: &[&TempDir]| {
        let (certificate, key) = (folder.path().join("one.pem"), folder.path().join("one.key"));
        let file = folder.path().join("authorities.pem");
        std::fs::write(&file, authorities.iter().map(|of| authority(of)).collect::<String>()).unwrap();
        Credentials::load(&TlsFiles { certificate, key, authority: file }).unwrap()
    };
    let meet = async |asked: Credentials, asking: Credentials| {
        let (near, far) = tokio::io::duplex(64 * 1024);
        let name = "x.svetu.internal".try_into().unwrap();
        let (acceptor, connector) = (TlsAcceptor::from(asked.server), TlsConnector::from(Arc::new(asking.client)));
        let (accepted, connected) = tokio::join!(acceptor.accept(near), connector.connect(name, far));
        accepted.is_ok() && connected.is_ok()
    };
    let both = [&old, &new];
    assert!(meet(told(&old, &both), told(&new, &both)).await);
    assert!(meet(told(&new, &both), told(&old, &both)).await);
    // Who was not told of the new one yet.
    assert!(!meet(told(&old, &both[..1]), told(&new, &both)).await);
    assert!(!meet(told(&new, &both), told(&old, &both[..1])).await);
}
