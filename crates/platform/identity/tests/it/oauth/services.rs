//! Services that pass a person's request on, clients that sign their requests, clients that register themselves.

use http::HeaderMap;
use serde_json::{Value, json};
use svetu_identity::{AuthMethod, NewClient};
use svetu_kernel::Clock;

use super::app::{App, CALLBACK, ISSUER, Pair, registration, verified};
use crate::world::World;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

#[tokio::test]
async fn a_token_is_exchanged_for_a_narrower_one() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let reports = NewClient {
        redirect_uris: vec![],
        grant_types: vec![EXCHANGE.to_owned()],
        resources: vec!["https://store.example".to_owned()],
        serves: vec!["https://reports.example".to_owned()],
        ..registration("reports", AuthMethod::ClientSecretBasic)
    };
    let mut service = App::new(&world, reports).await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut request = app.request("openid email reports");
    request.push(("resource", "https://reports.example".to_owned()));
    let asked = ana.authorize(&request).await;
    let code = ana.decide(&asked.waiting(), true).await.code();
    let given = app.exchange(&code).await.body()["access_token"].as_str().unwrap().to_owned();
    let before = verified(&world, &given).await;
    world.clock.advance(chrono::Duration::seconds(300));
    let form = |token: &str, more: &[(&'static str, &'static str)]| {
        let mut form = vec![
            ("grant_type", EXCHANGE.to_owned()),
            ("subject_token", token.to_owned()),
            ("subject_token_type", ACCESS.to_owned()),
        ];
        form.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        form
    };
    let mut post = async |form: Vec<(&'static str, String)>| {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        service.post("/oauth/token", &form).await.body()
    };
    let answer = post(form(&given, &[("resource", "https://store.example"), ("scope", "reports")])).await;
    assert_eq!(answer["issued_token_type"], ACCESS);
    let after = verified(&world, answer["access_token"].as_str().unwrap()).await;
    assert_eq!((&after["sub"], &after["aud"]), (&before["sub"], &json!(["https://store.example"])));
    assert_eq!((&after["scope"], &after["act"]), (&json!("reports"), &json!({ "sub": "reports" })));
    assert_eq!(after["exp"], before["exp"], "no longer than what was given in");
    for (more, error) in [
        (vec![], "invalid_target"),
        (vec![("resource", "https://elsewhere.example")], "invalid_target"),
        (vec![("resource", "https://store.example"), ("scope", "admin")], "invalid_scope"),
        (vec![("resource", "https://store.example"), ("requested_token_type", "x")], "invalid_request"),
    ] {
        assert_eq!(post(form(&given, &more)).await["error"], error, "{more:?}");
    }
    // Bound to a key: it is passed on by who brings one.
    let bound = {
        let mut holder = App::of(&world, app.id.clone(), app.secret.clone());
        holder.dpop = Some(Pair::new());
        let asked = ana
            .authorize(
                &[holder.request("openid email reports"), vec![("resource", "https://reports.example".to_owned())]]
                    .concat(),
            )
            .await;
        let code = match asked {
            super::app::Went::Client(_) => asked.code(),
            super::app::Went::Page(_) => ana.decide(&asked.waiting(), true).await.code(),
        };
        holder.exchange(&code).await.body()["access_token"].as_str().unwrap().to_owned()
    };
    let to_store = [("resource", "https://store.example"), ("scope", "reports")];
    assert_eq!(post(form(&bound, &to_store)).await["error"], "invalid_dpop_proof");
    assert_eq!(post(form("rubbish", &[("resource", "https://store.example")])).await["error"], "invalid_request");
    // Meant for the service that it calls: none of its business.
    let onward = answer["access_token"].as_str().unwrap();
    assert_eq!(post(form(onward, &[("resource", "https://store.example")])).await["error"], "invalid_request");
    // A token for the platform's own API was not given to this service.
    let own = app.tokens(&mut ana, "openid").await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(post(form(&own, &[("resource", "https://store.example")])).await["error"], "invalid_request");
    for (token, active) in [(given.as_str(), true), (onward, true), (own.as_str(), false)] {
        // What came of an exchange is its own, too; what is meant for others is not.
        assert_eq!(service.post("/oauth/introspect", &[("token", token)]).await.body()["active"], active);
    }
    let mut store = App::new(
        &world,
        NewClient {
            redirect_uris: vec![],
            grant_types: vec!["client_credentials".to_owned()],
            scopes: vec!["reports".to_owned()],
            serves: vec!["https://store.example".to_owned()],
            resources: vec!["https://reports.example".to_owned()],
            ..registration("store", AuthMethod::ClientSecretBasic)
        },
    )
    .await;
    for (token, active) in [(onward, true), (given.as_str(), false)] {
        assert_eq!(store.post("/oauth/introspect", &[("token", token)]).await.body()["active"], active);
    }
    // Revoked with what it came from.
    ana.send("POST /identity/sign-out", Value::Null).await;
    let form = form(&given, &[("resource", "https://store.example")]);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(service.post("/oauth/token", &form).await.body()["error"], "invalid_request");
}

#[tokio::test]
async fn what_a_client_signed_counts_and_nothing_beside_it() {
    let world = World::new().await;
    let pair = Pair::new();
    let signs = NewClient { jwks: Some(pair.set()), ..registration("app", AuthMethod::ClientSecretBasic) };
    let mut app = App::new(&world, signs).await;
    let mut ana = world.member("ana@primer.rs").await;
    let now = world.clock.now().timestamp();
    let object = |more: Value| {
        let mut claims = json!({ "iss": "app", "aud": ISSUER, "iat": now, "exp": now + 60, "max_age": 3_600 });
        for (name, value) in app.request("openid") {
            claims[name] = json!(value);
        }
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let ask = |token: String| {
        vec![("client_id", "app".to_owned()), ("request", token), ("scope", "openid reports".to_owned())]
    };
    let asked = ana.authorize(&ask(pair.sign("oauth-authz-req+jwt", false, &object(json!({}))))).await;
    let code = ana.decide(&asked.waiting(), true).await.code();
    for (what, token) in [
        ("another's key", Pair::new().sign("JWT", false, &object(json!({})))),
        ("another iss", pair.sign("JWT", false, &object(json!({ "iss": "other" })))),
        ("another aud", pair.sign("JWT", false, &object(json!({ "aud": "https://elsewhere.example" })))),
        ("another client", pair.sign("JWT", false, &object(json!({ "client_id": "other" })))),
        ("over", pair.sign("JWT", false, &object(json!({ "exp": now - 1 })))),
        ("for ever", pair.sign("JWT", false, &object(json!({ "exp": now + 86_400 })))),
        ("an ID token's type", pair.sign("at+jwt", false, &object(json!({})))),
        ("nested", pair.sign("JWT", false, &object(json!({ "request_uri": "x" })))),
        ("none", "eyJhbGciOiJub25lIn0.e30.".to_owned()),
    ] {
        let went = ana.authorize(&ask(token)).await;
        assert!(went.page().starts_with("/connect?error=invalid_request_object"), "{what}: {went:?}");
    }
    let tokens = app.exchange(&code).await.body();
    assert_eq!(tokens["scope"], "openid", "the scope beside the object is nothing");
}

async fn register(world: &World, method: &str, path: &str, token: &str, body: &Value) -> crate::world::Answer {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    super::app::send_json(world, method, path, body, headers).await
}

#[tokio::test]
async fn an_invited_client_registers_itself_once() {
    let world = World::new().await;
    let invitation = world.identity.invite_clients(1, 7).await.unwrap();
    let metadata = json!({
        "client_name": "Prodavnica", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_post", "something_else": 1,
    });
    for (change, error) in [
        (json!({ "redirect_uris": ["http://shop.example/cb"] }), "invalid_redirect_uri"),
        (json!({ "scope": "openid admin" }), "invalid_client_metadata"),
        (json!({ "grant_types": ["client_credentials"] }), "invalid_client_metadata"),
        (json!({ "token_endpoint_auth_method": "tls" }), "invalid_client_metadata"),
        (json!({ "client_name": "" }), "invalid_client_metadata"),
        (json!({ "client_name": "Sve\u{202e}uT" }), "invalid_client_metadata"),
        (json!({ "client_name": "Sve\u{200b}Tu" }), "invalid_client_metadata"),
        (json!({ "client_name": "…" }), "invalid_client_metadata"),
        (json!({ "backchannel_logout_uri": "http://127.0.0.1:9000/out" }), "invalid_client_metadata"),
        (json!({ "backchannel_logout_uri": "http://shop.example/out" }), "invalid_client_metadata"),
        (json!({ "backchannel_logout_uri": "https://localhost/out" }), "invalid_client_metadata"),
        (json!({ "backchannel_logout_uri": "https://10.0.0.1/out" }), "invalid_client_metadata"),
        (json!({ "backchannel_logout_uri": "https://[fd00::1]/out" }), "invalid_client_metadata"),
    ] {
        let mut wrong = metadata.clone();
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = register(&world, "POST", "/oauth/register", &invitation, &wrong).await;
        assert_eq!((answer.status, &answer.body()["error"]), (400, &json!(error)), "{change}");
    }
    let answer = register(&world, "POST", "/oauth/register", &invitation, &metadata).await;
    assert_eq!(answer.status, 201, "{}", answer.body());
    let made = answer.body();
    assert_eq!(made["scope"], "openid profile email offline_access");
    assert_eq!(register(&world, "POST", "/oauth/register", &invitation, &metadata).await.status, 401, "once");

    let own = made["registration_client_uri"].as_str().unwrap().strip_prefix(ISSUER).unwrap();
    let token = made["registration_access_token"].as_str().unwrap();
    let seen = register(&world, "GET", own, token, &Value::Null).await.body();
    assert_eq!(seen["client_name"], "Prodavnica");
    assert!(seen.get("client_secret").is_none());
    assert_eq!(register(&world, "GET", own, &"x".repeat(43), &Value::Null).await.status, 401);
    let mut changed = metadata.clone();
    changed["redirect_uris"] = json!(["https://shop.example/new"]);
    let seen = register(&world, "PUT", own, token, &changed).await.body();
    assert_eq!(seen["redirect_uris"], json!(["https://shop.example/new"]));
    changed["token_endpoint_auth_method"] = json!("none");
    assert_eq!(register(&world, "PUT", own, token, &changed).await.status, 400);
    assert_eq!(register(&world, "DELETE", own, token, &Value::Null).await.status, 204);
    assert_eq!(register(&world, "GET", own, token, &Value::Null).await.status, 401);
    let late = world.identity.invite_clients(1, 1).await.unwrap();
    world.clock.advance(chrono::Duration::days(2));
    assert_eq!(register(&world, "POST", "/oauth/register", &late, &metadata).await.status, 401);
}

#[tokio::test]
async fn an_invited_client_that_changed_is_agreed_to_anew() {
    let world = World::new().await;
    let invitation = world.identity.invite_clients(1, 7).await.unwrap();
    let metadata = json!({
        "client_name": "Prodavnica", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"],
        "backchannel_logout_uri": "https://shop.example/out",
    });
    let made = register(&world, "POST", "/oauth/register", &invitation, &metadata).await.body();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let (own, token) = (text("registration_client_uri"), text("registration_access_token"));
    let own = own.strip_prefix(ISSUER).unwrap();
    let app = App::of(&world, text("client_id"), Some(text("client_secret")));
    let mut ana = world.member("ana@primer.rs").await;
    app.code(&mut ana, "openid email").await;
    let asked = async |ana: &mut crate::world::Browser<'_>, scope: &str| match ana.authorize(&app.request(scope)).await
    {
        super::app::Went::Page(page) => page.starts_with("/connect?"),
        super::app::Went::Client(_) => false,
    };
    assert!(!asked(&mut ana, "openid email").await);
    for (change, again) in [
        // What it is told at is its own matter; who it says that it is and where it leads is not.
        (json!({ "backchannel_logout_uri": "https://shop.example/new" }), false),
        (json!({ "client_name": "Banka" }), true),
        (json!({ "redirect_uris": [CALLBACK, "https://shop.example/new"] }), true),
    ] {
        world.clock.advance(chrono::Duration::seconds(1));
        let mut changed = metadata.clone();
        changed.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(register(&world, "PUT", own, &token, &changed).await.status, 200);
        world.clock.advance(chrono::Duration::seconds(1));
        assert_eq!(asked(&mut ana, "openid").await, again, "{change}");
        // Less is agreed to than before: what was allowed to the one that it was is over.
        app.code(&mut ana, "openid").await;
        assert!(!asked(&mut ana, "openid").await);
        assert_eq!(asked(&mut ana, "openid email").await, again, "{change}");
        app.code(&mut ana, "openid email").await;
    }
}
