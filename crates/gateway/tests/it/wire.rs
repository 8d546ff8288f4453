//! Bytes that no client library would send.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::world::World;

const SOON: Duration = Duration::from_secs(60);

async fn answers(world: &World, request: &str) -> String {
    let mut stream = TcpStream::connect(world.public).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the refusal is as good as an end.
    let _ = timeout(SOON, stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The statuses of all answers on the connection.
async fn statuses(world: &World, request: &str) -> String {
    let answer = answers(world, request).await;
    let found: Vec<&str> = answer.match_indices("HTTP/1.1 ").map(|(at, _)| &answer[at + 9..at + 12]).collect();
    found.join(" ")
}

#[tokio::test]
async fn a_request_has_one_meaning_or_none() {
    let world = World::new().await;
    let check = async |head: &str, body: &str, expected: &str| {
        let request = format!("POST /api/v1/media/uploads HTTP/1.1\r\n{head}\r\n{body}");
        assert_eq!(statuses(&world, &request).await, expected, "{head}");
    };
    let host = "host: svetu.test\r\n";
    let close = "connection: close\r\n";
    let smuggled = "GET /api/v1/things/1 HTTP/1.1\r\nhost: svetu.test\r\nconnection: close\r\n\r\n";
    check(&format!("{host}{close}content-length: 3\r\n"), "abc", "200").await;
    check(&format!("{host}content-length: 3\r\ncontent-length: 4\r\n"), "abcd", "400").await;
    check(&format!("{host}content-length: 3, 4\r\n"), "abcd", "400").await;
    check(&format!("{host}content-length: +3\r\n"), "abc", "400").await;
    check(&format!("{host}content-length: -3\r\n"), "abc", "400").await;
    check(&format!("{host}content-length: 99999999999999999999\r\n"), "abc", "400").await;
    check(&format!("{host}transfer-encoding: xchunked\r\n"), "0\r\n\r\n", "400").await;
    check(&format!("{host}transfer-encoding: chunked, identity\r\n"), "0\r\n\r\n", "400").await;
    check(&format!("{host}transfer-encoding : chunked\r\n"), "0\r\n\r\n", "400").await;
    check(&format!("{host}transfer-encoding: chunked\r\n{close}"), "zz\r\n\r\n", "400").await;
    check(&format!("{host}x: a\r\n folded\r\n"), "", "400").await;
    check(&format!("{host}x\0y: a\r\n"), "", "400").await;
    check(&format!("{close}content-length: 0\r\n"), "", "400").await;
    check(&format!("{host}host: evil.test\r\n{close}content-length: 0\r\n"), "", "400").await;
    // Both framings: the chunks count and nothing behind them is a request of its own making.
    let both = format!("{host}{close}content-length: {}\r\ntransfer-encoding: chunked\r\n", smuggled.len() + 5);
    let told = statuses(&world, &format!("POST /api/v1/media/uploads HTTP/1.1\r\n{both}\r\n0\r\n\r\n{smuggled}")).await;
    assert!(told == "200" || told == "400", "{told}");
}

#[tokio::test]
async fn heads_are_bounded() {
    let world = World::new().await;
    let with =
        |headers: &str| format!("GET /api/v1/seen HTTP/1.1\r\nhost: svetu.test\r\nconnection: close\r\n{headers}\r\n");
    assert_eq!(statuses(&world, &with("")).await, "200");
    let many: String = (0..150).map(|number| format!("x-{number}: 1\r\n")).collect();
    assert_eq!(statuses(&world, &with(&many)).await, "431");
    assert_eq!(statuses(&world, &with(&format!("x: {}\r\n", "a".repeat(200_000)))).await, "431");
    let target = format!("GET /{} HTTP/1.1\r\nhost: svetu.test\r\n\r\n", "a".repeat(100_000));
    let told = statuses(&world, &target).await;
    assert!(told == "414" || told == "431", "{told}");
}

#[tokio::test]
async fn http2_without_tls_is_not_spoken() {
    let world = World::new().await;
    let told = answers(&world, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(!told.contains("200"), "{told}");
}

#[tokio::test]
async fn who_never_finishes_asking_is_let_go() {
    let world = World::new().await;
    let slow = async |first: &str| {
        let began = Instant::now();
        let mut stream = TcpStream::connect(world.public).await.unwrap();
        stream.write_all(first.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(SOON, stream.read_to_end(&mut answer)).await.expect("closed within the bound");
        assert!(!String::from_utf8_lossy(&answer).contains(" 200 "));
        assert!(began.elapsed() > Duration::from_secs(1), "it had its time");
    };
    tokio::join!(
        slow(""),
        slow("GET /api/v1/seen HTTP/1.1\r\nhost: svetu.test\r\nx-slow"),
        slow("GET /api/v1/seen HTTP/1.1\r\n"),
        // A head byte by byte does not start the clock anew.
        async {
            let mut stream = TcpStream::connect(world.public).await.unwrap();
            let began = Instant::now();
            while began.elapsed() < SOON {
                if stream.write_all(b"x").await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            panic!("still open");
        }
    );
}
