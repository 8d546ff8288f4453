use chrono::Duration;
use serde_json::{Value, json};
use svetu_identity::{AuthMethod, NewClient};

use super::app::{App, registration, verified};
use crate::world::World;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn television() -> NewClient {
    NewClient {
        redirect_uris: vec![],
        grant_types: [DEVICE, "refresh_token"].map(str::to_owned).to_vec(),
        ..registration("tv", AuthMethod::None)
    }
}

async fn poll(app: &mut App<'_>, code: &str) -> Value {
    app.post("/oauth/token", &[("grant_type", DEVICE), ("device_code", code)]).await.body()
}

#[tokio::test]
async fn a_person_answers_for_a_device() {
    let world = World::new().await;
    let mut tv = App::new(&world, television()).await;
    let shown = tv.post("/oauth/device", &[("scope", "openid email offline_access")]).await.body();
    let (code, user_code) = (shown["device_code"].as_str().unwrap(), shown["user_code"].as_str().unwrap());
    assert_eq!((&shown["interval"], &shown["expires_in"]), (&json!(5), &json!(600)));
    assert_eq!(shown["verification_uri"], "http://localhost:8080/connect/device");
    assert_eq!(poll(&mut tv, code).await["error"], "authorization_pending");
    // Too soon, and then it is to wait longer.
    assert_eq!(poll(&mut tv, code).await["error"], "slow_down");
    world.clock.advance(Duration::seconds(6));
    assert_eq!(poll(&mut tv, code).await["error"], "slow_down");
    world.clock.advance(Duration::seconds(60));
    assert_eq!(poll(&mut tv, code).await["error"], "authorization_pending");

    let mut ana = world.member("ana@primer.rs").await;
    let path = format!("/identity/device-requests/{}", user_code.to_lowercase());
    let asked = ana.get(&path).await.body();
    assert_eq!((&asked["client_name"], &asked["goes_to"]), (&json!("Primer"), &json!("")));
    assert_eq!(asked["network"], "0.0.0.0/24", "where the device is");
    assert_eq!(ana.send(&format!("POST {path}"), json!({ "allow": true })).await.said(), "204");
    // Answered: nobody answers again.
    assert_eq!(
        ana.send(&format!("POST {path}"), json!({ "allow": false })).await.said(),
        "404 identity.no_such_request"
    );
    world.clock.advance(Duration::seconds(60));
    let tokens = poll(&mut tv, code).await;
    let claims = verified(&world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["aud"], "tv");
    assert!(tokens["refresh_token"].is_string());
    world.clock.advance(Duration::seconds(60));
    assert_eq!(poll(&mut tv, code).await["error"], "invalid_grant", "once");
    assert_eq!(tv.refresh(tokens["refresh_token"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn a_device_hears_no_and_too_late() {
    let world = World::new().await;
    let mut tv = App::new(&world, television()).await;
    let mut other = App::new(&world, NewClient { id: Some("other".to_owned()), ..television() }).await;
    let mut ana = world.member("ana@primer.rs").await;
    let shown = tv.post("/oauth/device", &[]).await.body();
    let path = format!("/identity/device-requests/{}", shown["user_code"].as_str().unwrap());
    assert_eq!(poll(&mut other, shown["device_code"].as_str().unwrap()).await["error"], "invalid_grant");
    assert_eq!(world.browser().get(&path).await.said(), "401 auth.required");
    assert_eq!(ana.send(&format!("POST {path}"), json!({ "allow": false })).await.said(), "204");
    assert_eq!(poll(&mut tv, shown["device_code"].as_str().unwrap()).await["error"], "access_denied");

    let shown = tv.post("/oauth/device", &[]).await.body();
    let path = format!("/identity/device-requests/{}", shown["user_code"].as_str().unwrap());
    world.clock.advance(Duration::seconds(601));
    assert_eq!(ana.get(&path).await.said(), "404 identity.no_such_request");
    assert_eq!(poll(&mut tv, shown["device_code"].as_str().unwrap()).await["error"], "expired_token");
    let mut app = App::public(&world).await;
    assert_eq!(app.post("/oauth/device", &[]).await.body()["error"], "unauthorized_client");
}

#[tokio::test]
async fn codes_cannot_be_guessed_in_a_row() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut said = Vec::new();
    for _ in 0..40 {
        said.push(ana.get("/identity/device-requests/BCDF-GHJK").await.status);
    }
    assert!(said.contains(&429), "{said:?}");
}

/// Who was talked into typing a code learns by letter what they let in.
#[tokio::test]
async fn a_device_that_was_let_in_is_told_of() {
    let world = World::new().await;
    let mut tv = App::new(&world, television()).await;
    let mut ana = world.member("ana@primer.rs").await;
    for (allow, letters) in [(false, 0), (true, 1)] {
        let shown = tv.post("/oauth/device", &[("scope", "openid")]).await.body();
        let line = format!("POST /identity/device-requests/{}", shown["user_code"].as_str().unwrap());
        assert_eq!(ana.send(&line, json!({ "allow": allow })).await.said(), "204");
        world.work().await;
        let sent = world.letters.sent.lock();
        assert_eq!(sent.iter().filter(|mail| mail.subject == "A device was let in").count(), letters);
    }
}

/// Each is a row: so many of one application from one network, and the newest of all.
#[tokio::test]
async fn what_waits_for_a_person_is_bounded() {
    let world = World::new().await;
    let app = App::public(&world).await;
    let other = App::new(&world, registration("other", AuthMethod::None)).await;
    let mut nobody = world.browser();
    let request = app.request("openid");
    for _ in 0..600 {
        assert!(nobody.authorize(&request).await.page().starts_with("/sign-in"));
    }
    let refused = nobody.authorize(&request).await;
    assert_eq!(refused.param("error"), Some("temporarily_unavailable"));
    assert!(nobody.authorize(&other.request("openid")).await.page().starts_with("/sign-in"));
    assert!(world.browser().authorize(&request).await.page().starts_with("/sign-in"), "from elsewhere");
    // Who is signed in and agreed waits for nobody.
    let mut ana = world.member("ana@primer.rs").await;
    app.code(&mut ana, "openid").await;

    let mut tv = App::new(&world, television()).await;
    for _ in 0..600 {
        assert_eq!(tv.post("/oauth/device", &[]).await.status, 200);
    }
    assert_eq!(tv.post("/oauth/device", &[]).await.body()["error"], "temporarily_unavailable");

    for (table, columns, values) in [
        ("oauth_request", "kind, client, sealed", "'waiting', 'app', ''"),
        ("oauth_device", "user_code, client, scopes, audience, interval_s", "'x' || n, 'tv', '{}', '{}', 5"),
    ] {
        sqlx::query(&format!(
            "insert into identity.{table} (hash, {columns}, created_at, expires_at)
             select sha256(('crowd ' || n)::bytea), {values}, now() - interval '40 years', now() + interval '40 years'
             from generate_series(1, 50000) n"
        ))
        .execute(world.db.pool())
        .await
        .unwrap();
    }
    let newest = world.count("select count(*) from identity.oauth_request where octet_length(sealed) > 0").await;
    world.clock.advance(Duration::seconds(61));
    world.work().await;
    for table in ["oauth_request", "oauth_device"] {
        let client = if table == "oauth_request" { "app" } else { "tv" };
        let left = format!("select count(*) from identity.{table} where client = '{client}'");
        assert_eq!(world.count(&left).await, 50_000, "{table}");
    }
    let left = world.count("select count(*) from identity.oauth_request where octet_length(sealed) > 0").await;
    assert_eq!(left, newest, "the oldest went");
}
