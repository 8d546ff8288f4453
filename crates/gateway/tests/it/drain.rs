use std::time::Duration;

use axum::{Router, response::Html, routing::get};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::world::{TestSite, World, config};

const SOON: Duration = Duration::from_secs(20);

/// A request that is known to be at work when this returns.
async fn running(world: &World, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(world.public).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: svetu.test\r\n\r\n").as_bytes()).await.unwrap();
    let busy = || async { world.get("/metrics", &[]).await.text().contains("svetu_http_requests_in_flight 2") };
    while !busy().await {
        sleep(Duration::from_millis(10)).await;
    }
    stream
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(SOON, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8(answer).unwrap()
}

async fn refused(world: &World) {
    while TcpStream::connect(world.public).await.is_ok() {
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_running_request_is_answered_and_a_new_one_is_not_taken() {
    let mut world = World::new().await;
    let idle = TcpStream::connect(world.public).await.unwrap();
    let stream = running(&world, "/api/v1/wait").await;
    world.stop.send_replace(true);
    refused(&world).await;
    assert!(!world.served.is_finished(), "somebody is still inside");
    world.gate.0.add_permits(1);
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    timeout(SOON, &mut world.served).await.unwrap().unwrap();
    assert_eq!(rest(idle).await, "");
}

#[tokio::test]
async fn a_request_that_was_under_way_when_we_left_is_answered() {
    // Each sends its request within the second that it has, which a busy machine may need several tries for.
    for _ in 0..20 {
        if last_requests().await {
            return;
        }
    }
    panic!("never within a second");
}

/// Whether they were sent in time.
async fn last_requests() -> bool {
    let mut world = World::new().await;
    // One connection that has asked before and one that has not.
    let mut kept = TcpStream::connect(world.public).await.unwrap();
    let ask = b"GET /api/v1/things/7 HTTP/1.1\r\nhost: svetu.test\r\n\r\n";
    kept.write_all(ask).await.unwrap();
    let mut first = [0; 12];
    timeout(SOON, kept.read_exact(&mut first)).await.unwrap().unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let fresh = TcpStream::connect(world.public).await.unwrap();
    let left = Instant::now();
    world.stop.send_replace(true);
    refused(&world).await;
    let mut asked = Vec::new();
    for mut stream in [kept, fresh] {
        // It may be closed already when we are late.
        let _ = stream.write_all(ask).await;
        asked.push(stream);
    }
    if left.elapsed() > Duration::from_millis(800) {
        return false;
    }
    for stream in asked {
        let answer = rest(stream).await;
        let last = answer.rfind("HTTP/1.1 200").map_or(answer.as_str(), |at| &answer[at..]);
        assert!(last.contains("connection: close") && last.ends_with('7'), "{answer}");
    }
    timeout(SOON, &mut world.served).await.unwrap().unwrap();
    true
}

#[tokio::test]
async fn a_page_on_its_way_out_still_finds_the_api() {
    let inside = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let (asked, gate) = (inside.clone(), std::sync::Arc::new(tokio::sync::Semaphore::new(0)));
    let held = gate.clone();
    let page = move || {
        let (asked, held) = (asked.clone(), held.clone());
        async move {
            held.acquire().await.unwrap().forget();
            let mut stream = TcpStream::connect(asked.get().unwrap()).await.unwrap();
            let head = b"GET /api/v1/things/7 HTTP/1.1\r\nhost: inside\r\nconnection: close\r\n\r\n";
            stream.write_all(head).await.unwrap();
            Html(rest(stream).await)
        }
    };
    let site = TestSite::start(Router::new().route("/page", get(page))).await;
    let mut world = World::with_site(site.address).await;
    inside.set(world.inside.to_string()).unwrap();
    let stream = running(&world, "/page").await;
    world.stop.send_replace(true);
    refused(&world).await;
    gate.add_permits(1);
    let answer = rest(stream).await;
    assert!(answer.contains("HTTP/1.1 200 OK") && answer.ends_with('7'), "{answer}");
    timeout(SOON, &mut world.served).await.unwrap().unwrap();
    assert!(TcpStream::connect(world.inside).await.is_err());
}

#[tokio::test]
async fn who_does_not_end_in_time_is_cut_off() {
    let mut hasty = config();
    hasty.drain_s_max = 1;
    let mut world = World::with(hasty, None).await;
    let stream = running(&world, "/api/v1/for-ever").await;
    world.stop.send_replace(true);
    timeout(SOON, &mut world.served).await.unwrap().unwrap();
    assert_eq!(rest(stream).await, "");
}

#[tokio::test]
async fn without_anybody_to_tell_it_the_door_closes() {
    let world = World::new().await;
    let World { stop, served, .. } = world;
    drop(stop);
    timeout(SOON, served).await.unwrap().unwrap();
}
