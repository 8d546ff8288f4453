//! A gateway on real sockets, with services and a site of the test's own behind it.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Path, Request},
    response::IntoResponse,
    routing::{get, post},
};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use svetu_contracts::{
    ContractError,
    identity::{AccountEvent, Admission, Challenge, IdentityContract, Mailbox, NewAccount, Presented, SiteMember},
    sessions::SessionsContract,
};
use svetu_gateway::{Gateway, GatewayConfig, GatewayLimits, GatewayParts, SharedLimits};
use svetu_http::{ApiProblem, Catalogue, ClientAddress, Deadline, Kit, KitConfig, ValidJson};
use svetu_kernel::{AccountId, Acting, Actor, ApiKeyId, Credential, ManualClock, Role, SessionId, Timestamp};
use svetu_policy::CedarAuthorizer;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::{Instant, sleep},
};

pub const COOKIE: &str = "svetu_session=ana";

/// Sessions by token: the promise of another process, kept in memory.
#[derive(Default)]
pub struct Sessions {
    actors: Mutex<HashMap<String, Actor>>,
    down: Mutex<bool>,
}

impl Sessions {
    pub fn begin(&self, token: &str) -> AccountId {
        let id = AccountId::from_uuid(uuid_of(token));
        self.actors.lock().insert(token.to_owned(), Actor::account(id, [Role::Member]));
        id
    }

    /// From now on the session shows somebody else.
    pub fn stand_in(&self, token: &str, person: &str, until: Timestamp) {
        let session = SessionId::from_uuid(uuid_of(token));
        let acting = Acting { account: AccountId::from_uuid(uuid_of(token)), session, until };
        let actor = Actor::stood_in_by(AccountId::from_uuid(uuid_of(person)), [Role::Member], acting);
        self.actors.lock().insert(token.to_owned(), actor);
    }

    pub fn end(&self, token: &str) {
        self.actors.lock().remove(token);
    }

    pub fn set_down(&self, down: bool) {
        *self.down.lock() = down;
    }
}

/// The same tokens at the site.
struct AtSite(Arc<Sessions>);

#[async_trait]
impl SessionsContract for AtSite {
    async fn authenticate(&self, session_token: &str) -> Result<Option<Actor>, ContractError> {
        self.0.authenticate(session_token).await
    }
}

fn uuid_of(token: &str) -> uuid::Uuid {
    uuid::Uuid::from_u128(token.bytes().fold(1, |sum, byte| sum * 257 + u128::from(byte)))
}

#[async_trait]
impl IdentityContract for Sessions {
    async fn authenticate(&self, session_token: &str) -> Result<Option<Actor>, ContractError> {
        if *self.down.lock() {
            return Err(ContractError::Unavailable("no database".to_owned()));
        }
        Ok(self.actors.lock().get(session_token).cloned())
    }

    async fn admit(&self, shown: &Presented) -> Result<Admission, ContractError> {
        let known =
            shown.authorization.strip_prefix("Bearer ").and_then(|token| self.actors.lock().get(token).cloned());
        if let Some(mut actor) = known {
            if let Some(per_minute) = shown.authorization.strip_prefix("Bearer key-").and_then(|text| text.parse().ok())
            {
                let id = ApiKeyId::from_uuid(uuid_of(&shown.authorization));
                actor.credential = Credential::Key { id, scopes: [].into(), per_minute };
                return Ok(Admission::Admitted(actor));
            }
            actor.credential = Credential::Token { client: "app".to_owned(), scopes: [shown.url.clone()].into() };
            return Ok(Admission::Admitted(actor));
        }
        Ok(Admission::Refused(Challenge {
            scheme: "DPoP".to_owned(),
            error: "use_dpop_nonce".to_owned(),
            description: format!("{} {}", shown.method, shown.proofs.join(" ")),
            dpop_nonce: Some("n-1".to_owned()),
        }))
    }

    async fn site_member(&self, _: &str) -> Result<Option<SiteMember>, ContractError> {
        Ok(None)
    }

    async fn mailbox(&self, _: AccountId) -> Result<Mailbox, ContractError> {
        Err(ContractError::NotFound)
    }

    async fn account_by_email(&self, _: &str) -> Result<Option<AccountId>, ContractError> {
        Ok(None)
    }

    async fn create_accounts(&self, _: Vec<NewAccount>) -> Result<u64, ContractError> {
        Ok(0)
    }

    async fn accounts(&self, _: Option<AccountId>, _: u32) -> Result<Vec<AccountEvent>, ContractError> {
        Ok(Vec::new())
    }
}

/// What a service behind the gateway sees of a request.
async fn seen(actor: Extension<Actor>, address: Option<Extension<ClientAddress>>, request: Request) -> Json<Value> {
    let names: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
    let account = actor.0.account_id().map(|id| id.to_string());
    Json(
        json!({ "account": account, "scopes": actor.0.scopes(), "address": address.map(|found| found.0.0.to_string()), "headers": names }),
    )
}

#[derive(serde::Deserialize)]
struct Note {
    text: String,
}

async fn note(ValidJson(note): ValidJson<Note>) -> Result<Json<usize>, ApiProblem> {
    Ok(Json(note.text.len()))
}

/// How long a body is, and how long the gateway waits for what is said of it.
async fn count(request: Request) -> Result<([(&'static str, String); 1], Json<usize>), StatusCode> {
    let deadline = request.extensions().get::<Deadline>().map(|until| until.0);
    let waits = deadline.unwrap_or_else(Instant::now).saturating_duration_since(Instant::now());
    let body = request.into_body().collect().await.map_err(|error| {
        let long =
            std::error::Error::source(&error).is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>());
        if long { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
    })?;
    Ok(([("waits-ms", waits.as_millis().to_string())], Json(body.to_bytes().len())))
}

/// How long it may be kept is a service's to say; what browsers may do with it is not.
async fn own_policy() -> impl IntoResponse {
    let headers = [
        (header::CACHE_CONTROL, "public, max-age=60"),
        (header::CONTENT_SECURITY_POLICY, "script-src 'self' 'unsafe-inline'"),
        (header::X_CONTENT_TYPE_OPTIONS, "sniff"),
    ];
    (headers, axum::response::Html("<script>x</script>"))
}

/// Lets requests wait until the test opens it.
#[derive(Clone)]
pub struct Gate(pub Arc<Semaphore>);

fn services(gate: Gate) -> (Router, Router) {
    let waiting = move || {
        let gate = gate.0.clone();
        async move {
            gate.acquire().await.unwrap().forget();
            "done"
        }
    };
    let api = Router::new()
        .route("/seen", get(seen).post(seen).put(seen).delete(seen))
        .route("/things/{id}", get(|Path(id): Path<String>| async move { id }))
        .route("/notes", post(note))
        .route("/media/uploads", post(count))
        .route("/counted", post(count))
        .route("/identity/sign-in", post(|| async { "signed in" }).get(seen))
        .route("/identity/me", get(seen).post(seen))
        .route("/identity/accounts", get(seen))
        .route("/identity/upstreams/{id}/{what}", post(|| async { "" }).put(|| async { "" }))
        .route("/wait", get(waiting))
        .route("/for-ever", get(std::future::pending::<()>))
        .route("/large", get(|| async { Json("ad ".repeat(20_000)) }))
        .route("/own-policy", get(own_policy));
    let picture = || async { ([(header::CONTENT_TYPE, "image/webp")], vec![7_u8; 20_000]).into_response() };
    (api, Router::new().route("/media/{hash}/{file}", get(picture)))
}

pub struct World {
    pub public: SocketAddr,
    pub inside: SocketAddr,
    pub sessions: Arc<Sessions>,
    pub clock: Arc<ManualClock>,
    pub ready: watch::Sender<bool>,
    pub gate: Gate,
    pub stop: watch::Sender<bool>,
    pub served: JoinHandle<()>,
    client: Client<HttpConnector, Body>,
}

pub fn config() -> GatewayConfig {
    GatewayConfig {
        public_url: "http://svetu.test".to_owned(),
        tls: None,
        trusted_proxies: Vec::new(),
        cors_origins: Vec::new(),
        metrics_allow: vec!["127.0.0.0/8".to_owned()],
        limits: GatewayLimits {
            address_per_minute: 1_000,
            account_per_minute: 1_000,
            body_bytes_max: 64 * 1024,
            concurrent_max: 64,
            request_ms_max: 20_000,
        },
        drain_s_max: 10,
    }
}

fn parts(
    gate: Gate,
    sessions: Arc<Sessions>,
    clock: Arc<ManualClock>,
    site: Option<SocketAddr>,
    shared_limits: Option<SharedLimits>,
    ready: watch::Receiver<bool>,
) -> GatewayParts {
    let (api, media) = services(gate);
    let kit = Kit::new(KitConfig {
        authorizer: Arc::new(CedarAuthorizer::try_new().unwrap()),
        clock: clock.clone(),
        catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_gateway::MESSAGES]).unwrap(),
        cursor_key: [7; 32],
        body_bytes_max: Kit::BODY_BYTES_MAX,
    });
    GatewayParts {
        oauth: Router::new().route("/oauth/seen", get(seen)),
        signing: Router::new().route("/session/sign-in", get(|| async { "sent on" })),
        api,
        media,
        kit,
        identity: sessions.clone(),
        sessions: Arc::new(AtSite(sessions)),
        clock,
        site,
        openapi: json!({ "openapi": "3.1.0", "info": { "title": "Test", "version": "1" }, "paths": {} }),
        dev_mail: Some(Router::new().route("/dev/mail", get(|| async { "letters" }))),
        work_key: [5; 32],
        shared_limits,
        ready,
    }
}

/// Why a gateway of this configuration is not made.
pub fn refusal(config: GatewayConfig) -> String {
    let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
    let gate = Gate(Arc::new(Semaphore::new(0)));
    let parts = parts(gate, Arc::default(), clock, None, None, watch::channel(true).1);
    Gateway::try_new(config, parts).unwrap_err().to_string()
}

impl World {
    pub async fn new() -> Self {
        Self::with(config(), None).await
    }

    pub async fn with_site(site: SocketAddr) -> Self {
        Self::with(config(), Some(site)).await
    }

    pub async fn with(config: GatewayConfig, site: Option<SocketAddr>) -> Self {
        Self::built(config, site, None).await
    }

    /// One of several that count together.
    pub async fn one_of_many(config: GatewayConfig, limits: SharedLimits) -> Self {
        Self::built(config, None, Some(limits)).await
    }

    async fn built(config: GatewayConfig, site: Option<SocketAddr>, limits: Option<SharedLimits>) -> Self {
        let clock = ManualClock::at(Timestamp::from_timestamp_secs(1_768_478_400).unwrap());
        let sessions = Arc::new(Sessions::default());
        sessions.begin("ana");
        let gate = Gate(Arc::new(Semaphore::new(0)));
        let (ready, is_ready) = watch::channel(true);
        let parts = parts(gate.clone(), sessions.clone(), clock.clone(), site, limits, is_ready);
        let gateway = Gateway::try_new(config, parts).unwrap();
        let public = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let inside = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let (public_at, inside_at) = (public.local_addr().unwrap(), inside.local_addr().unwrap());
        let served = tokio::spawn(async move { gateway.serve(public, Some(inside), stopped).await.unwrap() });
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { public: public_at, inside: inside_at, sessions, clock, ready, gate, stop, served, client }
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        self.send_to(self.public, method, path, headers, body).await
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::GET, path, headers, Body::empty()).await
    }

    pub async fn get_inside(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_to(self.inside, Method::GET, path, headers, Body::empty()).await
    }

    pub async fn send_to(
        &self,
        to: SocketAddr,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{to}{path}"));
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "svetu.test");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `404 request.no_route`, or the status alone of what is no problem.
    pub fn told(&self) -> String {
        let document: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        match document["code"].as_str() {
            Some(code) => format!("{} {code}", self.status.as_u16()),
            None => self.status.as_u16().to_string(),
        }
    }
}

/// A site that can die and come back at its address.
pub struct TestSite {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl TestSite {
    pub async fn start(router: Router) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), router).await
    }

    /// The port was just left: the kernel may need a moment.
    pub async fn at(address: SocketAddr, router: Router) -> Self {
        let listener = loop {
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        };
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, task }
    }

    pub async fn die(self) -> SocketAddr {
        self.task.abort();
        let _ = self.task.await;
        self.address
    }
}
