//! Which process is asked again, and how often: by doors that break off, freeze or speak an old TLS.

use std::{
    convert::Infallible,
    net::Ipv4Addr,
    sync::atomic::{AtomicUsize, Ordering},
};

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    version::{TLS12, TLS13},
};
use svetu_contracts::ContractError;
use tokio::{io::copy_bidirectional, net::TcpStream, sync::Notify, time::timeout};

use super::*;
use crate::wire::{Bounds, Caller, Method};

const LONG: Duration = Duration::from_secs(60);

const fn echo(again: Again) -> Method {
    Method { name: "echo", bounds: Bounds::small(LONG), again, callers: &["gateway"] }
}

/// Reads a request to its end and breaks the connection off without a word. On every address of this machine.
struct Breaking {
    port: u16,
    heard: Arc<AtomicUsize>,
}

impl Breaking {
    async fn open(credentials: &Credentials) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let (port, heard) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
        let (tls, counted) = (TlsAcceptor::from(Arc::clone(&credentials.server)), Arc::clone(&heard));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(Self::receive(stream, tls.clone(), Arc::clone(&counted)));
            }
        });
        Self { port, heard }
    }

    async fn receive(stream: TcpStream, tls: TlsAcceptor, heard: Arc<AtomicUsize>) {
        let Ok(stream) = tls.accept(stream).await else { return };
        let over = Arc::new(Notify::new());
        let service = hyper::service::service_fn(|request: Request<Incoming>| {
            let (heard, over) = (Arc::clone(&heard), Arc::clone(&over));
            async move {
                request.into_body().collect().await.unwrap();
                heard.fetch_add(1, Ordering::SeqCst);
                over.notify_one();
                std::future::pending::<Result<Response<Body>, Infallible>>().await
            }
        });
        let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service);
        tokio::select! {
            _ = connection => {}
            () = over.notified() => {}
        }
    }

    fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }

    fn places(&self, count: u8) -> Vec<String> {
        (1..=count).map(|n| format!("127.0.0.{n}:{}", self.port)).collect()
    }
}

/// A process that can be frozen: connections stay, and nothing comes any more.
struct Freezing {
    address: SocketAddr,
    freeze: watch::Sender<bool>,
}

impl Freezing {
    async fn before(house: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (freeze, frozen) = watch::channel(false);
        tokio::spawn(async move {
            loop {
                let (mut theirs, _) = listener.accept().await.unwrap();
                let mut frozen = frozen.clone();
                tokio::spawn(async move {
                    let mut ours = TcpStream::connect(house).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut theirs, &mut ours) => return,
                        _ = frozen.wait_for(|frozen| *frozen) => {}
                    }
                    std::future::pending::<()>().await;
                });
            }
        });
        Self { address, freeze }
    }
}

fn caller(house: &House, places: &[String]) -> Caller {
    let peers = Peers::new("x", places, &credentials(&house.folder, "of-gateway")).unwrap();
    Caller::new(Arc::new(peers), "svetu.x.v1.X")
}

async fn say(caller: &Caller, again: Again) -> Result<u32, ContractError> {
    caller.call(echo(again), &7_u32).await
}

#[tokio::test]
async fn what_may_have_been_heard_is_asked_twice_only_if_twice_is_as_once() {
    let house = House::open("x").await;
    let breaking = Breaking::open(&credentials(&house.folder, "one")).await;
    // Others are there to be asked.
    let told = say(&caller(&house, &breaking.places(4)), Again::Unheard).await.unwrap_err();
    assert!(told.to_string().contains("broke off"), "{told}");
    assert_eq!(breaking.heard(), 1);

    // Whichever of the two is asked first.
    let two = caller(&house, &[breaking.places(1), vec![house.address.to_string()]].concat());
    for _ in 0..2 {
        assert_eq!(say(&two, Again::Yes).await.unwrap(), 7);
    }
    assert_eq!(breaking.heard(), 2);
}

#[tokio::test]
async fn what_nobody_heard_is_told_to_the_next_one() {
    let house = House::open("x").await;
    let closed = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    let two = caller(&house, &[closed.to_string(), house.address.to_string()]);
    for _ in 0..2 {
        assert_eq!(say(&two, Again::Unheard).await.unwrap(), 7);
    }
}

#[tokio::test]
async fn a_tenth_of_the_calls_is_asked_again_and_ten_at_once() {
    let house = House::open("x").await;
    let breaking = Breaking::open(&credentials(&house.folder, "one")).await;
    let caller = caller(&house, &breaking.places(64));
    say(&caller, Again::Yes).await.unwrap_err();
    assert_eq!(breaking.heard(), 1 + 10);
    for _ in 0..20 {
        say(&caller, Again::Yes).await.unwrap_err();
    }
    assert_eq!(breaking.heard(), 11 + 20 + 2);
}

#[tokio::test]
async fn a_frozen_process_is_noticed_long_before_the_deadline() {
    let house = House::open("x").await;
    let frozen = Freezing::before(house.address).await;
    let (alone, both) = (
        caller(&house, &[frozen.address.to_string()]),
        caller(&house, &[frozen.address.to_string(), house.address.to_string()]),
    );
    // Connections to all of them are there.
    for caller in [&alone, &both, &both] {
        assert_eq!(say(caller, Again::Yes).await.unwrap(), 7);
    }
    frozen.freeze.send_replace(true);
    let told = timeout(LONG / 2, say(&alone, Again::Unheard)).await.expect("half of the time").unwrap_err();
    assert!(told.to_string().contains("broke off"), "{told}");
    for _ in 0..2 {
        let answered = timeout(LONG / 2, say(&both, Again::Yes)).await.expect("half of the time");
        assert_eq!(answered.unwrap(), 7);
    }
}

#[tokio::test]
async fn an_older_tls_is_not_spoken() {
    let house = House::open("x").await;
    let file = |name: &str| house.folder.path().join(name);
    let connect = async |version: &'static rustls::SupportedProtocolVersion| {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(file(keys::AUTHORITY)).unwrap()).unwrap();
        let chain = vec![CertificateDer::from_pem_file(file("of-gateway.pem")).unwrap()];
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(file("of-gateway.key")).unwrap())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let stream = TcpStream::connect(house.address).await.unwrap();
        TlsConnector::from(Arc::new(config)).connect("x.svetu.internal".try_into().unwrap(), stream).await.map(drop)
    };
    connect(&TLS13).await.unwrap();
    let refused = connect(&TLS12).await.unwrap_err().to_string();
    assert!(refused.contains("ProtocolVersion"), "{refused}");
}
