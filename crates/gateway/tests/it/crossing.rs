//! CORS.

use http::Method;

use crate::world::{Answer, COOKIE, World, config};

async fn open_to_partner() -> World {
    let mut open = config();
    open.cors_origins = vec!["https://partner.test".to_owned()];
    World::with(open, None).await
}

fn preflight(origin: &'static str) -> [(&'static str, &'static str); 3] {
    [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,idempotency-key"),
    ]
}

fn allowed(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn only_listed_origins_may_read() {
    let world = open_to_partner().await;
    for (origin, expected) in [
        ("https://partner.test", "https://partner.test"),
        ("https://evil.test", ""),
        ("http://partner.test", ""),
        ("https://partner.test.evil.test", ""),
        ("null", ""),
    ] {
        let answer = world.get("/api/v1/seen", &[("origin", origin)]).await;
        assert_eq!((answer.told().as_str(), allowed(&answer)), ("200", expected), "{origin}");
        let answer = world.send(Method::OPTIONS, "/api/v1/notes", &preflight(origin), "").await;
        assert_eq!(allowed(&answer), expected, "{origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "nobody's session crosses");
    }
}

#[tokio::test]
async fn a_preflight_tells_what_may_be_sent() {
    let world = open_to_partner().await;
    let answer = world.send(Method::OPTIONS, "/api/v1/notes", &preflight("https://partner.test"), "").await;
    assert_eq!(answer.told(), "200");
    assert!(answer.header("access-control-allow-methods").contains("PATCH"));
    assert!(answer.header("access-control-allow-headers").contains("idempotency-key"));
    assert_eq!(answer.header("access-control-max-age"), "600");
}

#[tokio::test]
async fn refusals_can_be_read_too_and_sessions_do_not_cross() {
    let world = open_to_partner().await;
    let origin = ("origin", "https://partner.test");
    let answer = world.send(Method::POST, "/api/v1/seen", &[origin, ("cookie", COOKIE)], "").await;
    assert_eq!((answer.told().as_str(), allowed(&answer)), ("403 csrf.refused", "https://partner.test"));
    let answer = world.send(Method::POST, "/api/v1/seen", &[origin], "").await;
    assert_eq!(answer.told(), "200");
    assert!(answer.header("access-control-expose-headers").contains("ratelimit"));
}

#[tokio::test]
async fn with_nobody_listed_there_is_no_cors() {
    let world = World::new().await;
    let answer = world.send(Method::OPTIONS, "/api/v1/notes", &preflight("https://partner.test"), "").await;
    assert_eq!((answer.told().as_str(), allowed(&answer)), ("405 request.method_not_allowed", ""));
    assert_eq!(allowed(&world.get("/api/v1/seen", &[("origin", "https://partner.test")]).await), "");
}
