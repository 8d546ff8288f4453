use chrono::Duration;
use serde_json::{Value, json};

use super::{code, enrol, next_step};
use crate::{
    oauth::app::{App, verified},
    world::{PASSWORD, World},
};

const PERA: &str = "pera@primer.rs";
const STEP: &str = "POST /identity/me/step-up";

#[tokio::test]
async fn what_changes_the_ways_in_wants_a_recent_proof() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let dangerous = [
        ("POST /identity/me/totp", Value::Null),
        ("PUT /identity/me/totp", json!({ "state": "x", "code": "000000" })),
        ("DELETE /identity/me/totp", Value::Null),
        ("POST /identity/me/recovery-codes", Value::Null),
        ("POST /identity/me/passkeys/options", Value::Null),
        ("POST /identity/me/passkeys", json!({ "state": "x", "credential": {}, "name": "x" })),
        ("DELETE /identity/me/passkeys/passkey_01jd8zk3vme7g9x0q4c5r6s7t8", Value::Null),
    ];
    for (line, body) in &dangerous {
        assert_ne!(pera.send(line, body.clone()).await.status, 401, "{line}");
    }
    world.clock.advance(Duration::minutes(11));
    for (line, body) in &dangerous {
        assert_eq!(pera.send(line, body.clone()).await.said(), "401 auth.step_up_required", "{line}");
    }
    let wrong = pera.send(STEP, json!({ "method": "password", "password": "pogrešna" })).await;
    assert_eq!(wrong.body()["errors"][0]["field"], "/password");
    assert_eq!(pera.get("/identity/me/factors").await.body()["confirmed"], false);
    let before = pera.cookie.clone();
    assert_eq!(pera.send(STEP, json!({ "method": "password", "password": PASSWORD })).await.said(), "204");
    // The session goes on under another name: the old one is nobody's.
    assert_ne!(before, pera.cookie);
    let mut thief = world.browser();
    thief.cookie = before;
    assert_eq!(thief.me().await, "401 auth.required");
    assert_eq!(pera.get("/identity/me/factors").await.body()["confirmed"], true);
    assert_eq!(pera.send("POST /identity/me/totp", Value::Null).await.said(), "200");
    assert_eq!(world.browser().send(STEP, json!({ "method": "password", "password": PASSWORD })).await.status, 401);
}

#[tokio::test]
async fn with_an_authenticator_its_code_is_what_proves() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let (secret, recovery) = enrol(&mut pera).await;
    world.clock.advance(Duration::minutes(11));
    let by_password = pera.send(STEP, json!({ "method": "password", "password": PASSWORD })).await;
    assert_eq!(by_password.body()["errors"][0]["code"], "identity.second_factor_needed");
    pera.send("POST /identity/sign-in/code", json!({ "email": PERA })).await;
    let by_mail = pera.send(STEP, json!({ "method": "mail", "code": "000000" })).await;
    assert_eq!(by_mail.body()["errors"][0]["code"], "identity.second_factor_needed");
    let by_code = json!({ "method": "totp", "code": code(&world, &secret) });
    assert_eq!(pera.send(STEP, by_code.clone()).await.said(), "204");
    assert_eq!(pera.send(STEP, by_code).await.said(), "422 validation.failed");
    let by_recovery = json!({ "method": "recovery_code", "code": recovery[0] });
    assert_eq!(pera.send(STEP, by_recovery).await.said(), "204");
    // What was proven is kept: the session is of two factors now.
    let row: (String, Vec<String>) =
        sqlx::query_as("select strength, methods from identity.session").fetch_one(world.db.pool()).await.unwrap();
    assert_eq!(row, ("multi_factor".to_owned(), vec!["mfa".to_owned(), "otp".to_owned()]));
}

#[tokio::test]
async fn an_account_without_a_password_proves_itself_by_mail() {
    let world = World::new().await;
    let mut pera = world.browser();
    let form = json!({ "email": PERA, "display_name": "Pera", "language": "en", "accept_terms": true });
    assert_eq!(pera.send("POST /identity/sign-up", form).await.said(), "202");
    let token = world.token(PERA).await;
    assert_eq!(pera.send("POST /identity/verify-email", json!({ "token": token })).await.said(), "200");
    assert_eq!(pera.get("/identity/me/factors").await.body()["password"], false);
    assert_eq!(world.browser().sign_in(PERA, "").await.said(), "401 identity.wrong_credentials");
    world.clock.advance(Duration::minutes(11));
    assert_eq!(
        pera.send("POST /identity/me/password", json!({ "new": PASSWORD })).await.said(),
        "401 auth.step_up_required"
    );
    pera.send("POST /identity/sign-in/code", json!({ "email": PERA })).await;
    let letter = world.letter(PERA).await;
    let sent = letter.text.lines().find(|line| line.len() == 6).unwrap();
    assert_eq!(pera.send(STEP, json!({ "method": "mail", "code": sent })).await.said(), "204");
    assert_eq!(pera.send("POST /identity/me/password", json!({ "new": PASSWORD })).await.said(), "204");
    assert_eq!(world.browser().sign_in(PERA, PASSWORD).await.status, 200);
    // From here on the password is asked for.
    let without = pera.send("POST /identity/me/password", json!({ "new": "nova lozinka" })).await;
    assert_eq!(without.body()["errors"][0]["field"], "/current");
}

#[tokio::test]
async fn a_client_may_ask_for_two_factors() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let mut app = App::public(&world).await;
    let wish = ("acr_values", "urn:svetu:acr:mfa urn:svetu:acr:pwd");
    let need = ("claims", r#"{"id_token":{"acr":{"essential":true,"values":["urn:svetu:acr:mfa"]}}}"#);
    let asking = |app: &App<'_>, more: &[(&'static str, &str)]| {
        let mut request = app.request("openid");
        request.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        request
    };
    // Who has none is let in by a wish, not by a need.
    assert!(pera.authorize(&asking(&app, &[wish])).await.page().starts_with("/connect?"));
    let refused = pera.authorize(&asking(&app, &[need])).await;
    assert_eq!(refused.param("error"), Some("unmet_authentication_requirements"));

    let (secret, _) = enrol(&mut pera).await;
    for asked in [wish, need] {
        let page = pera.authorize(&asking(&app, &[asked])).await;
        assert!(page.page().starts_with("/step-up?next=%2Foauth%2Fcontinue%3Frequest%3D"), "{page:?}");
    }
    let refused = pera.authorize(&asking(&app, &[("prompt", "none"), wish])).await;
    assert_eq!(refused.param("error"), Some("login_required"));
    let waiting = pera.authorize(&asking(&app, &[need])).await.waiting();
    next_step(&world);
    pera.send(STEP, json!({ "method": "totp", "code": code(&world, &secret) })).await;
    assert!(pera.go_on(&waiting).await.page().starts_with("/connect?"));
    let given = pera.decide(&waiting, true).await.code();
    let tokens = app.exchange(&given).await.body();
    let claims = verified(&world, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("urn:svetu:acr:mfa"), &json!(["mfa", "otp"])));
}

/// An open session and the old password are not enough where there is more than a password.
#[tokio::test]
async fn a_password_is_changed_by_all_that_the_account_asks_for() {
    const CHANGE: &str = "POST /identity/me/password";
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let form = |current: &str, new: &str| json!({ "current": current, "new": new });
    world.clock.advance(Duration::minutes(11));
    assert_eq!(pera.send(CHANGE, form(PASSWORD, "druga lozinka")).await.said(), "204", "a password alone");
    pera.send(STEP, json!({ "method": "password", "password": "druga lozinka" })).await;
    let (secret, _) = enrol(&mut pera).await;
    world.clock.advance(Duration::minutes(11));
    for current in ["druga lozinka", "pogrešna"] {
        assert_eq!(pera.send(CHANGE, form(current, "treća lozinka")).await.said(), "401 auth.step_up_required");
    }
    let by_code = json!({ "method": "totp", "code": code(&world, &secret) });
    assert_eq!(pera.send(STEP, by_code).await.said(), "204");
    assert_eq!(pera.send(CHANGE, form("pogrešna", "treća lozinka")).await.said(), "422 validation.failed");
    assert_eq!(pera.send(CHANGE, form("druga lozinka", "treća lozinka")).await.said(), "204");
    assert_eq!(pera.me().await, PERA);
}
