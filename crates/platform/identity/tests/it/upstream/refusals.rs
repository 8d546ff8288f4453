//! Answers that are not the provider's, not for us, or not for this browser.

use chrono::Duration;
use serde_json::{Value, json};
use svetu_kernel::Clock as _;

use super::{
    elsewhere::{ID, Says, come_back, config, world},
    link, sign_up,
};
use crate::world::{Settings, World};

const FAILED: &str = "/sign-in?upstream=failed&next=%2F";
const OVER: &str = "/sign-in?upstream=over&next=%2F";

type Query = Vec<(String, String)>;
type Change = fn(&mut Query);
type Lie = Box<dyn Fn(&mut Says)>;

fn set(query: &mut Query, name: &str, value: Option<&str>) {
    query.retain(|(known, _)| known != name);
    query.extend(value.map(|value| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn an_answer_that_is_not_this_browsers_or_this_providers_is_refused() {
    let (world, elsewhere) = world().await;
    let cases: [(&str, Change, &str); 9] = [
        ("another state", |query| set(query, "state", Some("x")), OVER),
        ("no state", |query| set(query, "state", None), OVER),
        ("two states", |query| query.push(query[1].clone()), OVER),
        ("another issuer", |query| set(query, "iss", Some("https://zli.rs")), FAILED),
        ("an issuer that is not named", |query| set(query, "iss", None), FAILED),
        ("no code", |query| set(query, "code", None), OVER),
        ("another code", |query| set(query, "code", Some("drugi")), FAILED),
        ("an error", |query| set(query, "error", Some("server_error")), FAILED),
        ("a refusal", |query| set(query, "error", Some("access_denied")), "/sign-in?upstream=declined&next=%2F"),
    ];
    for (what, change, to) in cases {
        let mut browser = world.browser();
        let mut back = elsewhere.depart(&mut browser, "").await;
        change(&mut back);
        assert_eq!(come_back(&mut browser, &back).await, to, "{what}");
        assert_eq!(sign_up(&mut browser).await, "401 identity.sign_in_over", "{what}");
    }
    // Another browser, and one that comes too late.
    let (mut browser, mut thief) = (world.browser(), world.browser());
    let back = elsewhere.depart(&mut browser, "").await;
    assert_eq!(come_back(&mut thief, &back).await, OVER);
    elsewhere.depart(&mut thief, "").await;
    assert_eq!(come_back(&mut thief, &back).await, OVER);
    let back = elsewhere.depart(&mut browser, "").await;
    world.clock.advance(Duration::minutes(10));
    assert_eq!(come_back(&mut browser, &back).await, OVER);
}

/// A link of somebody else's does not end what this browser is doing, and an answer counts once.
#[tokio::test]
async fn an_answer_is_taken_once() {
    let (world, elsewhere) = world().await;
    let mut pera = world.browser();
    let back = elsewhere.depart(&mut pera, "").await;
    let jar = pera.jar.clone();
    let mut forged = back.clone();
    set(&mut forged, "state", Some("forged"));
    assert_eq!(come_back(&mut pera, &forged).await, OVER);
    assert_eq!(come_back(&mut pera, &back).await, "/sign-up/upstream?next=%2F");
    // The provider here takes a code again and again.
    assert_eq!(come_back(&mut pera, &back).await, OVER);
    pera.jar = jar;
    assert_eq!(come_back(&mut pera, &back).await, OVER);
}

#[tokio::test]
async fn an_id_token_is_this_providers_for_this_client_and_this_answer() {
    let (world, elsewhere) = world().await;
    let now = world.clock.now().timestamp();
    let over = |claims: Value| move |says: &mut Says| says.over = claims.clone();
    let cases: Vec<(&str, Lie)> = vec![
        ("another nonce", Box::new(over(json!({ "nonce": "x" })))),
        ("no nonce", Box::new(over(json!({ "nonce": null })))),
        ("another issuer", Box::new(over(json!({ "iss": "https://zli.rs" })))),
        ("another audience", Box::new(over(json!({ "aud": "drugi" })))),
        ("one audience more", Box::new(over(json!({ "aud": ["svetu", "drugi"] })))),
        ("another party", Box::new(over(json!({ "azp": "drugi" })))),
        ("over", Box::new(over(json!({ "exp": now })))),
        ("of the future", Box::new(over(json!({ "iat": now + 300 })))),
        ("no subject", Box::new(over(json!({ "sub": "" })))),
        ("a long subject", Box::new(over(json!({ "sub": "x".repeat(256) })))),
        ("unsigned", Box::new(|says| says.algorithm = "none")),
        ("signed by the client's secret", Box::new(|says| says.algorithm = "HS256")),
        ("signed by another's key of the same name", Box::new(|says| says.key = 9)),
    ];
    for (what, lie) in cases {
        let kept = {
            let mut says = elsewhere.says.lock();
            let kept = (says.over.clone(), says.algorithm, says.key);
            lie(&mut says);
            kept
        };
        let mut browser = world.browser();
        assert_eq!(elsewhere.go(&mut browser, "").await, FAILED, "{what}");
        assert_eq!(link(&mut browser).await, "401 auth.required", "{what}");
        let mut says = elsewhere.says.lock();
        (says.over, says.algorithm, says.key) = kept;
    }
    // The truth is taken.
    assert_eq!(elsewhere.go(&mut world.browser(), "").await, "/sign-up/upstream?next=%2F");
}

#[tokio::test]
async fn new_keys_are_found_and_asked_for_once_a_minute() {
    let (world, elsewhere) = world().await;
    elsewhere.go(&mut world.browser(), "").await;
    {
        let mut says = elsewhere.says.lock();
        (says.key, says.kid, says.shown_key) = (2, 2, 2);
    }
    assert_eq!(elsewhere.go(&mut world.browser(), "").await, FAILED);
    world.clock.advance(Duration::seconds(61));
    assert_eq!(elsewhere.go(&mut world.browser(), "").await, "/sign-up/upstream?next=%2F");
    // A key that it never showed stays unknown.
    {
        let mut says = elsewhere.says.lock();
        (says.key, says.kid) = (3, 3);
    }
    world.clock.advance(Duration::seconds(61));
    assert_eq!(elsewhere.go(&mut world.browser(), "").await, FAILED);
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let world = World::set(Settings { upstreams: vec![config(&gone)], ..Settings::default() }).await;
    let answer = world.browser().get(&format!("/identity/upstreams/{ID}/start?return_to=//zli.rs")).await;
    let to = answer.headers["location"].to_str().unwrap();
    assert_eq!(to, "http://localhost:8080/sign-in?upstream=unavailable&next=%2F");
}

/// With TLS what the browser keeps is of this host alone: a neighbour below the domain cannot put its own there.
#[tokio::test]
async fn with_tls_the_cookie_is_this_hosts() {
    let (_, elsewhere) = world().await;
    let settings = Settings { secure: true, upstreams: vec![config(&elsewhere.url)], ..Settings::default() };
    let secure = World::set(settings).await;
    let mut browser = secure.browser();
    let back = elsewhere.depart(&mut browser, "").await;
    let (name, kept) = browser.jar.first_key_value().map(|(name, kept)| (name.clone(), kept.clone())).unwrap();
    assert_eq!(name, "__Host-svetu_upstream");
    browser.jar.clear();
    browser.jar.insert("svetu_upstream".to_owned(), kept);
    assert_eq!(come_back(&mut browser, &back).await, OVER);
}

#[tokio::test]
async fn one_network_goes_there_so_often_and_no_more() {
    let (world, elsewhere) = world().await;
    let mut browser = world.browser();
    for _ in 0..30 {
        elsewhere.depart(&mut browser, "").await;
    }
    let answer = browser.get(&format!("/identity/upstreams/{ID}/start")).await;
    assert_eq!(answer.headers["location"], "http://localhost:8080/sign-in?upstream=busy&next=%2F");
}
