//! TLS and a password: a door of our own before an engine that has neither.

use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use svetu_kernel::SystemClock;
use svetu_opensearch::OpenSearchIndex;
use svetu_ports::search_index::{SearchIndex, SearchIndexError, SearchRequest, contract};
use svetu_testkit::Engine;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// `user:lozinka`, as HTTP says it.
const EXPECTED: &str = "authorization: Basic dXNlcjpsb3ppbmth";

/// Lets in who knows the password; one request a connection.
async fn serve(door: TcpListener, tls: TlsAcceptor, engine: String) {
    while let Ok((stream, _)) = door.accept().await {
        let (tls, engine) = (tls.clone(), engine.clone());
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(stream).await else { return };
            let mut stream = BufReader::new(stream);
            let (mut head, mut length, mut known) = (String::new(), 0, false);
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap() == 0 {
                    return;
                }
                known |= line.trim_end() == EXPECTED;
                if let Some(bytes) = line.strip_prefix("content-length: ") {
                    length = bytes.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    head += "connection: close\r\n\r\n";
                    break;
                }
                head += &line;
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            let answer = if known {
                let mut engine = TcpStream::connect(&engine).await.unwrap();
                engine.write_all(head.as_bytes()).await.unwrap();
                engine.write_all(&body).await.unwrap();
                let mut answer = Vec::new();
                engine.read_to_end(&mut answer).await.unwrap();
                answer
            } else {
                b"HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 12\r\n\r\nUnauthorized".to_vec()
            };
            stream.write_all(&answer).await.unwrap();
            stream.shutdown().await.unwrap();
        });
    }
}

/// A door at this machine's name, and the certificate that it shows.
pub async fn open(engine: &Engine) -> (u16, String) {
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(pair.signing_key.serialize_der()));
    let tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![pair.cert.der().clone()], key)
        .unwrap();
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = door.local_addr().unwrap().port();
    let engine = engine.url().split_once("://").unwrap().1.to_owned();
    tokio::spawn(serve(door, TlsAcceptor::from(Arc::new(tls)), engine));
    (port, pair.cert.pem())
}

pub async fn by_tls_and_a_password(engine: &Engine) {
    let (port, pem) = open(engine).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pem).unwrap();
    let index = |user: &str, ca: bool| {
        let ca = if ca { format!("?ca={}", file.path().display()) } else { String::new() };
        let url = format!("opensearchs://{user}localhost:{port}/door{ca}");
        OpenSearchIndex::try_new(&url, contract::FIELDS, Arc::new(SystemClock)).unwrap()
    };
    let known = index("user:lozinka@", true);
    known.upsert(vec![crate::document(1, 1, "vrata")]).await.unwrap();
    known.refresh().await.unwrap();
    assert_eq!(known.search(SearchRequest::everything(5)).await.unwrap().total, 1);
    for (stranger, told) in [
        (index("user:druga@", true), "401"),
        (index("", true), "401"),
        (index("user:lozinka@", false), "cannot be reached"),
    ] {
        let refused = stranger.search(SearchRequest::everything(5)).await.unwrap_err();
        assert!(matches!(&refused, SearchIndexError::Unavailable(error) if error.contains(told)), "{refused}");
        assert!(!refused.to_string().contains("lozinka") && !refused.to_string().contains("druga"), "{refused}");
    }
}
