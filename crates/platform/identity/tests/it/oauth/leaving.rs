use std::sync::Arc;

use axum::{Router, extract::State, routing::post};
use parking_lot::Mutex;
use serde_json::{Value, json};
use svetu_identity::{AuthMethod, NewClient};

use super::app::{App, Pair, registration, verified};
use crate::world::{PASSWORD, World};

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

/// RP-Initiated Logout §2: the person is asked, and nobody is led to where such a hint comes from.
#[tokio::test]
async fn a_hint_that_nobody_can_read_asks_its_person() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let hint = app.tokens(&mut ana, "openid").await["id_token"].as_str().unwrap().to_owned();
    let claims = json!({ "iss": "https://elsewhere.example", "aud": "app", "sub": "x", "sid": "y" });
    let foreign = Pair::new().sign("JWT", false, &claims);
    let cut = hint[..hint.rfind('.').unwrap()].to_owned();
    for hint in ["rubbish", "a.b.c", &foreign, &cut, &format!("{cut}.AAAA")] {
        for back in ["https://app.example/bye", "https://evil.example/"] {
            let query = [("id_token_hint", hint), ("client_id", "app"), ("post_logout_redirect_uri", back)];
            let path = format!("/oauth/logout?{}", serde_html_form::to_string(query).unwrap());
            assert!(ana.visit(&path).await.page().starts_with("/connect/leave?client_id=app"), "{hint} {back}");
            assert_eq!(ana.me().await, "ana@primer.rs");
            assert_eq!(world.browser().visit(&path).await.page(), "/", "{hint} {back}: who is nobody is led nowhere");
        }
    }
    // Their own word, then: back to what is registered, and nowhere else.
    for (back, led) in [("https://evil.example/", false), ("https://app.example/bye", true)] {
        let mut ana = world.browser();
        ana.sign_in("ana@primer.rs", PASSWORD).await;
        let form = [("confirm", "yes"), ("client_id", "app"), ("post_logout_redirect_uri", back), ("state", "s")];
        let went = ana.submit("/oauth/logout", &form).await;
        if led {
            assert_eq!(went.param("state"), Some("s"))
        } else {
            assert_eq!(went.page(), "/")
        }
        assert_eq!(ana.me().await, "401 auth.required");
    }
}

/// Of a client: where it is told, and what it was told.
async fn listener() -> (String, Arc<Mutex<Vec<String>>>) {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let server = Router::new()
        .route("/out", post(async |State(heard): State<Arc<Mutex<Vec<String>>>>, body: String| heard.lock().push(body)))
        .with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/out", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, server).await.unwrap() });
    (address, heard)
}

#[tokio::test]
async fn clients_are_told_when_a_session_ends() {
    let world = World::new().await;
    let (address, heard) = listener().await;
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

/// Disuse, age and the hundred-and-first are ends like others.
#[tokio::test]
async fn clients_are_told_when_a_session_is_over_by_itself() {
    for end in ["disuse", "age", "crowd"] {
        let world = World::new().await;
        let (address, heard) = listener().await;
        let registration =
            NewClient { backchannel_logout_uri: Some(address), ..registration("app", AuthMethod::ClientSecretBasic) };
        let mut app = App::new(&world, registration).await;
        let mut ana = world.member("ana@primer.rs").await;
        let id = verified(&world, app.tokens(&mut ana, "openid").await["id_token"].as_str().unwrap()).await;
        world.work().await;
        assert!(heard.lock().is_empty(), "{end}");
        match end {
            "disuse" => world.clock.advance(chrono::Duration::days(31)),
            "age" => {
                for _ in 0..9 {
                    world.clock.advance(chrono::Duration::days(20));
                    ana.get("/identity/me").await;
                }
            }
            _ => {
                sqlx::query(
                    "insert into identity.session (id, account, token_hash, device, network, strength, created_at, last_seen_at,
                         authenticated_at, idle_s_max, expires_at)
                     select gen_random_uuid(), account, sha256(n::text::bytea), device, network, strength, created_at,
                         last_seen_at + interval '1 hour', authenticated_at, idle_s_max, expires_at
                     from identity.session, generate_series(1, 100) n where ended_at is null",
                )
                .execute(world.db.pool())
                .await
                .unwrap();
                world.browser().sign_in("ana@primer.rs", PASSWORD).await;
            }
        }
        world.work().await;
        let heard = heard.lock().clone();
        assert_eq!(heard.len(), 1, "{end}");
        let claims = verified(&world, heard[0].strip_prefix("logout_token=").unwrap()).await;
        assert_eq!(claims["sid"], id["sid"], "{end}");
    }
}

/// Whoever registered it: the name may lead inside since.
#[tokio::test]
async fn an_invited_client_is_not_told_at_an_address_within_this_network() {
    for (invited, told) in [(false, 1), (true, 0)] {
        let world = World::new().await;
        let (address, heard) = listener().await;
        let registration =
            NewClient { backchannel_logout_uri: Some(address), ..registration("app", AuthMethod::ClientSecretBasic) };
        let mut app = App::new(&world, registration).await;
        if invited {
            sqlx::query("update identity.oauth_client set registration_hash = '\\x00'")
                .execute(world.db.pool())
                .await
                .unwrap();
        }
        let mut ana = world.member("ana@primer.rs").await;
        app.tokens(&mut ana, "openid").await;
        ana.send("POST /identity/sign-out", Value::Null).await;
        world.work().await;
        assert_eq!(heard.lock().len(), told);
    }
}
