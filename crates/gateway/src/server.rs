//! Sockets: accepting, speaking HTTP over them within bounds, and closing without cutting anybody off.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use axum::{Router, body::Body, response::Response};
use http::{HeaderValue, Request, Version, header::CONNECTION};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::{
    GatewayParts,
    body::Holding,
    config::{GatewayConfig, GatewayError, Settings},
    connections::{Connections, Run, Running},
    edge::{self, Edge},
    io::Impatient,
    load::UPLOAD_TIMES,
    origin::{Peer, Side},
    telemetry::Reason,
    tls,
};

const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Until a request's head is whole; a connection kept alive without a request ends by it too.
const HEAD_MAX: Duration = Duration::from_secs(15);
const HEAD_BYTES_MAX: usize = 32 * 1024;
const HEADERS_MAX: usize = 100;
const STREAMS_MAX: u32 = 128;
/// An HTTP/2 connection without a request.
const IDLE_MAX: Duration = Duration::from_secs(120);
const IDLE_CHECK: Duration = Duration::from_secs(10);
const PING_EVERY: Duration = Duration::from_secs(30);
const PING_ANSWER_MAX: Duration = Duration::from_secs(15);
/// Without a byte taken by the reader.
const WRITE_PAUSE_MAX: Duration = Duration::from_secs(30);
/// Of a whole answer, after all the time that making it may take.
const READ_MAX: Duration = Duration::from_secs(300);
/// After an accept that failed for want of something (descriptors, memory).
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// A connection without a request is kept so long for one more when we leave.
const LAST_MAX: Duration = Duration::from_secs(1);
/// Between being told to stop and closing the door.
const LINGER: Duration = Duration::from_millis(100);

pub struct Server {
    house: Arc<House>,
    drain_max: Duration,
}

struct House {
    edge: Arc<Edge>,
    service: Router,
    http1: Builder<TokioExecutor>,
    http2: Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
    connections: Connections,
}

impl Server {
    pub fn try_new(config: GatewayConfig, parts: GatewayParts) -> Result<Self, GatewayError> {
        let settings = Settings::try_new(&config)?;
        let tls = config.tls.as_ref().map(tls::configure).transpose()?.map(TlsAcceptor::from);
        let (service, edge) = edge::build(settings, parts);
        let (http1, http2) = protocols();
        let house = House { edge, service, http1, http2, tls, connections: Connections::new() };
        Ok(Self { house: Arc::new(house), drain_max: Duration::from_secs(config.drain_s_max) })
    }

    pub async fn serve(
        self,
        public: TcpListener,
        inside: Option<TcpListener>,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<(), GatewayError> {
        if let Some(inside) = &inside
            && !inside.local_addr()?.ip().is_loopback()
        {
            return Err(GatewayError::NotLoopback);
        }
        // Pages on their way out still ask the API: the inner door closes after the last of them.
        let (pages_done, mut no_pages) = watch::channel(false);
        let outer = async {
            let draining = || self.house.edge.draining.store(true, Ordering::Relaxed);
            self.house.run(public, Side::Public, &mut stopped, draining, self.drain_max).await;
            pages_done.send_replace(true);
        };
        let inner = async {
            if let Some(inside) = inside {
                self.house.run(inside, Side::Inside, &mut no_pages, || {}, self.drain_max).await;
            }
        };
        tokio::join!(outer, inner);
        Ok(())
    }
}

fn protocols() -> (Builder<TokioExecutor>, Builder<TokioExecutor>) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_BYTES_MAX as u32)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_ANSWER_MAX);
    (builder.clone().http1_only(), builder.http2_only())
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to tell: the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

impl House {
    async fn run(
        self: &Arc<Self>,
        listener: TcpListener,
        side: Side,
        stop: &mut watch::Receiver<bool>,
        closing: impl FnOnce(),
        drain_max: Duration,
    ) {
        let mut served = JoinSet::new();
        let (farewell, leaving) = watch::channel(false);
        tokio::select! {
            () = told(stop) => {}
            () = self.welcome(&listener, side, &leaving, &mut served) => {}
        }
        closing();
        // Who stands in the kernel's queue came in time.
        let _ = timeout(LINGER, self.welcome(&listener, side, &leaving, &mut served)).await;
        drop(listener);
        farewell.send_replace(true);
        let drained = timeout(drain_max, async { while served.join_next().await.is_some() {} }).await;
        if drained.is_err() {
            tracing::warn!(connections = served.len(), "requests that did not end in time are cut off");
            served.shutdown().await;
        }
    }

    /// Accepts for as long as it is polled.
    async fn welcome(
        self: &Arc<Self>,
        listener: &TcpListener,
        side: Side,
        leaving: &watch::Receiver<bool>,
        served: &mut JoinSet<()>,
    ) {
        loop {
            tokio::select! {
                accepted = self.accept(listener) => match accepted {
                    Ok((stream, address, permit)) => {
                        let (house, leaving) = (Arc::clone(self), leaving.clone());
                        served.spawn(async move { house.receive(stream, address, permit, side, leaving).await });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = served.join_next() => {}
            }
        }
    }

    async fn accept(&self, listener: &TcpListener) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        let permit = self.connections.place().await.ok_or(io::ErrorKind::Other)?;
        let (stream, address) = listener.accept().await?;
        Ok((stream, address, permit))
    }

    async fn receive(
        self: Arc<Self>,
        stream: TcpStream,
        address: SocketAddr,
        permit: OwnedSemaphorePermit,
        side: Side,
        leaving: watch::Receiver<bool>,
    ) {
        let ip = address.ip().to_canonical();
        let shared = ip.is_loopback() || self.edge.settings.trusted_proxies.contain(ip);
        let Some(_place) = self.connections.admit(permit, ip, shared) else {
            self.edge.telemetry.refused(Reason::Connections);
            return;
        };
        let _open = self.open();
        // It only makes small answers slower where it fails.
        let _ = stream.set_nodelay(true);
        let stream = Impatient::new(stream, WRITE_PAUSE_MAX);
        let tls = self.tls.as_ref().filter(|_| side == Side::Public);
        let peer = Peer { address: ip, side, tls: tls.is_some() };
        let Some(acceptor) = tls else {
            return self.converse(stream, peer, &self.http1, leaving).await;
        };
        let Ok(Ok(stream)) = timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await else {
            self.edge.telemetry.refused(Reason::Handshake);
            return;
        };
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(tls::HTTP_2);
        let builder = if is_http2 { &self.http2 } else { &self.http1 };
        self.converse(stream, peer, builder, leaving).await;
    }

    fn open(&self) -> impl Drop + use<> {
        struct Open(prometheus_client::metrics::gauge::Gauge);
        impl Drop for Open {
            fn drop(&mut self) {
                self.0.dec();
            }
        }
        let gauge = self.edge.telemetry.connections.clone();
        gauge.inc();
        Open(gauge)
    }

    async fn converse(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
        builder: &Builder<TokioExecutor>,
        mut leaving: watch::Receiver<bool>,
    ) {
        let running = Arc::new(Running::default());
        let going = leaving.clone();
        let service = service_fn(|request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            // HTTP/2 says it by itself.
            let is_last = *going.borrow() && request.version() < Version::HTTP_2;
            answer(self.service.clone(), request, running.begin(), is_last)
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let mut check = interval(IDLE_CHECK);
        check.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let whole_max = self.edge.settings.request_max() * UPLOAD_TIMES + READ_MAX;
        let (mut busy_at, mut closing) = (Instant::now(), false);
        let farewell = async {
            told(&mut leaving).await;
            // A request may be under way to us: it is answered, and its answer says that it was the last.
            let _ = timeout(LAST_MAX, running.any()).await;
        };
        tokio::pin!(farewell);
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection broke off");
                    }
                    return;
                }
                () = farewell.as_mut(), if !closing => {
                    closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                _ = check.tick(), if !closing => {
                    match running.oldest() {
                        // HTTP/2 has windows of its own: who never opens one makes no write wait.
                        Some(began) if began.elapsed() > whole_max => return,
                        Some(_) => busy_at = Instant::now(),
                        None if busy_at.elapsed() > IDLE_MAX => {
                            closing = true;
                            connection.as_mut().graceful_shutdown();
                        }
                        None => {}
                    }
                }
            }
        }
    }
}

async fn answer(service: Router, request: Request<Body>, run: Run, is_last: bool) -> Result<Response, Infallible> {
    let mut response = service.oneshot(request).await?.map(|body| Holding::body(body, run));
    if is_last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
