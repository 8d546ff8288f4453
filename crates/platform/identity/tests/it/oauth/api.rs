//! Tokens at the platform's own API.

use axum::body::Body;
use chrono::Duration;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use svetu_contracts::identity::{Admission, Presented};
use svetu_identity::{AuthMethod, NewClient};
use svetu_kernel::{AccountId, Actor, Credential, Role, Subject};
use tower::ServiceExt as _;

use super::app::{App, ISSUER, Pair, registration};
use crate::world::{Browser, World};

/// As the gateway does.
async fn admitted(world: &World, line: &str, authorization: &str, proofs: &[String]) -> Result<Actor, String> {
    let (method, path) = line.split_once(' ').unwrap();
    let shown = Presented {
        authorization: authorization.to_owned(),
        proofs: proofs.to_vec(),
        method: method.to_owned(),
        url: format!("{ISSUER}/api/v1{path}"),
    };
    match world.identity.contract().admit(&shown).await.unwrap() {
        Admission::Admitted(actor) => Ok(actor),
        Admission::Refused(challenge) => Err(format!("{} {}", challenge.scheme, challenge.error)),
    }
}

pub async fn call(world: &World, line: &str, authorization: &str, body: Value) -> String {
    let actor = match admitted(world, line, authorization, &[]).await {
        Ok(actor) => actor,
        Err(refusal) => return refusal,
    };
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    request.extensions_mut().unwrap().insert(actor);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (parts, body) =
        world.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    format!(
        "{} {} {}",
        parts.status.as_u16(),
        said["code"].as_str().unwrap_or(""),
        said["scope"].as_str().unwrap_or("")
    )
    .trim()
    .to_owned()
}

const SCOPES: &str = "openid offline_access account:read";

async fn app(world: &World) -> App<'_> {
    let scopes = ["openid", "offline_access", "account:read", "account:write"].map(str::to_owned).to_vec();
    App::new(world, NewClient { scopes, ..registration("app", AuthMethod::None) }).await
}

async fn bearer(app: &mut App<'_>, person: &mut Browser<'_>, scope: &str) -> String {
    format!("Bearer {}", app.tokens(person, scope).await["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn a_token_does_what_it_was_given_for() {
    let world = World::new().await;
    let mut app = app(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let token = bearer(&mut app, &mut ana, SCOPES).await;
    let actor = admitted(&world, "GET /identity/me", &token, &[]).await.unwrap();
    assert!(matches!(actor.subject, Subject::Account { session: None, .. }));
    assert!(matches!(&actor.credential, Credential::Token { client, .. } if client == "app"));
    for (line, body, expected) in [
        ("GET /identity/me", Value::Null, "200"),
        ("PATCH /identity/me", json!({ "theme": "dark" }), "403 auth.insufficient_scope account:write"),
        ("GET /identity/sessions", Value::Null, "403 auth.session_only"),
        ("POST /identity/me/password", json!({}), "403 auth.session_only"),
        ("POST /identity/accounts/search", json!({ "text": "a" }), "403 auth.session_only"),
        // What anybody may.
        ("POST /identity/recovery", json!({ "email": "x@primer.rs" }), "202"),
        // It has no session to end.
        ("POST /identity/sign-out", Value::Null, "204"),
    ] {
        assert_eq!(call(&world, line, &token, body).await, expected, "{line}");
    }
    assert_eq!(ana.me().await, "ana@primer.rs");
    let token = bearer(&mut app, &mut ana, "account:write").await;
    assert_eq!(call(&world, "PATCH /identity/me", &token, json!({ "theme": "dark" })).await, "200");
    assert_eq!(call(&world, "GET /identity/me", &token, Value::Null).await, "403 auth.insufficient_scope account:read");
}

#[tokio::test]
async fn what_a_token_hangs_on_ends_it_at_once() {
    let gone = "Bearer invalid_token";
    for what in ["over", "revoked", "grant", "session", "client", "everything signed out"] {
        let world = World::new().await;
        let mut app = app(&world).await;
        let mut ana = world.member("ana@primer.rs").await;
        let scope = if what == "grant" { SCOPES } else { "openid account:read" };
        let tokens = app.tokens(&mut ana, scope).await;
        let token = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        assert_eq!(call(&world, "GET /identity/me", &token, Value::Null).await, "200", "{what}");
        match what {
            "over" => world.clock.advance(Duration::seconds(601)),
            "revoked" => drop(app.post("/oauth/revoke", &[("token", &token[7..])]).await),
            "grant" => {
                drop(app.post("/oauth/revoke", &[("token", tokens["refresh_token"].as_str().unwrap())]).await);
            }
            "session" => drop(ana.send("POST /identity/sign-out", Value::Null).await),
            "client" => assert!(world.identity.disable_client("app").await.unwrap()),
            _ => {
                let account: AccountId =
                    ana.get("/identity/me").await.body()["account_id"].as_str().unwrap().parse().unwrap();
                world.identity.set_roles(account, vec![Role::Trader]).await.unwrap();
            }
        }
        assert_eq!(call(&world, "GET /identity/me", &token, Value::Null).await, gone, "{what}");
    }
}

#[tokio::test]
async fn what_is_no_access_token_for_this_api_is_refused() {
    let world = World::new().await;
    let mut app = app(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let tokens = app.tokens(&mut ana, SCOPES).await;
    let (access, id, refresh) =
        (tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap(), &tokens["refresh_token"]);
    let mut other = app.request(SCOPES);
    other.push(("resource", "https://reports.example".to_owned()));
    let went = ana.authorize(&other).await;
    let code = match went {
        super::app::Went::Client(_) => went.code(),
        super::app::Went::Page(_) => ana.decide(&went.waiting(), true).await.code(),
    };
    let elsewhere = app.exchange(&code).await.body()["access_token"].as_str().unwrap().to_owned();
    let (head, rest) = access.split_once('.').unwrap();
    let forged = Pair::new().sign(
        "at+jwt",
        false,
        &json!({ "iss": ISSUER, "aud": [format!("{ISSUER}/api/v1")],
        "sub": "user", "client_id": "app", "scope": "account:read", "jti": "x", "iat": 0, "exp": 99_999_999_999_i64 }),
    );
    for (what, shown) in [
        ("an ID token", format!("Bearer {id}")),
        ("a refresh token", format!("Bearer {}", refresh.as_str().unwrap())),
        ("another audience", format!("Bearer {elsewhere}")),
        ("no signature", format!("Bearer {head}.{}.", rest.split('.').next().unwrap())),
        ("alg none", format!("Bearer eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJub25lIn0.{}.", rest.split('.').next().unwrap())),
        ("another's key", format!("Bearer {forged}")),
        ("nothing", "Bearer".to_owned()),
        ("another scheme", format!("Basic {access}")),
        ("no scheme", access.to_owned()),
        ("too long", format!("Bearer {}", "a".repeat(20_000))),
    ] {
        assert_eq!(call(&world, "GET /identity/me", &shown, Value::Null).await, "Bearer invalid_token", "{what}");
    }
    assert_eq!(call(&world, "GET /identity/me", &format!("bearer {access}"), Value::Null).await, "200");
}

#[tokio::test]
async fn a_bound_token_comes_with_its_proof() {
    let world = World::new().await;
    let mut app = app(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    app.dpop = Some(Pair::new());
    let access = app.tokens(&mut ana, SCOPES).await["access_token"].as_str().unwrap().to_owned();
    let (line, path, shown) = ("GET /identity/me", "/api/v1/identity/me", format!("DPoP {access}"));
    let pair = app.dpop.as_ref().unwrap();
    let proof = app.proof(pair, "GET", path, Some(&access));
    assert!(admitted(&world, line, &shown, std::slice::from_ref(&proof)).await.is_ok());
    let fresh = || app.proof(pair, "GET", path, Some(&access));
    let (thief, nonceless) = (
        Pair::new(),
        App {
            nonce: None,
            dpop: None,
            secret: None,
            assertion_key: None,
            id: app.id.clone(),
            verifier: app.verifier.clone(),
            world: &world,
        },
    );
    for (what, shown, proofs, expected) in [
        ("again", shown.clone(), vec![proof], "DPoP invalid_dpop_proof"),
        ("none", shown.clone(), vec![], "DPoP invalid_token"),
        ("two", shown.clone(), vec![fresh(), fresh()], "DPoP invalid_dpop_proof"),
        ("as a bearer", format!("Bearer {access}"), vec![], "DPoP invalid_token"),
        ("as a bearer with a proof", format!("Bearer {access}"), vec![fresh()], "DPoP invalid_token"),
        ("another key", shown.clone(), vec![app.proof(&thief, "GET", path, Some(&access))], "DPoP invalid_token"),
        (
            "another method",
            shown.clone(),
            vec![app.proof(pair, "POST", path, Some(&access))],
            "DPoP invalid_dpop_proof",
        ),
        (
            "another path",
            shown.clone(),
            vec![app.proof(pair, "GET", "/api/v1/x", Some(&access))],
            "DPoP invalid_dpop_proof",
        ),
        ("no ath", shown.clone(), vec![app.proof(pair, "GET", path, None)], "DPoP invalid_dpop_proof"),
        ("no nonce", shown, vec![nonceless.proof(pair, "GET", path, Some(&access))], "DPoP use_dpop_nonce"),
    ] {
        let said = admitted(&world, line, &shown, &proofs).await.map(|actor| actor.subject.name());
        assert_eq!(said, Err(expected.to_owned()), "{what}");
    }
}

#[tokio::test]
async fn a_machine_has_its_own_roles() {
    let world = World::new().await;
    let machine = NewClient {
        redirect_uris: vec![],
        grant_types: vec!["client_credentials".to_owned()],
        scopes: vec!["moderation:read".to_owned(), "account:read".to_owned()],
        roles: vec![Role::Moderator],
        ..registration("robot", AuthMethod::ClientSecretBasic)
    };
    let mut robot = App::new(&world, machine.clone()).await;
    let answer = robot.post("/oauth/token", &[("grant_type", "client_credentials")]).await;
    let token = format!("Bearer {}", answer.body()["access_token"].as_str().unwrap());
    let actor = admitted(&world, "GET /x", &token, &[]).await.unwrap();
    assert_eq!(actor.subject, Subject::Machine { client: "robot".to_owned() });
    assert_eq!(actor.roles, [Role::Moderator, Role::Machine].into());
    // It is nobody whose account could be read.
    assert_eq!(call(&world, "GET /identity/me", &token, Value::Null).await, "403 auth.forbidden");
    world.identity.disable_client("robot").await.unwrap();
    assert_eq!(call(&world, "GET /identity/me", &token, Value::Null).await, "Bearer invalid_token");
    for roles in [vec![Role::Member], vec![Role::Trader]] {
        assert!(world.identity.register_client(&NewClient { id: None, roles, ..machine.clone() }).await.is_err());
    }
    let person = NewClient { roles: vec![Role::Operator], ..registration("site", AuthMethod::None) };
    assert!(world.identity.register_client(&person).await.is_err(), "people's programs have people's roles");
}
