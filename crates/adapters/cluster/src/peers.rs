//! Where the processes of a role are, and how one of them is asked: over HTTP/2 and mutual TLS, within a deadline.
//!
//! A process that does not answer rests; the others are asked meanwhile. What was never sent is sent to the next one without a
//! question; what may have been heard is asked again only where the caller allows it, within a budget of retries.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use http::{Request, Response, Uri, uri::Authority};
use hyper::body::Incoming;
use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use parking_lot::{Mutex, RwLock};
use svetu_http::chain;
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout_at},
};
use tower::{BoxError, timeout::Timeout, util::BoxCloneSyncService};

use crate::{ClusterError, tls, tls::Credentials};

const CONNECT_MAX: Duration = Duration::from_millis(1_500);
/// A process that was stopped (SIGSTOP, a dead machine) is noticed within their sum.
const PING_EVERY: Duration = Duration::from_millis(1_000);
const PING_ANSWER_MAX: Duration = Duration::from_millis(1_500);
const IDLE_MAX: Duration = Duration::from_secs(60);
const WINDOW_BYTES: u32 = 1024 * 1024;
/// Names are looked up again.
const LOOKUP_EVERY: Duration = Duration::from_secs(5);
const LOOKUP_MAX: Duration = Duration::from_secs(2);
const ADDRESSES_MAX: usize = 64;
const REST_MIN: Duration = Duration::from_millis(250);
const REST_MAX: Duration = Duration::from_secs(4);
/// A role that nobody plays for so long is not waited for: whoever asks is told at once.
const PATIENCE: Duration = Duration::from_secs(8);
const PAUSE: Duration = Duration::from_millis(50);
/// Retries: a tenth of the calls, ten at once (the retry budget of Finagle).
const BUDGET_MAX: u32 = 100;
const RETRY_COST: u32 = 10;

pub type Body = tonic::body::Body;
type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;
pub(crate) type Http = Client<Connector, Body>;

/// Why a role gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    #[error("{role}: no process of it can be reached: {cause}")]
    Unreachable { role: String, cause: String },
    #[error("{role}: no answer in time")]
    Late { role: String },
    #[error("{role}: the answer broke off: {cause}")]
    Broken { role: String, cause: String },
    #[error("{role}: what it was to be asked broke off: {cause}")]
    Unfinished { role: String, cause: String },
}

/// The processes that play a role.
pub struct Peers {
    role: String,
    /// `host:port`; a name may stand for many.
    places: Vec<String>,
    http: Http,
    known: RwLock<Known>,
    turn: AtomicUsize,
    budget: Mutex<u32>,
    /// Since when nobody answers.
    absent: Mutex<Option<Instant>>,
}

/// How many processes play a role, and how many of them did not answer and are left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerStand {
    pub known: usize,
    pub resting: usize,
}

#[derive(Default)]
struct Known {
    addresses: Vec<Arc<Address>>,
    at: Option<Instant>,
}

struct Address {
    socket: SocketAddr,
    rest: Mutex<Rest>,
}

#[derive(Default)]
struct Rest {
    until: Option<Instant>,
    times: u32,
}

impl Address {
    fn rests(&self) -> bool {
        self.rest.lock().until.is_some_and(|until| until > Instant::now())
    }

    /// What else was under way when it began to rest says nothing new.
    fn failed(&self) {
        let mut rest = self.rest.lock();
        if rest.until.is_some_and(|until| until > Instant::now()) {
            return;
        }
        let length = REST_MIN.saturating_mul(1 << rest.times.min(6)).min(REST_MAX);
        *rest = Rest { until: Some(Instant::now() + length), times: rest.times.saturating_add(1) };
    }

    fn answered(&self) {
        *self.rest.lock() = Rest::default();
    }
}

/// Whether a request may be asked twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It reads, or twice is as once.
    Yes,
    /// Only when nobody can have heard it.
    Unheard,
}

/// How far the one who asks has come with the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    Whole,
    Partly,
    /// It will never be whole, and that is nobody's fault but the asker's.
    BrokenOff,
}

/// One try's end.
pub(crate) enum Tried<T> {
    Answer(T),
    /// Nobody heard it.
    Unsent(String),
    /// Somebody may have.
    Broken(String),
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").field("role", &self.role).field("places", &self.places).finish_non_exhaustive()
    }
}

impl Peers {
    /// # Errors
    /// When a place is no `host:port`.
    pub fn new(role: &str, places: &[String], credentials: &Credentials) -> Result<Self, ClusterError> {
        let unfit = |cause: String| ClusterError::Setting { key: format!("cluster.services.{role}"), cause };
        if places.is_empty() {
            return Err(unfit("expected at least one host:port".to_owned()));
        }
        for place in places {
            let port = place.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
            if !matches!(port, Some(Ok(1..))) {
                return Err(unfit(format!("«{place}» is no host:port")));
            }
        }
        let name = tls::name_of(role).try_into().map_err(|_| unfit("no name for a certificate".to_owned()))?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_MAX));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(credentials.client.clone())
            .https_only()
            .with_server_name_resolver(FixedServerNameResolver::new(name))
            .enable_http2()
            .wrap_connector(tcp);
        let http = Client::builder(TokioExecutor::new())
            .http2_only(true)
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_MAX)
            .http2_keep_alive_interval(PING_EVERY)
            .http2_keep_alive_timeout(PING_ANSWER_MAX)
            .http2_initial_stream_window_size(WINDOW_BYTES)
            .http2_initial_connection_window_size(4 * WINDOW_BYTES)
            .build(BoxCloneSyncService::new(Timeout::new(connector, CONNECT_MAX)));
        Ok(Self {
            role: role.to_owned(),
            places: places.to_vec(),
            http,
            known: RwLock::default(),
            turn: AtomicUsize::new(0),
            budget: Mutex::new(BUDGET_MAX),
            absent: Mutex::new(None),
        })
    }

    pub fn role(&self) -> &str {
        &self.role
    }

    /// As it is known now; nobody is asked.
    pub fn stand(&self) -> PeerStand {
        let known = self.known.read();
        PeerStand {
            known: known.addresses.len(),
            resting: known.addresses.iter().filter(|known| known.rests()).count(),
        }
    }

    /// Asks one process after the other until one answers, nobody may be asked again or the time is over. `sent`: a process does
    /// not rest for what never came to it whole.
    ///
    /// # Errors
    /// As [`PeerError`] says.
    pub(crate) async fn ask<T>(
        &self,
        again: Again,
        deadline: Instant,
        sent: impl Fn() -> Sent + Send + Sync,
        attempt: impl Fn(Http, Authority) -> BoxFuture<'static, Tried<T>> + Send + Sync,
    ) -> Result<T, PeerError> {
        {
            let mut budget = self.budget.lock();
            *budget = (*budget + 1).min(BUDGET_MAX);
        }
        let mut last;
        loop {
            let addresses = self.addresses(deadline).await;
            last = if addresses.is_empty() { "its name leads nowhere".to_owned() } else { "all of it rest".to_owned() };
            for address in self.in_turn(&addresses) {
                let Ok(authority) = address.socket.to_string().parse::<Authority>() else { continue };
                let Ok(tried) = timeout_at(deadline, attempt(self.http.clone(), authority)).await else {
                    if sent() == Sent::Whole {
                        address.failed();
                    }
                    return Err(PeerError::Late { role: self.role.clone() });
                };
                match tried {
                    Tried::Answer(answer) => {
                        address.answered();
                        *self.absent.lock() = None;
                        return Ok(answer);
                    }
                    Tried::Unsent(cause) => {
                        address.failed();
                        last = cause;
                    }
                    Tried::Broken(cause) if sent() == Sent::BrokenOff => {
                        return Err(PeerError::Unfinished { role: self.role.clone(), cause });
                    }
                    Tried::Broken(cause) => {
                        address.failed();
                        if again == Again::Unheard || !self.may_retry() {
                            return Err(PeerError::Broken { role: self.role.clone(), cause });
                        }
                        last = cause;
                    }
                }
            }
            let since = *self.absent.lock().get_or_insert_with(Instant::now);
            if since.elapsed() > PATIENCE || Instant::now() + PAUSE > deadline {
                return Err(PeerError::Unreachable { role: self.role.clone(), cause: last });
            }
            sleep(PAUSE).await;
        }
    }

    /// Those that rest are passed over, unless nobody else is there to be waited for.
    fn in_turn(&self, addresses: &[Arc<Address>]) -> Vec<Arc<Address>> {
        let start = self.turn.fetch_add(1, Ordering::Relaxed);
        (0..addresses.len())
            .map(|at| Arc::clone(&addresses[(start.wrapping_add(at)) % addresses.len()]))
            .filter(|address| !address.rests())
            .collect()
    }

    fn may_retry(&self) -> bool {
        let mut budget = self.budget.lock();
        match budget.checked_sub(RETRY_COST) {
            Some(left) => {
                *budget = left;
                true
            }
            None => false,
        }
    }

    async fn addresses(&self, deadline: Instant) -> Vec<Arc<Address>> {
        {
            let known = self.known.read();
            if known.at.is_some_and(|at| at.elapsed() < LOOKUP_EVERY) {
                return known.addresses.clone();
            }
        }
        let mut found = Vec::new();
        for place in &self.places {
            let until = deadline.min(Instant::now() + LOOKUP_MAX);
            match timeout_at(until, tokio::net::lookup_host(place)).await {
                Ok(Ok(sockets)) => found.extend(sockets),
                Ok(Err(error)) => tracing::debug!(%error, place, "a name was not found"),
                Err(_) => tracing::debug!(place, "a name was not found in time"),
            }
        }
        found.sort_unstable();
        found.dedup();
        found.truncate(ADDRESSES_MAX);
        let mut known = self.known.write();
        // A name service that is away for a moment takes nobody away.
        if !found.is_empty() {
            let old = std::mem::take(&mut known.addresses);
            known.addresses = found
                .into_iter()
                .map(|socket| {
                    let kept = old.iter().find(|address| address.socket == socket).cloned();
                    kept.unwrap_or_else(|| Arc::new(Address { socket, rest: Mutex::default() }))
                })
                .collect();
        }
        known.at = Some(Instant::now());
        known.addresses.clone()
    }
}

/// Sends one request to one process.
pub(crate) async fn send(http: Http, authority: Authority, mut request: Request<Body>) -> Tried<Response<Incoming>> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let uri = Uri::builder().scheme("https").authority(authority).path_and_query(target).build();
    let Ok(uri) = uri else { return Tried::Broken("no such path".to_owned()) };
    *request.uri_mut() = uri;
    match http.request(request).await {
        Ok(response) => Tried::Answer(response),
        Err(error) if error.is_connect() => Tried::Unsent(chain(&error)),
        Err(error) => Tried::Broken(chain(&error)),
    }
}
