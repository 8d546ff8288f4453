use std::{fs, sync::Arc, time::Duration};

use axum::body::Body;
use http::{Request, Version};
use http_body_util::BodyExt as _;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, NamedGroup, ProtocolVersion, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::ServerName,
    version::{TLS12, TLS13},
};
use svetu_gateway::TlsFiles;
use tokio::{io::AsyncReadExt as _, net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::world::{World, config};

struct Secure {
    world: World,
    roots: RootCertStore,
    _folder: tempfile::TempDir,
}

impl Secure {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["svetu.test".to_owned()]).unwrap();
        let files = TlsFiles { certificate: folder.path().join("c.pem"), key: folder.path().join("k.pem") };
        fs::write(&files.certificate, made.cert.pem()).unwrap();
        fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let mut secure = config();
        secure.public_url = "https://svetu.test".to_owned();
        secure.tls = Some(files);
        Self { world: World::with(secure, None).await, roots, _folder: folder }
    }

    fn client(&self, versions: &[&'static rustls::SupportedProtocolVersion], protocols: &[&str]) -> ClientConfig {
        let mut client = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        client.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        client
    }

    async fn connect(&self, client: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.world.public).await?;
        let name = ServerName::try_from("svetu.test").unwrap();
        TlsConnector::from(Arc::new(client)).connect(name, stream).await
    }
}

fn request(version: Version) -> Request<Body> {
    let (target, host) = match version {
        Version::HTTP_2 => ("https://svetu.test/api/v1/seen", None),
        _ => ("/api/v1/seen", Some("svetu.test")),
    };
    let mut request = Request::get(target).version(version).header("cookie", "__Host-svetu_session=ana");
    if let Some(host) = host {
        request = request.header("host", host);
    }
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn tls_1_3_with_the_post_quantum_exchange() {
    let secure = Secure::new().await;
    let stream = secure.connect(secure.client(&[&TLS13], &["h2", "http/1.1"])).await.unwrap();
    let session = stream.get_ref().1;
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let group = session.negotiated_key_exchange_group().map(|group| group.name());
    assert_eq!(group, Some(NamedGroup::X25519MLKEM768));
    assert_eq!(session.alpn_protocol(), Some(&b"h2"[..]));

    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request(Version::HTTP_2)).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
    assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(serde_json::from_slice::<serde_json::Value>(&body).unwrap()["account"].is_string());
    // Ended from our side: a connection without requests has nothing to wait for.
    secure.world.stop.send_replace(true);
    timeout(Duration::from_secs(20), connection).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn http_1_by_tls_and_a_classical_exchange_where_the_client_knows_no_other() {
    let secure = Secure::new().await;
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![aws_lc_rs::kx_group::X25519];
    let mut client = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(secure.roots.clone())
        .with_no_client_auth();
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    let stream = secure.connect(client).await.unwrap();
    let group = stream.get_ref().1.negotiated_key_exchange_group().map(|group| group.name());
    assert_eq!(group, Some(NamedGroup::X25519));
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request(Version::HTTP_11)).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_11));
}

#[tokio::test]
async fn older_versions_and_plain_text_are_refused() {
    let secure = Secure::new().await;
    assert!(secure.connect(secure.client(&[&TLS12], &[])).await.is_err());
    let mut plain = TcpStream::connect(secure.world.public).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"GET / HTTP/1.1\r\nhost: svetu.test\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(20), plain.read_to_end(&mut answer)).await.unwrap();
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn who_never_shakes_hands_is_let_go() {
    let secure = Secure::new().await;
    let mut silent = TcpStream::connect(secure.world.public).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(60), silent.read_to_end(&mut answer)).await;
    assert!(read.is_ok() && answer.is_empty());
}

#[test]
fn what_cannot_be_is_refused_by_its_key() {
    let refusal = |change: fn(&mut svetu_gateway::GatewayConfig)| {
        let mut wrong = config();
        change(&mut wrong);
        crate::world::refusal(wrong)
    };
    assert!(
        refusal(|c| c.trusted_proxies = vec!["10.0.0.0/99".into()]).starts_with("door.trusted_proxies: `10.0.0.0/99`")
    );
    assert!(refusal(|c| c.metrics_allow = vec!["localhost".into()]).starts_with("metrics.allow: `localhost`"));
    assert!(refusal(|c| c.cors_origins = vec!["*".into()]).starts_with("door.cors_origins: `*`"));
    assert!(refusal(|c| c.public_url = "svetu.rs".into()).starts_with("door.public_url: `svetu.rs`"));
    let missing = refusal(|c| {
        c.tls = Some(TlsFiles { certificate: "/nowhere/c.pem".into(), key: "/nowhere/k.pem".into() });
    });
    assert!(missing.starts_with("door.tls_certificate: /nowhere/c.pem: "), "{missing}");
}
