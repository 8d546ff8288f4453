use std::sync::Arc;

use axum::{Router, extract::State, routing::post};
use parking_lot::Mutex;
use serde_json::{Value, json};
use svetu_identity::{AuthMethod, NewClient};

use super::app::{App, registration, verified};
use crate::world::World;

#[tokio::test]
async fn a_client_signs_a_person_out() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let hint = app.tokens(&mut ana, "openid").await["id_token"].as_str().unwrap().to_owned();
    let leave = |back: &str, hint: Option<&str>| {
        let mut query = vec![("client_id", "app"), ("post_logout_redirect_uri", back), ("state", "x y")];
        query.extend(hint.map(|hint| ("id_token_hint", hint)));
        format!("/oauth/logout?{}", serde_html_form::to_string(query).unwrap())
    };
    // Without a proof that it is the person's wish, they are asked.
    let asked = ana.visit(&leave("https://app.example/bye", None)).await;
    assert!(asked.page().starts_with("/connect/leave?client_id=app"), "{asked:?}");
    assert_eq!(ana.me().await, "ana@primer.rs");
    // Never to an address that is not registered.
    let elsewhere = ana.visit(&leave("https://evil.example/", Some(&hint))).await;
    assert_eq!(elsewhere.page(), "/");
    assert_eq!(ana.me().await, "401 auth.required");

    let mut ana = world.browser();
    ana.sign_in("ana@primer.rs", crate::world::PASSWORD).await;
    let hint = app.tokens(&mut ana, "openid").await["id_token"].as_str().unwrap().to_owned();
    let gone = ana.visit(&leave("https://app.example/bye", Some(&hint))).await;
    assert_eq!(gone.param("state"), Some("x y"));
    assert_eq!(ana.me().await, "401 auth.required");
}

#[tokio::test]
async fn a_hint_of_somebody_elses_ends_nothing() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let (mut ana, mut iva) = (world.member("ana@primer.rs").await, world.member("iva@primer.rs").await);
    let hint = app.tokens(&mut ana, "openid").await["id_token"].as_str().unwrap().to_owned();
    assert!(iva.visit(&format!("/oauth/logout?id_token_hint={hint}")).await.page().starts_with("/connect/leave"));
    assert_eq!(iva.me().await, "iva@primer.rs");
}

#[tokio::test]
async fn clients_are_told_when_a_session_ends() {
    let world = World::new().await;
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let server = Router::new()
        .route("/out", post(async |State(heard): State<Arc<Mutex<Vec<String>>>>, body: String| heard.lock().push(body)))
        .with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/out", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, server).await.unwrap() });

    let registration =
        NewClient { backchannel_logout_uri: Some(address), ..registration("app", AuthMethod::ClientSecretBasic) };
    let mut app = App::new(&world, registration).await;
    let mut ana = world.member("ana@primer.rs").await;
    let id = verified(&world, app.tokens(&mut ana, "openid").await["id_token"].as_str().unwrap()).await;
    ana.send("POST /identity/sign-out", Value::Null).await;
    world.work().await;
    let heard = heard.lock().clone();
    assert_eq!(heard.len(), 1);
    let token = heard[0].strip_prefix("logout_token=").unwrap();
    assert_eq!(jsonwebtoken::decode_header(token).unwrap().typ.as_deref(), Some("logout+jwt"));
    let claims = verified(&world, token).await;
    assert_eq!((&claims["sub"], &claims["sid"], &claims["aud"]), (&id["sub"], &id["sid"], &json!("app")));
    assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
    assert!(claims.get("nonce").is_none());
}
