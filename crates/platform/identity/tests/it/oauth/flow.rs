use serde_json::json;
use svetu_identity::AuthMethod;

use super::app::{App, ISSUER, Went, get, registration, verified};
use crate::world::{PASSWORD, World};

#[tokio::test]
async fn a_person_signs_in_to_a_client() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let asked = ana.authorize(&app.request("openid profile email offline_access")).await;
    assert!(asked.page().starts_with("/connect?request="), "{asked:?}");
    let question = ana.get(&format!("/identity/authorization-requests/{}", asked.waiting())).await.body();
    assert_eq!(
        question,
        json!({
            "client_name": "Primer", "goes_to": "app.example", "email": "ana@primer.rs",
            "scopes": ["openid", "profile", "email", "offline_access"],
        })
    );
    let answer = ana.decide(&asked.waiting(), true).await;
    assert_eq!(answer.param("state"), Some("s t"));
    let tokens = app.exchange(&answer.code()).await.body();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(600)));

    let id = verified(&world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((&id["iss"], &id["aud"], &id["nonce"]), (&json!(ISSUER), &json!("app"), &json!("n-1")));
    assert_eq!((&id["acr"], &id["amr"]), (&json!("urn:svetu:acr:pwd"), &json!(["otp"])));
    assert!(id.get("email").is_none(), "what scopes tell is userinfo's");
    let access = verified(&world, tokens["access_token"].as_str().unwrap()).await;
    assert_eq!((&access["sub"], &access["aud"]), (&id["sub"], &json!(["http://localhost:8080/api/v1"])));
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let info = get(&world, "/oauth/userinfo", &[("authorization", bearer)]).await.body();
    assert_eq!(
        info,
        json!({
            "sub": id["sub"], "name": "Pera Perić", "locale": "en", "email": "ana@primer.rs", "email_verified": true,
        })
    );
    let form = [("access_token".to_owned(), tokens["access_token"].as_str().unwrap().to_owned())];
    let by_form = super::app::send_form(&world, "/oauth/userinfo", &form, http::HeaderMap::new()).await;
    assert_eq!(by_form.body(), info);
    // What was allowed is not asked again, more is.
    assert!(ana.authorize(&app.request("openid email")).await.param("code").is_some());
    assert!(ana.authorize(&app.request("openid reports")).await.page().starts_with("/connect"));
}

#[tokio::test]
async fn who_is_nobody_signs_in_first_and_is_led_back() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    world.member("ana@primer.rs").await;
    let mut browser = world.browser();
    let mut request = app.request("openid");
    request.push(("login_hint", "ana@primer.rs".to_owned()));
    request.push(("ui_locales", "ru en".to_owned()));
    let asked = browser.authorize(&request).await;
    assert!(asked.page().starts_with("/ru/sign-in?next=%2Foauth%2Fcontinue%3Frequest%3D"), "{asked:?}");
    assert!(asked.page().ends_with("&again=1&email=ana%40primer.rs"), "{asked:?}");
    // Nothing goes on without somebody.
    assert!(browser.go_on(&asked.waiting()).await.page().starts_with("/ru/sign-in"));
    assert!(browser.decide(&asked.waiting(), true).await.page().starts_with("/ru/sign-in"));
    browser.sign_in("ana@primer.rs", PASSWORD).await;
    let asked = browser.go_on(&asked.waiting()).await;
    assert!(asked.page().starts_with("/ru/connect?request="), "{asked:?}");
    let code = browser.decide(&asked.waiting(), true).await.code();
    assert_eq!(app.exchange(&code).await.status, 200);
    // It was answered: it is no more.
    assert!(browser.decide(&asked.waiting(), true).await.page().starts_with("/connect?error=invalid_request"));
}

#[tokio::test]
async fn prompts_and_ages() {
    let world = World::new().await;
    let app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let with = |more: &[(&'static str, &str)]| {
        let mut request = app.request("openid");
        request.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        request
    };
    let none = with(&[("prompt", "none")]);
    assert_eq!(world.browser().authorize(&none).await.param("error"), Some("login_required"));
    assert_eq!(ana.authorize(&none).await.param("error"), Some("consent_required"));
    app.code(&mut ana, "openid").await;
    assert!(ana.authorize(&none).await.param("code").is_some());
    for prompt in ["consent", "select_account"] {
        assert!(ana.authorize(&with(&[("prompt", prompt)])).await.page().starts_with("/connect"));
    }
    assert!(ana.authorize(&with(&[("max_age", "60")])).await.param("code").is_some());
    world.clock.advance(chrono::Duration::seconds(61));
    let aged = with(&[("max_age", "60"), ("prompt", "none")]);
    assert_eq!(ana.authorize(&aged).await.param("error"), Some("login_required"));

    // `prompt=login`: the sign-in of before does not count, a new one does.
    let asked = ana.authorize(&with(&[("prompt", "login")])).await;
    assert!(asked.page().starts_with("/sign-in"));
    assert!(ana.go_on(&asked.waiting()).await.page().starts_with("/sign-in"));
    assert!(ana.decide(&asked.waiting(), true).await.page().starts_with("/sign-in"));
    ana.sign_in("ana@primer.rs", PASSWORD).await;
    assert!(ana.go_on(&asked.waiting()).await.param("code").is_some());
}

/// A scheme or a port of a device is whoever's takes it there.
#[tokio::test]
async fn an_application_that_nothing_names_is_agreed_to_each_time() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    for (n, (address, method, known)) in [
        ("com.example.app:/callback", AuthMethod::None, false),
        ("http://127.0.0.1:4000/callback", AuthMethod::None, false),
        ("http://127.0.0.1:4000/callback", AuthMethod::ClientSecretBasic, true),
    ]
    .into_iter()
    .enumerate()
    {
        let mut registration = registration(&format!("app-{n}"), method);
        registration.redirect_uris.push(address.to_owned());
        let app = App::new(&world, registration).await;
        let mut request = app.request("openid");
        request.iter_mut().find(|(name, _)| *name == "redirect_uri").unwrap().1 = address.to_owned();
        let asked = ana.authorize(&request).await;
        ana.decide(&asked.waiting(), true).await.code();
        assert_eq!(matches!(ana.authorize(&request).await, Went::Client(_)), known, "{address}");
        // The same application at an address that is its own.
        assert!(matches!(ana.authorize(&app.request("openid")).await, Went::Client(_)), "{address}");
    }
}

#[tokio::test]
async fn no_is_an_answer() {
    let world = World::new().await;
    let app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let asked = ana.authorize(&app.request("openid")).await;
    let answer = ana.decide(&asked.waiting(), false).await;
    assert_eq!((answer.param("error"), answer.param("state")), (Some("access_denied"), Some("s t")));
    assert_eq!(answer.param("iss"), Some(ISSUER));
    assert!(ana.go_on(&asked.waiting()).await.page().starts_with("/connect?error="));
}

#[tokio::test]
async fn a_hint_names_the_person_that_is_meant() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let (mut ana, mut iva) = (world.member("ana@primer.rs").await, world.member("iva@primer.rs").await);
    let token = app.tokens(&mut ana, "openid").await["id_token"].as_str().unwrap().to_owned();
    app.tokens(&mut iva, "openid").await;
    let mut request = app.request("openid");
    request.extend([("id_token_hint", token), ("prompt", "none".to_owned())]);
    assert!(ana.authorize(&request).await.param("code").is_some());
    assert_eq!(iva.authorize(&request).await.param("error"), Some("login_required"));
}

#[tokio::test]
async fn claims_are_given_where_they_are_asked_for() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut request = app.request("openid email");
    request.push(("claims", json!({ "id_token": { "email": null, "name": null } }).to_string()));
    let asked = ana.authorize(&request).await;
    let code = ana.decide(&asked.waiting(), true).await.code();
    let tokens = app.exchange(&code).await.body();
    let id = verified(&world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(id["email"], "ana@primer.rs");
    assert!(id.get("name").is_none(), "the scope profile was not allowed");
}

#[tokio::test]
async fn what_is_published_is_what_is_there() {
    let world = World::new().await;
    let document = get(&world, "/.well-known/openid-configuration", &[]).await.body();
    assert_eq!(document["issuer"], ISSUER);
    assert_eq!(get(&world, "/.well-known/oauth-authorization-server", &[]).await.body(), document);
    for (name, address) in document.as_object().unwrap() {
        let Some(path) = address.as_str().filter(|_| name.ends_with("_endpoint") || name == "jwks_uri") else {
            continue;
        };
        let answer = get(&world, path.strip_prefix(ISSUER).unwrap(), &[]).await;
        assert_ne!(answer.status, 404, "{name}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_ignored_and_what_is_optional_may_be_left_out() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut request = app.request("email openid");
    request.retain(|(name, _)| *name != "nonce" && *name != "state");
    for (name, value) in [("display", "popup"), ("claims_locales", "sr"), ("acr_values", "x"), ("extra", "1")] {
        request.push((name, value.to_owned()));
    }
    let asked = ana.authorize(&request).await;
    let answer = ana.decide(&asked.waiting(), true).await;
    assert_eq!(answer.param("state"), None);
    let tokens = app.exchange(&answer.code()).await.body();
    let id = verified(&world, tokens["id_token"].as_str().unwrap()).await;
    assert!(id.get("nonce").is_none());
}
