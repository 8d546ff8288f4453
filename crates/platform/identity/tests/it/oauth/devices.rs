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
