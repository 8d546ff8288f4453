use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::Request,
    response::{Html, IntoResponse},
    routing::{get, post},
};
use bytes::Bytes;
use chrono::Duration as Span;
use futures::StreamExt as _;
use http::{Method, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};

use crate::world::{TestSite, World, config};

const SOON: Duration = Duration::from_secs(20);

async fn seen(request: Request) -> Json<Value> {
    let headers: serde_json::Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    Json(json!({ "target": request.uri().to_string(), "method": request.method().as_str(), "headers": headers }))
}

fn echo() -> Router {
    Router::new().route("/echo", post(|request: Request| async { Body::new(request.into_body()) })).fallback(seen)
}

#[tokio::test]
async fn a_page_of_a_dead_session_asks_the_provider_first() {
    let site = TestSite::start(echo()).await;
    let world = World::with_site(site.address).await;
    let open = async |cookie: &str, dest: &str| {
        let answer = world.get("/en/account?a=1", &[("cookie", cookie), ("sec-fetch-dest", dest)]).await;
        (answer.status.as_u16(), answer.header("location").to_owned(), answer.header("set-cookie").to_owned())
    };
    let passed = (200, String::new(), String::new());
    let gone = "svetu_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0".to_owned();
    let asked = (303, "/session/sign-in?silent=1&next=%2Fen%2Faccount%3Fa%3D1".to_owned(), String::new());
    assert_eq!(open("svetu_session=ana; svetu_sso=ana", "document").await, passed, "it lives");
    assert_eq!(open("svetu_session=dead; svetu_sso=ana", "document").await, asked);
    assert_eq!(open("svetu_session=dead; svetu_sso=ana", "empty").await, passed, "what a page fetches");
    assert_eq!(open("svetu_session=dead", "document").await, (200, String::new(), gone.clone()), "nobody to ask about");
    assert_eq!(open("svetu_sso=ana", "document").await, passed, "who never signed in here is a visitor");
    let after_a_failure = [("cookie", "svetu_session=dead; svetu_sso=ana"), ("sec-fetch-dest", "document")];
    for page in ["/sign-in?failed=1&next=%2Fen%2Faccount", "/ru/connect?error=access_denied&description=x"] {
        let answer = world.get(page, &after_a_failure).await;
        assert_eq!((answer.told().as_str(), answer.header("set-cookie")), ("200", gone.as_str()), "{page}: no circles");
    }
    world.sessions.set_down(true);
    assert_eq!(open("svetu_session=dead; svetu_sso=ana", "document").await, passed, "not to be told now");
}

#[tokio::test]
async fn what_the_site_is_told() {
    let site = TestSite::start(echo()).await;
    let world = World::with_site(site.address).await;
    let outside = [
        ("cookie", "svetu_session=ana"),
        ("x-request-id", "abc-1"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.test"),
        ("x-middleware-subrequest", "src/middleware"),
        ("x-nonce", "guessed"),
        ("content-security-policy", "script-src 'nonce-guessed'"),
        ("connection", "x-named, cookie"),
        ("x-named", "1"),
        ("te", "trailers"),
        ("upgrade", "websocket"),
        ("proxy-authorization", "Basic x"),
        ("accept-encoding", "deflate"),
        ("accept", "text/html"),
    ];
    let seen = world.get("/en/a%20b?q=%C5%A1&lang=en", &outside).await.json();
    assert_eq!(seen["target"], "/en/a%20b?q=%C5%A1&lang=en");
    let headers = seen["headers"].as_object().unwrap();
    let names: Vec<&str> = {
        let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(
        names,
        [
            "accept",
            "cookie",
            "host",
            "traceparent",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-request-id"
        ]
    );
    let of = |name: &str| headers[name].as_str().unwrap();
    assert_eq!((of("host"), of("x-forwarded-host"), of("x-forwarded-proto")), ("svetu.test", "svetu.test", "http"));
    assert_eq!((of("x-forwarded-for"), of("x-request-id")), ("127.0.0.1", "abc-1"));
    assert!(of("traceparent").starts_with("00-0af7651916cd43dd8448eb211c80319c-"), "{}", of("traceparent"));
    assert_ne!(of("traceparent"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a span of its own");
}

#[tokio::test]
async fn what_comes_back_is_the_sites_and_not_its_connections() {
    let answer = || async {
        let headers = [
            ("set-cookie", "NEXT_LOCALE=ru"),
            ("location", "/ru"),
            ("connection", "close, x-named"),
            ("x-named", "1"),
            ("keep-alive", "timeout=5"),
            ("server", "node"),
        ];
        (http::StatusCode::TEMPORARY_REDIRECT, headers, "moved").into_response()
    };
    let site = TestSite::start(Router::new().fallback(answer)).await;
    let world = World::with_site(site.address).await;
    let answer = world.get("/x", &[]).await;
    assert_eq!((answer.told().as_str(), answer.text().as_str()), ("307", "moved"));
    assert_eq!((answer.header("location"), answer.header("set-cookie")), ("/ru", "NEXT_LOCALE=ru"));
    for name in ["connection", "keep-alive", "x-named", "server"] {
        assert_eq!(answer.header(name), "", "{name}");
    }
}

#[tokio::test]
async fn a_head_has_the_pages_length_and_no_body() {
    let site = TestSite::start(Router::new().route("/page", get(|| async { Html("the page") }))).await;
    let world = World::with_site(site.address).await;
    let answer = world.send(Method::HEAD, "/page", &[], Body::empty()).await;
    assert_eq!((answer.told().as_str(), answer.header("content-length"), answer.body.len()), ("200", "8", 0));
}

#[tokio::test]
async fn bodies_stream_both_ways() {
    let site = TestSite::start(echo()).await;
    let world = World::with_site(site.address).await;
    let (pieces, body) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = Body::from_stream(futures::stream::unfold(body, |mut body| async move {
        let piece = body.recv().await?;
        Some((piece, body))
    }));
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    let request = Request::post(format!("http://{}/echo", world.public)).body(body).unwrap();
    pieces.send(Ok("first ".into())).await.unwrap();
    let response = timeout(SOON, client.request(request)).await.unwrap().unwrap();
    let mut echoed = Body::new(response.into_body()).into_data_stream();
    // The second piece is sent only when the first has come back whole.
    assert_eq!(timeout(SOON, echoed.next()).await.unwrap().unwrap().unwrap(), "first ");
    pieces.send(Ok("second".into())).await.unwrap();
    assert_eq!(timeout(SOON, echoed.next()).await.unwrap().unwrap().unwrap(), "second");
    drop(pieces);
    assert!(timeout(SOON, echoed.next()).await.unwrap().is_none());
}

#[tokio::test]
async fn compression_does_not_hold_a_streamed_page_back() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let page = move || {
        let held = Arc::clone(&held);
        let second = async move {
            held.acquire().await.unwrap().forget();
            Ok::<_, std::io::Error>("the rest".repeat(50))
        };
        let first = async { Ok("the head of the page ".repeat(50)) };
        let pieces = futures::stream::once(first).chain(futures::stream::once(second));
        async { Html(Body::from_stream(pieces)) }
    };
    let site = TestSite::start(Router::new().route("/page", get(page))).await;
    let world = World::with_site(site.address).await;
    for encoding in ["gzip", "br", "zstd"] {
        let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
        let request = Request::get(format!("http://{}/page", world.public)).header("accept-encoding", encoding);
        let response = client.request(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_ENCODING], encoding);
        let mut body = response.into_body();
        let first = timeout(SOON, body.frame()).await.unwrap().unwrap().unwrap();
        assert!(!first.into_data().unwrap().is_empty(), "{encoding}");
        gate.add_permits(1);
        assert!(timeout(SOON, body.collect()).await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn a_dead_site_is_excused_in_four_languages_and_comes_back() {
    let site = TestSite::start(Router::new().fallback(|| async { Html("alive") })).await;
    let world = World::with_site(site.address).await;
    assert_eq!(world.get("/", &[]).await.text(), "alive");
    let address = site.die().await;

    let page = async |path: &str| {
        let answer = world.get(path, &[("accept", "text/html,*/*"), ("accept-language", "ru")]).await;
        assert_eq!(answer.told(), "503");
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
        assert_eq!(
            (answer.header("content-type"), answer.header("cache-control")),
            ("text/html; charset=utf-8", "no-store")
        );
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        let text = answer.text();
        let (_, after) = text.split_once("<html lang=").unwrap();
        let title = after.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
        format!("{} {title}", after.split('>').next().unwrap())
    };
    assert_eq!(page("/").await, "ru Скоро вернёмся");
    assert_eq!(page("/?lang=sr-Latn").await, "sr-Latn Vraćamo se za trenutak");
    assert_eq!(page("/sr-cyrl/x").await, "sr-Cyrl Враћамо се за тренутак");
    assert_eq!(page("/en").await, "en We will be right back");
    let problem = world.get("/x", &[("accept", "application/json")]).await;
    assert_eq!(problem.told(), "503 service.unavailable");
    assert!(!problem.header("retry-after").is_empty());
    assert_eq!(world.get("/api/v1/seen", &[]).await.told(), "200", "the API goes on");

    // Five failures opened the breaker: the site is back, but nobody asks it before the pause is over.
    let back = TestSite::at(address, Router::new().fallback(|| async { Html("alive again") })).await;
    assert_eq!(world.get("/", &[("accept", "text/html")]).await.told(), "503");
    assert!(world.get("/metrics", &[]).await.text().contains("svetu_gateway_site_open 1"));
    world.clock.advance(Span::seconds(2));
    assert_eq!(world.get("/", &[]).await.text(), "alive again");
    assert_eq!(world.get("/", &[]).await.text(), "alive again");
    assert!(world.get("/metrics", &[]).await.text().contains("svetu_gateway_site_open 0"));
    back.die().await;
}

#[tokio::test]
async fn a_site_that_restarts_under_load_costs_no_more_than_its_absence() {
    let site = TestSite::start(Router::new().fallback(|| async { Html("alive") })).await;
    let world = World::with_site(site.address).await;
    // Connections are in the pool when it dies: they must not be used for the one that comes after.
    for _ in 0..4 {
        assert_eq!(world.get("/", &[]).await.text(), "alive");
    }
    let address = site.die().await;
    let back = TestSite::at(address, Router::new().fallback(|| async { Html("alive") })).await;
    for _ in 0..4 {
        assert_eq!(world.get("/", &[]).await.text(), "alive");
    }
    back.die().await;
}

#[tokio::test]
async fn a_page_that_breaks_off_is_seen_to_break_off() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4_096];
        let _ = stream.read(&mut head).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nhalf")
            .await
            .unwrap();
    });
    let world = World::with_site(address).await;
    let mut stream = TcpStream::connect(world.public).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: svetu.test\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("half"), "{answer}");
    assert!(answer.contains("content-length: 100"), "the reader can tell that something is missing");
    site.await.unwrap();
}

#[tokio::test]
async fn a_reader_who_breaks_off_does_not_count_against_the_site() {
    let site =
        TestSite::start(Router::new().route("/take", post(|body: Bytes| async move { body.len().to_string() }))).await;
    let world = World::with_site(site.address).await;
    for _ in 0..8 {
        let mut stream = TcpStream::connect(world.public).await.unwrap();
        let head = b"POST /take HTTP/1.1\r\nhost: svetu.test\r\ncontent-length: 1000\r\n\r\nsome";
        stream.write_all(head).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        let _ = timeout(SOON, stream.read_to_end(&mut rest)).await.unwrap();
    }
    assert_eq!(world.send(Method::POST, "/take", &[], "whole").await.text(), "5");
}

#[tokio::test]
async fn bodies_for_the_site_are_bounded() {
    let site = TestSite::start(echo()).await;
    let world = World::with(config(), Some(site.address)).await;
    let answer = world.send(Method::POST, "/echo", &[], vec![b'a'; 70_000]).await;
    assert_eq!(answer.told(), "413 request.too_large");
    assert_eq!(world.send(Method::POST, "/echo", &[], vec![b'a'; 60_000]).await.body.len(), 60_000);
}
