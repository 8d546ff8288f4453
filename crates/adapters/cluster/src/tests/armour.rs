//! What a process that was broken into can tell browsers.

use axum::response::{Html, IntoResponse as _, Response};

use super::*;

const ARMED: [(&str, &str); 10] = [
    ("set-cookie", "svetu_session=somebody; Path=/"),
    ("set-cookie", "theme=dark"),
    ("clear-site-data", "\"*\""),
    ("service-worker-allowed", "/"),
    ("access-control-allow-origin", "https://evil.example"),
    ("access-control-allow-credentials", "true"),
    ("content-security-policy", "script-src 'unsafe-inline'"),
    ("strict-transport-security", "max-age=0"),
    ("etag", "\"1\""),
    ("location", "/api/v1/x/1"),
];

pub(super) async fn armed(request: axum::extract::Request) -> Response {
    let mut answer = match request.method().as_str() {
        "GET" => Html("<script>x</script>").into_response(),
        _ => refusing().await.into_response(),
    };
    for (name, value) in ARMED {
        answer.headers_mut().append(name, value.parse().unwrap());
    }
    answer
}

async fn passed(role: &str, method: &str) -> Vec<&'static str> {
    let house = House::open(role).await;
    let gateway = house.gateway(role, &["/api/v1/x/armed"], Duration::from_secs(10));
    let request = Request::builder().method(method).uri("/api/v1/x/armed").body(axum::body::Body::empty()).unwrap();
    let answer = gateway.oneshot(request).await.unwrap();
    let mut names: Vec<_> =
        ARMED.iter().map(|(name, _)| *name).filter(|name| answer.headers().contains_key(*name)).collect();
    names.dedup();
    names
}

#[tokio::test]
async fn a_service_sets_no_cookie_and_no_policy() {
    // An answer and a refusal.
    for method in ["GET", "POST"] {
        assert_eq!(passed("x", method).await, ["etag", "location"], "{method}");
        let of_identity =
            ["set-cookie", "access-control-allow-origin", "access-control-allow-credentials", "etag", "location"];
        assert_eq!(passed("identity", method).await, of_identity, "{method}");
    }
}
