//! What RFC 9700 and 8725 warn of.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use serde_json::{Value, json};
use svetu_identity::AuthMethod;

use super::app::{App, CALLBACK, Went, get, registration, send_form};
use crate::world::{PASSWORD, World};

#[tokio::test]
async fn nobody_is_led_to_an_address_that_is_not_registered() {
    let world = World::new().await;
    let app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let changed = |name: &str, value: &str| {
        let mut request = app.request("openid");
        request.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            request.push((if name == "client_id" { "client_id" } else { "redirect_uri" }, value.to_owned()));
        }
        request
    };
    for (name, value) in [
        ("client_id", "unknown"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example/cb"),
        ("redirect_uri", "https://app.example/cb/../../evil"),
        ("redirect_uri", "https://app.example.evil.example/cb"),
        ("redirect_uri", "https://app.example/cb#x"),
        ("redirect_uri", "javascript:alert(1)"),
        ("redirect_uri", "http://app.example/cb"),
    ] {
        let went = ana.authorize(&changed(name, value)).await;
        assert!(went.page().starts_with("/connect?error=invalid_request"), "{name}={value}: {went:?}");
    }
    // Twice the same parameter: which one would count?
    let mut twice = app.request("openid");
    twice.push(("redirect_uri", CALLBACK.to_owned()));
    assert!(ana.authorize(&twice).await.page().starts_with("/connect?error=invalid_request"));
}

#[tokio::test]
async fn a_code_is_its_clients_and_its_verifiers() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut other = App::new(&world, registration("other", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let code = app.code(&mut ana, "openid").await;
    let verifier = app.verifier.clone();
    let form = |redirect: &'static str, verifier: &str| {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
            ("client_id", "app"),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    };
    other.verifier = verifier.clone();
    assert_eq!(other.exchange(&code).await.body()["error"], "invalid_grant");
    for (what, form) in [
        ("another verifier", form(CALLBACK, &"x".repeat(43))),
        ("a short verifier", form(CALLBACK, "short")),
        ("another address", form("https://app.example/other", &verifier)),
    ] {
        let answer = send_form(&world, "/oauth/token", &form, HeaderMap::new()).await;
        assert_eq!(answer.body()["error"], "invalid_grant", "{what}");
    }
    let mut none = form(CALLBACK, &verifier);
    none.retain(|(name, _)| name != "code_verifier");
    let answer = send_form(&world, "/oauth/token", &none, HeaderMap::new()).await;
    assert_eq!(answer.body()["error"], "invalid_request", "a downgrade of PKCE");
    // All of it left the code as it was.
    assert_eq!(app.exchange(&code).await.status, 200);
    let late = app.code(&mut ana, "openid").await;
    world.clock.advance(chrono::Duration::seconds(61));
    assert_eq!(app.exchange(&late).await.body()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_brought_twice_takes_its_tokens_with_it() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let code = app.code(&mut ana, "openid offline_access").await;
    let tokens = app.exchange(&code).await.body();
    assert_eq!(app.exchange(&code).await.body()["error"], "invalid_grant");
    assert_eq!(app.refresh(tokens["refresh_token"].as_str().unwrap()).await.body()["error"], "invalid_grant");
    let access = tokens["access_token"].as_str().unwrap();
    let answer = get(&world, "/oauth/userinfo", &[("authorization", format!("Bearer {access}"))]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn forged_tokens_are_nobodys() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let tokens = app.tokens(&mut ana, "openid").await;
    let access = tokens["access_token"].as_str().unwrap().to_owned();
    let [header, claims, signature] = access.split('.').collect::<Vec<_>>()[..] else { panic!("{access}") };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let decoded: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut header = decoded.clone();
        header[name] = value;
        part(&header)
    };
    // The public key as a shared secret: what a library that trusts `alg` would take.
    let set = get(&world, "/.well-known/jwks.json", &[]).await.body();
    let secret = jsonwebtoken::EncodingKey::from_secret(set["keys"][0].to_string().as_bytes());
    let mut hs = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    hs.typ = Some("at+jwt".to_owned());
    hs.kid = decoded["kid"].as_str().map(str::to_owned);
    let claims_value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let other = super::app::Pair::new().sign("at+jwt", true, &claims_value);
    let mut flipped = claims_value.clone();
    flipped["sub"] = json!("user_00000000000000000000000000");
    for (what, token) in [
        ("none", format!("{}.{claims}.", with("alg", json!("none")))),
        ("HS256", jsonwebtoken::encode(&hs, &claims_value, &secret).unwrap()),
        ("its own key in the header", other),
        ("changed claims", format!("{header}.{}.{signature}", part(&flipped))),
        ("crit", format!("{}.{claims}.{signature}", with("crit", json!(["exp"])))),
        ("an ID token", tokens["id_token"].as_str().unwrap().to_owned()),
        ("a huge header", format!("{}.{claims}.{signature}", with("x", json!("x".repeat(20_000))))),
        ("rubbish", "a.b.c".to_owned()),
        ("nothing", String::new()),
    ] {
        let answer = get(&world, "/oauth/userinfo", &[("authorization", format!("Bearer {token}"))]).await;
        assert_eq!(answer.status, 401, "{what}");
    }
    world.clock.advance(chrono::Duration::seconds(601));
    let answer = get(&world, "/oauth/userinfo", &[("authorization", format!("Bearer {access}"))]).await;
    assert_eq!(answer.status, 401, "over");
}

#[tokio::test]
async fn a_client_is_only_what_it_is_registered_as() {
    let world = World::new().await;
    let mut post = App::new(&world, registration("post", AuthMethod::ClientSecretPost)).await;
    let secret = post.secret.clone().unwrap();
    // By Basic: not its method.
    let answer = post.refresh(&"x".repeat(43)).await;
    assert_eq!((answer.status, &answer.body()["error"]), (401, &json!("invalid_client")));
    assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"svetu\"");
    let form = |pairs: &[(&str, &str)]| {
        let all = [("grant_type", "refresh_token"), ("refresh_token", "x")].iter().chain(pairs);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    for (what, pairs, error) in [
        ("right", vec![("client_id", "post"), ("client_secret", secret.as_str())], "invalid_grant"),
        ("wrong secret", vec![("client_id", "post"), ("client_secret", &"y".repeat(43)[..])], "invalid_client"),
        ("no secret", vec![("client_id", "post")], "invalid_client"),
        ("unknown", vec![("client_id", "ghost"), ("client_secret", secret.as_str())], "invalid_client"),
        ("nobody", vec![], "invalid_request"),
    ] {
        let answer = send_form(&world, "/oauth/token", &form(&pairs), HeaderMap::new()).await;
        assert_eq!(answer.body()["error"], error, "{what}");
    }
    // Both at once.
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Basic cG9zdDp4".parse().unwrap());
    let both = form(&[("client_id", "post"), ("client_secret", secret.as_str())]);
    assert_eq!(send_form(&world, "/oauth/token", &both, headers).await.body()["error"], "invalid_request");
    assert!(world.identity.disable_client("post").await.unwrap());
    let right = form(&[("client_id", "post"), ("client_secret", secret.as_str())]);
    let answer = send_form(&world, "/oauth/token", &right, HeaderMap::new()).await;
    assert_eq!(answer.body()["error"], "invalid_client");
}

#[tokio::test]
async fn anothers_request_is_not_answered_for_them() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let (mut ana, mut iva) = (world.member("ana@primer.rs").await, world.member("iva@primer.rs").await);
    let asked = ana.authorize(&app.request("openid email")).await;
    // Whoever answers gives only what is theirs.
    let code = iva.decide(&asked.waiting(), true).await.code();
    let tokens = app.exchange(&code).await.body();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let info = get(&world, "/oauth/userinfo", &[("authorization", bearer)]).await.body();
    assert_eq!(info["email"], "iva@primer.rs");
    assert!(matches!(ana.decide(&asked.waiting(), true).await, Went::Page(_)));
    let nobody = world.browser().get("/identity/authorization-requests/x").await;
    assert_eq!(nobody.said(), "401 auth.required");
    assert_eq!(ana.get("/identity/authorization-requests/x").await.said(), "404 identity.no_such_request");
}

/// What a narrowed token may not ask for, it is not told either; a token for another service is not for this one.
#[tokio::test]
async fn a_token_is_told_what_it_was_given_for() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let tokens = app.tokens(&mut ana, "openid profile email offline_access").await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let ask = |scope: &'static str| [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", scope)];
    let narrow = app.post("/oauth/token", &ask("openid profile")).await.body();
    let bearer = |tokens: &Value| format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let info = get(&world, "/oauth/userinfo", &[("authorization", bearer(&narrow))]).await.body();
    assert_eq!((&info["name"], &info["email"]), (&json!("Pera Perić"), &Value::Null));
    let none = app.post("/oauth/token", &ask("email")).await;
    if none.status == 200 {
        let refused = get(&world, "/oauth/userinfo", &[("authorization", bearer(&none.body()))]).await;
        assert_eq!(refused.body()["error"], "insufficient_scope");
    }

    let mut request = app.request("openid email reports");
    request.push(("resource", "https://reports.example".to_owned()));
    let asked = ana.authorize(&request).await;
    let code = ana.decide(&asked.waiting(), true).await.code();
    let other = app.exchange(&code).await.body();
    let refused = get(&world, "/oauth/userinfo", &[("authorization", bearer(&other))]).await;
    assert_eq!((refused.status, &refused.body()["error"]), (401, &json!("invalid_token")));
}

/// Who changes the password, or recovers the account, wants everybody else out: applications too.
#[tokio::test]
async fn a_new_password_ends_what_applications_were_given() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut refresh = Vec::new();
    for _ in 0..3 {
        let tokens = app.tokens(&mut ana, "openid offline_access").await;
        refresh.push(tokens["refresh_token"].as_str().unwrap().to_owned());
    }
    // Out everywhere but here: what was given elsewhere ends.
    let mut phone = world.browser();
    phone.sign_in("ana@primer.rs", PASSWORD).await;
    assert_eq!(phone.send("DELETE /identity/sessions", Value::Null).await.said(), "204");
    assert_eq!(app.refresh(&refresh[0]).await.body()["error"], "invalid_grant");
    let tokens = app.tokens(&mut phone, "openid offline_access").await;
    let kept = tokens["refresh_token"].as_str().unwrap();
    phone.send("POST /identity/me/password", json!({ "current": PASSWORD, "new": "nova lozinka" })).await;
    assert_eq!(app.refresh(kept).await.body()["error"], "invalid_grant");
}

/// A session that nobody used for its time is over, and so is what hangs on it.
#[tokio::test]
async fn a_session_that_idled_out_keeps_no_grant() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    world.member("ana@primer.rs").await;
    let mut ana = world.browser();
    let form = json!({ "email": "ana@primer.rs", "password": PASSWORD, "remember": false });
    ana.send("POST /identity/sign-in", form).await;
    let tokens = app.tokens(&mut ana, "openid").await;
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    world.clock.advance(chrono::Duration::hours(12));
    assert_eq!(app.refresh(&refresh).await.body()["error"], "invalid_grant");
}
