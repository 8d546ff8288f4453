use expect_test::{Expect, expect};
use http::Method;

use crate::world::{TestSite, World, config};

fn page() -> axum::Router {
    axum::Router::new().fallback(|| async { axum::response::Html("the site") })
}

#[tokio::test]
async fn who_answers_what() {
    let site = TestSite::start(page()).await;
    let world = World::with_site(site.address).await;
    let check = async |path: &str, expected: Expect| {
        let answer = world.get(path, &[]).await;
        let kind = answer.header("content-type").split(';').next().unwrap().to_owned();
        expected.assert_eq(&format!("{} {kind}", answer.told()));
    };
    check("/api/v1/seen", expect!["200 application/json"]).await;
    check("/api/v1/things/7", expect!["200 text/plain"]).await;
    check("/api/v1/things/7/parts", expect!["404 request.no_route application/problem+json"]).await;
    check("/api/v1/nothing", expect!["404 request.no_route application/problem+json"]).await;
    check("/api/v2/seen", expect!["404 request.no_route application/problem+json"]).await;
    check("/api/v1/openapi.json", expect!["200 application/json"]).await;
    check("/api", expect!["303 "]).await;
    check("/api/docs/", expect!["200 text/html"]).await;
    check("/api/docs/swagger-ui.css", expect!["200 text/css"]).await;
    check("/media/ab/640.webp", expect!["200 image/webp"]).await;
    check("/media/nothing", expect!["404 request.no_route application/problem+json"]).await;
    check("/health/live", expect!["200 application/json"]).await;
    check("/health/nothing", expect!["404 request.no_route application/problem+json"]).await;
    check("/metrics", expect!["200 application/openmetrics-text"]).await;
    check("/", expect!["200 text/html"]).await;
    check("/en/listings/listing_01", expect!["200 text/html"]).await;
    check("/apiary", expect!["200 text/html"]).await;
}

#[tokio::test]
async fn docs_lead_to_the_document() {
    let world = World::new().await;
    assert!(world.get("/api/docs/swagger-initializer.js", &[]).await.text().contains("/api/v1/openapi.json"));
    assert_eq!(world.get("/api/v1/openapi.json", &[]).await.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn without_a_site_there_are_no_pages() {
    let world = World::new().await;
    assert_eq!(world.get("/", &[]).await.told(), "404 site.absent");
    let title = |language| {
        let world = &world;
        async move { world.get("/", &[("accept-language", language)]).await.json()["title"].as_str().unwrap().to_owned() }
    };
    assert_eq!(title("en").await, "There is no page here: only the API is available at this address.");
    assert_eq!(title("sr-Cyrl").await, "На овој адреси нема странице: овде је доступан само API.");
}

#[tokio::test]
async fn a_method_that_a_route_does_not_take() {
    let world = World::new().await;
    let answer = world.send(Method::DELETE, "/api/v1/notes", &[], "").await;
    assert_eq!((answer.told().as_str(), answer.header("allow")), ("405 request.method_not_allowed", "POST"));
    for method in ["TRACE", "CONNECT", "BREW"] {
        let answer = world.send(method.parse().unwrap(), "/api/v1/notes", &[], "").await;
        assert!(answer.status.is_client_error(), "{method} {}", answer.status);
    }
}

#[tokio::test]
async fn health_follows_readiness() {
    let world = World::new().await;
    let all = async || {
        let mut told = Vec::new();
        for kind in ["live", "ready", "startup"] {
            let answer = world.get(&format!("/health/{kind}"), &[]).await;
            told.push(format!("{} {}", answer.status.as_u16(), answer.json()["status"].as_str().unwrap()));
        }
        told.join(", ")
    };
    assert_eq!(all().await, "200 live, 200 ready, 200 started");
    world.ready.send_replace(false);
    assert_eq!(all().await, "200 live, 503 starting, 503 starting");
}

#[tokio::test]
async fn metrics_and_letters_are_for_some_only() {
    let mut elsewhere = config();
    elsewhere.metrics_allow = vec!["10.0.0.0/8".to_owned()];
    assert_eq!(World::with(elsewhere, None).await.get("/metrics", &[]).await.told(), "404 request.no_route");

    let world = World::new().await;
    world.get("/api/v1/things/1", &[]).await;
    let metrics = world.get("/metrics", &[]).await.text();
    assert!(
        metrics.contains("route=\"/api/v1/things/{id}\"") && metrics.contains("svetu_gateway_connections"),
        "{metrics}"
    );

    // Somebody else's request that a proxy of this machine passes on is not this machine's.
    let through_a_proxy = [("x-forwarded-for", "203.0.113.9")];
    assert_eq!(world.get("/metrics", &through_a_proxy).await.told(), "404 request.no_route");
    // Nor is one that a proxy passes on without a word, by whatever name: letters are read at a developer's machine alone.
    for host in ["svetu.test", "localhost:8080", "127.0.0.1:8080"] {
        assert_eq!(world.get("/dev/mail", &[("host", host)]).await.told(), "404 request.no_route", "{host}");
    }

    for public_url in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
        let mut here = config();
        here.public_url = public_url.to_owned();
        let world = World::with(here, None).await;
        let at = |host| [("host", host)];
        assert_eq!(world.get("/dev/mail", &at("localhost:8080")).await.text(), "letters", "{public_url}");
        assert_eq!(world.get("/dev/mail", &at("127.0.0.1")).await.text(), "letters");
        let proxied = [("host", "localhost:8080"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(world.get("/dev/mail", &proxied).await.told(), "404 request.no_route");
        assert_eq!(world.get("/dev/mail", &at("evil.test")).await.told(), "404 request.no_route");
        assert_eq!(world.get_inside("/dev/mail", &at("localhost:8080")).await.told(), "404 request.no_route");
    }
}

#[tokio::test]
async fn every_answer_is_armoured() {
    let site = TestSite::start(
        axum::Router::new()
            .route(
                "/own",
                axum::routing::get(|| async {
                    (
                        [("content-security-policy", "script-src 'nonce-1'"), ("x-powered-by", "somebody")],
                        axum::response::Html("x"),
                    )
                }),
            )
            .fallback(|| async { axum::response::Html("x") }),
    )
    .await;
    let world = World::with_site(site.address).await;
    let check = async |path: &str, expected: Expect| {
        let answer = world.get(path, &[]).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert!(!answer.headers.contains_key("strict-transport-security"), "there is no HTTPS here");
        assert!(!answer.headers.contains_key("x-powered-by"));
        assert_eq!(answer.header("x-request-id").len(), 16);
        expected.assert_eq(&format!(
            "{} | {}",
            answer.header("content-security-policy"),
            answer.header("cache-control")
        ));
    };
    check("/api/v1/seen", expect!["default-src 'none'; frame-ancestors 'none' | private, no-cache"]).await;
    check("/api/v1/own-policy", expect!["default-src 'none'; frame-ancestors 'none' | public, max-age=60"]).await;
    check("/api/v1/nothing", expect!["default-src 'none'; frame-ancestors 'none' | no-store"]).await;
    check("/media/ab/1.webp", expect!["default-src 'none'; frame-ancestors 'none'; sandbox | "]).await;
    check("/own", expect!["script-src 'nonce-1' | "]).await;
    check("/other", expect!["frame-ancestors 'none'; base-uri 'none'; object-src 'none' | "]).await;
    let docs = world.get("/api/docs/", &[]).await;
    assert!(docs.header("content-security-policy").contains("script-src 'self'"));
}

#[tokio::test]
async fn compressed_unless_it_is_already() {
    let world = World::new().await;
    let plain = world.get("/api/v1/large", &[]).await;
    assert_eq!(plain.header("content-encoding"), "");
    for (accepted, expected) in [("gzip", "gzip"), ("br", "br"), ("zstd", "zstd"), ("deflate", ""), ("identity", "")] {
        let answer = world.get("/api/v1/large", &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), expected);
        assert!(expected.is_empty() || answer.body.len() * 10 < plain.body.len(), "{accepted} {}", answer.body.len());
    }
    let picture = world.get("/media/ab/1.webp", &[("accept-encoding", "gzip, br, zstd")]).await;
    assert_eq!((picture.header("content-encoding"), picture.body.len()), ("", 20_000));
}
