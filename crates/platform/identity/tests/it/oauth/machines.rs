use serde_json::json;
use svetu_identity::{AuthMethod, NewClient};

use super::app::{App, CALLBACK, Pair, get, registration, verified};
use crate::world::World;

fn machine(id: &str, auth_method: AuthMethod) -> NewClient {
    NewClient {
        redirect_uris: vec![],
        grant_types: vec!["client_credentials".to_owned()],
        scopes: vec!["reports".to_owned()],
        ..registration(id, auth_method)
    }
}

const CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[tokio::test]
async fn a_machine_acts_for_itself() {
    let world = World::new().await;
    let mut app = App::new(&world, machine("robot", AuthMethod::ClientSecretBasic)).await;
    let answer = app.post("/oauth/token", &CREDENTIALS).await;
    let token = answer.body()["access_token"].as_str().unwrap().to_owned();
    assert!(answer.body().get("refresh_token").is_none());
    let claims = verified(&world, &token).await;
    assert_eq!((&claims["sub"], &claims["scope"]), (&json!("robot"), &json!("reports")));
    for (more, error) in [("openid", "invalid_scope"), ("admin", "invalid_scope")] {
        let answer = app.post("/oauth/token", &[CREDENTIALS[0], ("scope", more)]).await;
        assert_eq!(answer.body()["error"], error);
    }
    let to = app.post("/oauth/token", &[CREDENTIALS[0], ("resource", "https://reports.example")]).await.body();
    assert_eq!(verified(&world, to["access_token"].as_str().unwrap()).await["aud"], json!(["https://reports.example"]));
    let to = app.post("/oauth/token", &[CREDENTIALS[0], ("resource", "https://elsewhere.example")]).await;
    assert_eq!(to.body()["error"], "invalid_target");

    let seen = app.post("/oauth/introspect", &[("token", &token)]).await.body();
    assert_eq!((&seen["active"], &seen["scope"]), (&json!(true), &json!("reports")));
    assert_eq!(app.post("/oauth/revoke", &[("token", &token)]).await.status, 200);
    assert_eq!(app.post("/oauth/introspect", &[("token", &token)]).await.body(), json!({ "active": false }));
    // Not a person's: userinfo knows nobody.
    let bearer = app.post("/oauth/token", &CREDENTIALS).await.body()["access_token"].as_str().unwrap().to_owned();
    let answer = get(&world, "/oauth/userinfo", &[("authorization", format!("Bearer {bearer}"))]).await;
    assert_eq!((answer.status, &answer.body()["error"]), (403, &json!("insufficient_scope")));
}

#[tokio::test]
async fn what_is_none_of_a_clients_business_is_not_active() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut other =
        App::new(&world, NewClient { resources: vec![], ..machine("other", AuthMethod::ClientSecretBasic) }).await;
    let mut ana = world.member("ana@primer.rs").await;
    let tokens = app.tokens(&mut ana, "openid offline_access").await;
    for name in ["access_token", "refresh_token"] {
        let token = tokens[name].as_str().unwrap();
        assert_eq!(other.post("/oauth/introspect", &[("token", token)]).await.body(), json!({ "active": false }));
        assert_eq!(other.post("/oauth/revoke", &[("token", token)]).await.status, 200);
        assert_eq!(app.post("/oauth/introspect", &[("token", token)]).await.body()["active"], true, "{name}");
    }
    app.post("/oauth/revoke", &[("token", tokens["refresh_token"].as_str().unwrap())]).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(app.post("/oauth/introspect", &[("token", access)]).await.body(), json!({ "active": false }));
}

#[tokio::test]
async fn a_client_signs_its_name() {
    let world = World::new().await;
    let pair = Pair::new();
    let registration = NewClient { jwks: Some(pair.set()), ..machine("robot", AuthMethod::PrivateKeyJwt) };
    let mut app = App::new(&world, registration).await;
    app.assertion_key = Some(pair);
    assert_eq!(app.post("/oauth/token", &CREDENTIALS).await.status, 200);

    let pair = app.assertion_key.take().unwrap();
    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let now = app.assertion()["iat"].as_i64().unwrap();
    let changed = |name: &str, value: serde_json::Value| {
        let mut claims = app.assertion();
        claims[name] = value;
        claims
    };
    let used = app.assertion();
    let mut wrong = vec![
        ("another's key", Pair::new().sign("JWT", false, &app.assertion())),
        ("aud", pair.sign("JWT", false, &changed("aud", json!("https://elsewhere.example")))),
        (
            "two aud",
            pair.sign("JWT", false, &changed("aud", json!(["http://localhost:8080", "https://elsewhere.example"]))),
        ),
        // Another server may have given our address for its own (audience injection).
        ("our token endpoint", pair.sign("JWT", false, &changed("aud", json!("http://localhost:8080/oauth/token")))),
        ("sub", pair.sign("JWT", false, &changed("sub", json!("other")))),
        ("over", pair.sign("JWT", false, &changed("exp", json!(now - 1)))),
        ("lives too long", pair.sign("JWT", false, &changed("exp", json!(now + 3_600)))),
        ("of tomorrow", pair.sign("JWT", false, &changed("nbf", json!(now + 86_400)))),
        ("used", pair.sign("JWT", false, &used)),
    ];
    wrong.push(("used again", wrong[8].1.clone()));
    for (index, (what, assertion)) in wrong.iter().enumerate() {
        let answer = app.post("/oauth/token", &[CREDENTIALS[0], kind, ("client_assertion", assertion)]).await;
        let expected = if index == 8 { 200 } else { 401 };
        assert_eq!(answer.status, expected, "{what}: {}", answer.body());
    }
}

/// Software that names the endpoint whatever it is told: where it is registered so, and nowhere else.
#[tokio::test]
async fn an_assertion_names_an_endpoint_where_that_is_registered() {
    let world = World::new().await;
    let pair = Pair::new();
    let lenient = NewClient {
        jwks: Some(pair.set()),
        names_endpoints: true,
        ..machine("old-library", AuthMethod::PrivateKeyJwt)
    };
    let mut app = App::new(&world, lenient).await;
    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    for (aud, status) in [
        ("http://localhost:8080", 200),
        ("http://localhost:8080/oauth/token", 200),
        ("http://localhost:8080/oauth/par", 200),
        ("http://localhost:8080/oauth/revoke", 401),
        ("https://elsewhere.example/oauth/token", 401),
    ] {
        let mut claims = app.assertion();
        claims["aud"] = json!(aud);
        let assertion = pair.sign("JWT", false, &claims);
        let answer = app.post("/oauth/token", &[CREDENTIALS[0], kind, ("client_assertion", &assertion)]).await;
        assert_eq!(answer.status, status, "{aud}");
    }
    for wrong in [
        NewClient { names_endpoints: true, ..machine("robot", AuthMethod::ClientSecretBasic) },
        NewClient {
            names_endpoints: true,
            fapi2: true,
            jwks: Some(pair.set()),
            ..machine("robot", AuthMethod::PrivateKeyJwt)
        },
    ] {
        assert!(world.identity.register_client(&wrong).await.is_err());
    }
}

#[tokio::test]
async fn a_pushed_request_works_once() {
    let world = World::new().await;
    let registration = NewClient { par_required: true, ..registration("app", AuthMethod::ClientSecretBasic) };
    let mut app = App::new(&world, registration).await;
    let mut ana = world.member("ana@primer.rs").await;
    assert_eq!(ana.authorize(&app.request("openid")).await.param("error"), Some("invalid_request"));
    let form = app.request("openid");
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let pushed = app.post("/oauth/par", &form).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body());
    let uri = pushed.body()["request_uri"].as_str().unwrap().to_owned();
    let by = |client: &str| vec![("client_id", client.to_owned()), ("request_uri", uri.clone())];
    assert!(ana.authorize(&by("robot")).await.page().starts_with("/connect?error="));
    let asked = ana.authorize(&by("app")).await;
    let code = ana.decide(&asked.waiting(), true).await.code();
    assert_eq!(app.exchange(&code).await.status, 200);
    assert!(ana.authorize(&by("app")).await.page().starts_with("/connect?error=invalid_request_uri"));

    let bad = [("redirect_uri", "https://evil.example/"), ("response_type", "code")];
    assert_eq!(app.post("/oauth/par", &bad).await.body()["error"], "invalid_request");
    let uri = app.post("/oauth/par", &form).await.body()["request_uri"].as_str().unwrap().to_owned();
    world.clock.advance(chrono::Duration::seconds(91));
    let over = vec![("client_id", "app".to_owned()), ("request_uri", uri)];
    assert!(ana.authorize(&over).await.page().starts_with("/connect?error=invalid_request_uri"));
}

#[tokio::test]
async fn bound_tokens_are_worth_nothing_to_others() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    app.dpop = Some(Pair::new());
    let tokens = app.tokens(&mut ana, "openid offline_access").await;
    assert_eq!(tokens["token_type"], "DPoP");
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let pair = app.dpop.as_ref().unwrap();
    let userinfo = async |scheme: &str, proof: Option<String>| {
        let mut headers = vec![("authorization", format!("{scheme} {access}"))];
        headers.extend(proof.map(|proof| ("dpop", proof)));
        get(&world, "/oauth/userinfo", &headers).await
    };
    let path = "/oauth/userinfo";
    let proof = app.proof(pair, "GET", path, Some(&access));
    assert_eq!(userinfo("DPoP", Some(proof.clone())).await.status, 200);
    let thief = Pair::new();
    for (what, scheme, proof) in [
        ("the same proof again", "DPoP", Some(proof)),
        ("no proof", "DPoP", None),
        ("as a bearer", "Bearer", None),
        ("as a bearer with a proof", "Bearer", Some(app.proof(pair, "GET", path, Some(&access)))),
        ("another key", "DPoP", Some(app.proof(&thief, "GET", path, Some(&access)))),
        ("another method", "DPoP", Some(app.proof(pair, "POST", path, Some(&access)))),
        ("another address", "DPoP", Some(app.proof(pair, "GET", "/oauth/token", Some(&access)))),
        ("another token", "DPoP", Some(app.proof(pair, "GET", path, Some("other")))),
    ] {
        assert_ne!(userinfo(scheme, proof).await.status, 200, "{what}");
    }
    // The refresh token of a public client is the key's too.
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    let held = app.dpop.replace(thief);
    assert_eq!(app.refresh(&refresh).await.body()["error"], "invalid_dpop_proof");
    app.dpop = None;
    assert_eq!(app.refresh(&refresh).await.body()["error"], "invalid_dpop_proof");
    app.dpop = held;
    assert_eq!(app.refresh(&refresh).await.status, 200);
    // A proof's minute is over, its nonce too.
    let stale = app.proof(app.dpop.as_ref().unwrap(), "GET", path, Some(&access));
    world.clock.advance(chrono::Duration::seconds(75));
    assert_eq!(userinfo("DPoP", Some(stale)).await.status, 401);
}

#[tokio::test]
async fn the_strict_profile_is_strict() {
    let world = World::new().await;
    let pair = Pair::new();
    let fapi = NewClient { fapi2: true, jwks: Some(pair.set()), ..registration("bank", AuthMethod::PrivateKeyJwt) };
    let mut app = App::new(&world, fapi).await;
    app.assertion_key = Some(pair);
    let mut ana = world.member("ana@primer.rs").await;
    assert_eq!(ana.authorize(&app.request("openid")).await.param("error"), Some("invalid_request"));
    let form = app.request("openid offline_access");
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let uri = app.post("/oauth/par", &form).await.body()["request_uri"].as_str().unwrap().to_owned();
    let asked = ana.authorize(&[("client_id", "bank".to_owned()), ("request_uri", uri)]).await;
    let code = ana.decide(&asked.waiting(), true).await.code();
    assert_eq!(app.exchange(&code).await.body()["error"], "invalid_dpop_proof");
    app.dpop = Some(Pair::new());
    let tokens = app.exchange(&code).await.body();
    assert_eq!(tokens["token_type"], "DPoP");
    // Not rotated: it is the client's keys that hold it.
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(app.refresh(refresh).await.body()["refresh_token"], refresh);
    assert_eq!(app.refresh(refresh).await.status, 200);
    let loose = NewClient { fapi2: true, ..registration("loose", AuthMethod::ClientSecretBasic) };
    assert!(world.identity.register_client(&loose).await.is_err());
    assert_eq!(CALLBACK, app.request("openid")[2].1);
}
