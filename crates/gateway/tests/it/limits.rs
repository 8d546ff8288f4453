use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use chrono::Duration as Span;
use http::Method;
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::world::{COOKIE, TestSite, World, config};

#[tokio::test]
async fn an_address_has_a_rate() {
    let mut narrow = config();
    narrow.limits.address_per_minute = 3;
    let world = World::with(narrow, None).await;
    for left in [2, 1, 0] {
        let answer = world.get("/api/v1/seen", &[]).await;
        assert_eq!(answer.told(), "200");
        assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=3;w=60");
        assert!(answer.header("ratelimit").starts_with(&format!("\"address\";r={left};t=")));
    }
    let answer = world.get("/api/v1/seen", &[("accept-language", "en")]).await;
    assert_eq!((answer.told().as_str(), answer.header("retry-after")), ("429 request.rate_limited", "20"));
    assert_eq!(answer.header("ratelimit"), "\"address\";r=0;t=20");
    // Forged addresses do not help, other kinds of requests are counted by themselves, and nothing counts health.
    let forged = world.get("/api/v1/seen", &[("x-forwarded-for", "198.51.100.8")]).await;
    assert_eq!(forged.told(), "429 request.rate_limited");
    assert_eq!(world.get("/api/v1/nothing", &[]).await.told(), "429 request.rate_limited");
    assert_eq!(world.get("/media/ab/1.webp", &[]).await.told(), "200");
    for _ in 0..40 {
        assert_eq!(world.get("/health/live", &[]).await.told(), "200");
    }
    world.clock.advance(Span::seconds(20));
    assert_eq!(world.get("/api/v1/seen", &[]).await.told(), "200");
    assert_eq!(world.get("/api/v1/seen", &[]).await.told(), "429 request.rate_limited");
}

#[tokio::test]
async fn behind_a_proxy_everybody_has_a_rate_of_their_own() {
    let mut narrow = config();
    narrow.trusted_proxies = vec!["127.0.0.1".to_owned()];
    narrow.limits.address_per_minute = 1;
    let world = World::with(narrow, None).await;
    let told = async |address: &str| world.get("/api/v1/seen", &[("x-forwarded-for", address)]).await.told();
    assert_eq!(told("198.51.100.7").await, "200");
    assert_eq!(told("198.51.100.7").await, "429 request.rate_limited");
    assert_eq!(told("198.51.100.8").await, "200");
    assert_eq!(told("2001:db8:1:2::1").await, "200");
    assert_eq!(told("2001:db8:1:2::2").await, "429 request.rate_limited", "one household");
}

#[tokio::test]
async fn an_account_has_a_rate_wherever_it_comes_from() {
    let mut narrow = config();
    narrow.trusted_proxies = vec!["127.0.0.1".to_owned()];
    narrow.limits.account_per_minute = 2;
    let world = World::with(narrow, None).await;
    let ask = async |address: &str, cookie: &str| {
        world.get("/api/v1/seen", &[("x-forwarded-for", address), ("cookie", cookie)]).await
    };
    let first = ask("198.51.100.1", COOKIE).await;
    assert!(first.header("ratelimit").starts_with("\"account\";r=1;"), "{}", first.header("ratelimit"));
    assert_eq!(ask("198.51.100.2", COOKIE).await.told(), "200");
    assert_eq!(ask("198.51.100.3", COOKIE).await.told(), "429 request.rate_limited");
    world.sessions.begin("mila");
    assert_eq!(ask("198.51.100.3", "svetu_session=mila").await.told(), "200");
    assert_eq!(ask("198.51.100.3", "").await.told(), "200");
}

#[tokio::test]
async fn whoever_stands_in_asks_on_their_own_account() {
    let mut narrow = config();
    narrow.limits.account_per_minute = 2;
    let world = World::with(narrow, None).await;
    world.sessions.begin("mila");
    let ask = async |cookie: &str| world.get("/api/v1/seen", &[("cookie", cookie)]).await.told();
    assert_eq!(ask(COOKIE).await, "200");
    world.sessions.stand_in("ana", "mila", svetu_kernel::Clock::now(&*world.clock));
    assert_eq!((ask(COOKIE).await, ask(COOKIE).await), ("200".to_owned(), "429 request.rate_limited".to_owned()));
    assert_eq!(ask("svetu_session=mila").await, "200", "the person asks as before");
}

#[tokio::test]
async fn guesses_have_the_strictest_rate() {
    let mut narrow = config();
    narrow.limits.address_per_minute = 40;
    let world = World::with(narrow, None).await;
    let sign_in = async || world.send(Method::POST, "/api/v1/identity/sign-in", &[], "").await;
    assert_eq!(sign_in().await.header("ratelimit-policy"), "\"auth\";q=2;w=60");
    assert_eq!(sign_in().await.told(), "200");
    assert_eq!(sign_in().await.told(), "429 request.rate_limited");
    assert_eq!(world.get("/api/v1/seen", &[]).await.told(), "200");
    // Through the site too, by the person's address.
    let through_the_site = async |address: &str| {
        let headers = [("x-forwarded-for", address)];
        world.send_to(world.inside, Method::POST, "/api/v1/identity/sign-in", &headers, "").await.told()
    };
    assert_eq!(through_the_site("127.0.0.1").await, "429 request.rate_limited");
    assert_eq!(through_the_site("198.51.100.7").await, "200");
}

#[tokio::test]
async fn whoever_works_may_try_once_more() {
    let mut narrow = config();
    narrow.limits.address_per_minute = 20;
    let world = World::with(narrow, None).await;
    let sign_in =
        async |headers: &[(&str, &str)]| world.send(Method::POST, "/api/v1/identity/sign-in", headers, "").await;
    assert_eq!(sign_in(&[]).await.told(), "200");
    let refused = sign_in(&[]).await;
    assert_eq!(refused.told(), "429 request.rate_limited");
    let challenge = refused.json()["challenge"].clone();
    let (token, bits) = (challenge["token"].as_str().unwrap(), challenge["bits"].as_u64().unwrap() as u32);
    let hard = |n: &u64| {
        let hash = Sha256::digest(format!("{token}.{n}"));
        u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]).leading_zeros() >= bits
    };
    let done = format!("{token}.{}", (0u64..).find(hard).unwrap());
    assert_eq!(sign_in(&[("svetu-work", &format!("{token}.x"))]).await.told(), "429 request.rate_limited");
    assert_eq!(sign_in(&[("svetu-work", &done)]).await.told(), "200");
    assert_eq!(sign_in(&[("svetu-work", &done)]).await.told(), "429 request.rate_limited");
    // Where work does not count it is not asked for.
    for _ in 0..20 {
        world.get("/api/v1/seen", &[]).await;
    }
    let refused = world.get("/api/v1/seen", &[]).await;
    assert_eq!(refused.told(), "429 request.rate_limited");
    assert_eq!(refused.json().get("challenge"), None);
}

#[tokio::test]
async fn the_sites_own_calls_are_not_counted_again() {
    let mut narrow = config();
    narrow.limits.address_per_minute = 1;
    narrow.limits.account_per_minute = 1;
    let world = World::with(narrow, None).await;
    for headers in [&[][..], &[("x-forwarded-for", "198.51.100.7"), ("cookie", COOKIE)]] {
        for _ in 0..5 {
            assert_eq!(world.get_inside("/api/v1/seen", headers).await.told(), "200");
        }
    }
}

#[tokio::test]
async fn bodies_are_bounded() {
    let world = World::new().await;
    let json = [("content-type", "application/json")];
    let note = |bytes: usize| format!("{{\"text\":\"{}\"}}", "a".repeat(bytes));
    let send = async |body: Body| world.send(Method::POST, "/api/v1/notes", &json, body).await.told();
    assert_eq!(send(note(60_000).into()).await, "200");
    assert_eq!(send(note(70_000).into()).await, "413 request.too_large");
    // Without a length it is cut where the bound is.
    assert_eq!(send(in_pieces(note(60_000))).await, "200");
    assert_eq!(send(in_pieces(note(700_000))).await, "413 request.too_large");
    // A photo may be larger, within its own bound.
    let upload = async |body: Body| world.send(Method::POST, "/api/v1/media/uploads", &[], body).await;
    assert_eq!(upload(vec![0; 1_000_000].into()).await.text(), "1000000");
    assert_eq!(upload(in_pieces("a".repeat(22_000_000))).await.told(), "413 request.too_large");
}

#[tokio::test]
async fn a_photo_has_longer_than_other_bodies_and_who_answers_knows() {
    let world = World::new().await;
    let waits = async |path: &str| {
        let answer = world.send(Method::POST, path, &[], "body").await;
        answer.header("waits-ms").parse::<u64>().unwrap()
    };
    let (photo, other) = (waits("/api/v1/media/uploads").await, waits("/api/v1/counted").await);
    assert!(other > 0 && photo > 2 * other, "{photo} {other}");
}

fn in_pieces(text: String) -> Body {
    let bytes = Bytes::from(text);
    let pieces: Vec<_> =
        (0..bytes.len()).step_by(8_192).map(|at| bytes.slice(at..bytes.len().min(at + 8_192))).collect();
    Body::from_stream(futures::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)))
}

#[tokio::test]
async fn time_is_bounded() {
    let mut hasty = config();
    hasty.limits.request_ms_max = 300;
    let site = TestSite::start(axum::Router::new().fallback(std::future::pending::<()>)).await;
    let world = World::with(hasty, Some(site.address)).await;
    assert_eq!(world.get("/api/v1/for-ever", &[]).await.told(), "504 service.timeout");
    assert_eq!(world.get("/page", &[]).await.told(), "504 service.timeout");
}

#[tokio::test]
async fn beyond_its_places_it_answers_at_once() {
    let mut small = config();
    small.limits.concurrent_max = 2;
    let world = World::with(small, None).await;
    let waiting = async || world.get("/api/v1/wait", &[]).await.told();
    let full = async {
        // The two that wait take their places first.
        loop {
            let answer = world.get("/api/v1/seen", &[]).await;
            if answer.told() == "503 service.overloaded" {
                assert_eq!(answer.header("retry-after"), "1");
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(world.get("/health/live", &[]).await.told(), "200", "supervisors are heard");
        assert_eq!(world.get_inside("/api/v1/seen", &[]).await.told(), "200", "pages have places of their own");
        world.gate.0.add_permits(2);
    };
    let all = async { tokio::join!(waiting(), waiting(), full) };
    let (first, second, ()) = timeout(Duration::from_secs(20), all).await.unwrap();
    assert_eq!((first.as_str(), second.as_str()), ("200", "200"));
    assert_eq!(world.get("/api/v1/seen", &[]).await.told(), "200", "places come back");
    assert!(world.get("/metrics", &[]).await.text().contains("svetu_gateway_refusals_total{reason=\"Load\"}"));
}

#[tokio::test]
async fn one_network_does_not_hold_all_places() {
    let mut small = config();
    small.trusted_proxies = vec!["127.0.0.1".to_owned()];
    small.limits.concurrent_max = 8;
    let world = World::with(small, None).await;
    let ask = async |path: &str, address: &str| world.get(path, &[("x-forwarded-for", address)]).await.told();
    let others = async {
        while ask("/api/v1/seen", "198.51.100.7").await != "503 service.overloaded" {
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(ask("/api/v1/seen", "198.51.100.8").await, "200");
        world.gate.0.add_permits(2);
    };
    let wait = || ask("/api/v1/wait", "198.51.100.7");
    let (first, second, ()) =
        timeout(Duration::from_secs(20), async { tokio::join!(wait(), wait(), others) }).await.unwrap();
    assert_eq!((first.as_str(), second.as_str()), ("200", "200"));
    assert_eq!(ask("/api/v1/seen", "198.51.100.7").await, "200");
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    let mut hasty = config();
    hasty.limits.request_ms_max = 300;
    let world = World::with(hasty, None).await;
    let mut stream = TcpStream::connect(world.public).await.unwrap();
    let head = b"POST /api/v1/notes HTTP/1.1\r\nhost: svetu.test\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{";
    stream.write_all(head).await.unwrap();
    let mut answer = Vec::new();
    timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.expect("closed").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 504"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_key_has_a_quota_of_its_own() {
    let world = World::new().await;
    for token in ["key-2", "key-3"] {
        world.sessions.begin(token);
    }
    let ask = async |token: &str| {
        let answer = world.get("/api/v1/seen", &[("authorization", &format!("Bearer {token}"))]).await;
        (answer.status.as_u16(), answer.header("ratelimit-policy").to_owned())
    };
    for expected in [200, 200, 429] {
        assert_eq!(ask("key-2").await, (expected, "\"key\";q=2;w=60".to_owned()));
    }
    assert_eq!(ask("key-3").await.0, 200, "another key is not concerned");
}
