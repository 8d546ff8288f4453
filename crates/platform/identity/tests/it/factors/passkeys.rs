use chrono::Duration;
use serde_json::{Value, json};

use super::{authenticator::Authenticator, enrol};
use crate::world::{Answer, Browser, PASSWORD, World};

const PERA: &str = "pera@primer.rs";
const OPTIONS: &str = "POST /identity/sign-in/passkey/options";

async fn add(browser: &mut Browser<'_>, key: &mut Authenticator) -> Answer {
    let ceremony = browser.send("POST /identity/me/passkeys/options", Value::Null).await.body();
    let form = json!({ "state": ceremony["state"], "credential": key.create(&ceremony), "name": " Moj  telefon " });
    browser.send("POST /identity/me/passkeys", form).await
}

async fn answer_to(browser: &mut Browser<'_>, key: &mut Authenticator) -> Value {
    let ceremony = browser.send(OPTIONS, Value::Null).await.body();
    json!({ "state": ceremony["state"], "credential": key.get(&ceremony) })
}

async fn sign_in(browser: &mut Browser<'_>, key: &mut Authenticator) -> Answer {
    let form = answer_to(browser, key).await;
    browser.send("POST /identity/sign-in/passkey", form).await
}

fn fault(answer: &Answer) -> String {
    let body = answer.body();
    format!("{} {}", body["errors"][0]["field"].as_str().unwrap_or_default(), body["errors"][0]["code"])
}

#[tokio::test]
async fn a_passkey_is_made_used_renamed_and_removed() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let mut key = Authenticator::new();
    let made = add(&mut pera, &mut key).await;
    assert_eq!(made.said(), "201", "{}", made.body());
    let id = made.body()["id"].as_str().unwrap().to_owned();
    assert!(world.letter(PERA).await.subject.contains("ways into your account"));

    let mut phone = world.browser();
    world.clock.advance(Duration::seconds(5));
    let done = sign_in(&mut phone, &mut key).await;
    assert_eq!((done.said().as_str(), &done.body()["me"]["email"]), ("200", &json!(PERA)));
    let row: (String, Vec<String>) =
        sqlx::query_as("select strength, methods from identity.session order by created_at desc limit 1")
            .fetch_one(world.db.pool())
            .await
            .unwrap();
    assert_eq!(row.0, "multi_factor");
    assert_eq!(row.1, ["pop", "user", "mfa"]);

    let line = format!("PATCH /identity/me/passkeys/{id}");
    assert_eq!(phone.send(&line, json!({ "name": "  " })).await.body()["errors"][0]["code"], "field.missing");
    assert_eq!(phone.send(&line, json!({ "name": "Telefon" })).await.said(), "204");
    let seen = phone.get("/identity/me/factors").await.body()["passkeys"][0].clone();
    assert_eq!((&seen["id"], &seen["name"]), (&json!(id), &json!("Telefon")));
    assert!(seen["last_used_at"].is_string());

    let mut stranger = world.member("mika@primer.rs").await;
    let gone = format!("DELETE /identity/me/passkeys/{id}");
    assert_eq!(stranger.send(&gone, Value::Null).await.said(), "404 identity.no_such_factor");
    assert_eq!(stranger.send(&line, json!({ "name": "x" })).await.said(), "404 identity.no_such_factor");
    assert_eq!(phone.send(&gone, Value::Null).await.said(), "204");
    assert_eq!(fault(&sign_in(&mut phone, &mut key).await), "/credential \"identity.passkey_refused\"");
}

#[tokio::test]
async fn a_passkey_stands_for_password_and_authenticator() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    enrol(&mut pera).await;
    let mut key = Authenticator::new();
    add(&mut pera, &mut key).await;
    let mut phone = world.browser();
    let waiting = phone.sign_in(PERA, PASSWORD).await.body();
    assert_eq!(waiting["second_factor"]["passkeys"], true);
    assert_eq!(sign_in(&mut phone, &mut key).await.said(), "200");
    assert!(phone.jar.is_empty());
    world.clock.advance(Duration::minutes(11));
    let mut form = answer_to(&mut phone, &mut key).await;
    form["method"] = json!("passkey");
    assert_eq!(phone.send("POST /identity/me/step-up", form.clone()).await.said(), "204");
    assert_eq!(fault(&phone.send("POST /identity/me/step-up", form).await), "/state \"identity.ceremony_over\"");
    // Another's key proves another.
    let mut mika = world.member("mika@primer.rs").await;
    let mut form = answer_to(&mut mika, &mut key).await;
    form["method"] = json!("passkey");
    assert_eq!(fault(&mika.send("POST /identity/me/step-up", form).await), "/credential \"identity.passkey_refused\"");
}

/// Made, used, lost and recovered, and never a password.
#[tokio::test]
async fn an_account_of_passkeys_alone() {
    let world = World::new().await;
    let mut pera = world.browser();
    let form = json!({ "email": PERA, "display_name": "Pera", "language": "en", "accept_terms": true });
    pera.send("POST /identity/sign-up", form).await;
    let token = world.token(PERA).await;
    pera.send("POST /identity/verify-email", json!({ "token": token })).await;
    let mut key = Authenticator::new();
    assert_eq!(add(&mut pera, &mut key).await.said(), "201");
    let mut phone = world.browser();
    assert_eq!(sign_in(&mut phone, &mut key).await.said(), "200");

    // The telephone is at the bottom of the Danube.
    let mut laptop = world.browser();
    laptop.send("POST /identity/recovery", json!({ "email": PERA })).await;
    let token = world.token(PERA).await;
    assert_eq!(laptop.send("POST /identity/recovery/complete", json!({ "token": token })).await.said(), "200");
    assert_eq!(phone.me().await, "401 auth.required");
    let mut new = Authenticator::new();
    assert_eq!(add(&mut laptop, &mut new).await.said(), "201");
    let old = laptop.get("/identity/me/factors").await.body()["passkeys"][0]["id"].as_str().unwrap().to_owned();
    laptop.send(&format!("DELETE /identity/me/passkeys/{old}"), Value::Null).await;
    assert_eq!(fault(&sign_in(&mut world.browser(), &mut key).await), "/credential \"identity.passkey_refused\"");
    assert_eq!(sign_in(&mut world.browser(), &mut new).await.said(), "200");
    assert_eq!(laptop.get("/identity/me/factors").await.body()["password"], false);
    // Who has a password sets a new one.
    let mut mika = world.member("mika@primer.rs").await;
    mika.send("POST /identity/recovery", json!({ "email": "mika@primer.rs" })).await;
    let token = world.token("mika@primer.rs").await;
    let without = mika.send("POST /identity/recovery/complete", json!({ "token": token })).await;
    assert_eq!(fault(&without), "/password \"field.missing\"");
    let form = json!({ "token": token, "password": "nova lozinka" });
    assert_eq!(mika.send("POST /identity/recovery/complete", form).await.said(), "200");
}

#[tokio::test]
async fn crooked_answers_are_refused() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    for (origin, verifies) in
        [("http://localhost:8081", true), ("https://svetu.example", true), ("http://localhost:8080", false)]
    {
        let mut key = Authenticator::new();
        (key.origin, key.verifies) = (origin.to_owned(), verifies);
        let made = add(&mut pera, &mut key).await;
        assert_eq!(fault(&made), "/credential \"identity.passkey_refused\"", "{origin} {verifies}");
    }
    let mut key = Authenticator::new();
    assert_eq!(add(&mut pera, &mut key).await.said(), "201");
    // The same key once more, and a key of one account at another.
    assert_eq!(fault(&add(&mut pera, &mut key).await), "/credential \"identity.passkey_refused\"");
    let mut mika = world.member("mika@primer.rs").await;
    assert_eq!(fault(&add(&mut mika, &mut key.copy()).await), "/credential \"identity.passkey_refused\"");
    let mut stolen = key.copy();
    let mika_id = mika.get("/identity/me").await.body()["account_id"].as_str().unwrap().to_owned();
    stolen.user = mika_id.parse::<svetu_kernel::AccountId>().unwrap().uuid().as_bytes().to_vec();
    assert_eq!(fault(&sign_in(&mut world.browser(), &mut stolen).await), "/credential \"identity.passkey_refused\"");

    let refused = "/credential \"identity.passkey_refused\"";
    let mut far = key.copy();
    far.origin = "http://localhost:9999".to_owned();
    assert_eq!(fault(&sign_in(&mut world.browser(), &mut far).await), refused);
    let mut careless = key.copy();
    careless.verifies = false;
    assert_eq!(fault(&sign_in(&mut world.browser(), &mut careless).await), refused);
    // An answer is to its question, and works once.
    let mut phone = world.browser();
    let mut form = answer_to(&mut phone, &mut key).await;
    let other = answer_to(&mut phone, &mut key.copy()).await;
    let mut crossed = form.clone();
    crossed["credential"] = other["credential"].clone();
    assert_eq!(fault(&phone.send("POST /identity/sign-in/passkey", crossed).await), refused);
    form = answer_to(&mut phone, &mut key).await;
    let done = phone.send("POST /identity/sign-in/passkey", form.clone()).await;
    assert_eq!(done.said(), "200", "{}", done.body());
    let replayed = world.browser().send("POST /identity/sign-in/passkey", form).await;
    assert_eq!(fault(&replayed), "/state \"identity.ceremony_over\"");
    let mut late = answer_to(&mut phone, &mut key).await;
    world.clock.advance(Duration::minutes(10));
    assert_eq!(
        fault(&phone.send("POST /identity/sign-in/passkey", late.clone()).await),
        "/state \"identity.ceremony_over\""
    );
    late["credential"] = json!({ "id": 5 });
    late["state"] = answer_to(&mut phone, &mut key).await["state"].clone();
    assert_eq!(fault(&phone.send("POST /identity/sign-in/passkey", late).await), "/credential \"field.invalid\"");
}

#[tokio::test]
async fn a_copied_key_is_refused_and_told_of() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let mut key = Authenticator::new();
    add(&mut pera, &mut key).await;
    let mut copy = key.copy();
    for _ in 0..3 {
        assert_eq!(sign_in(&mut world.browser(), &mut key).await.said(), "200");
    }
    assert_eq!(fault(&sign_in(&mut world.browser(), &mut copy).await), "/credential \"identity.passkey_copied\"");
    world.work().await;
    assert!(world.letters.sent.lock().iter().any(|mail| mail.to == PERA && mail.subject.contains("copied passkey")));
    let events = pera.get("/identity/me/security-events").await.body();
    assert_eq!(events["items"][0]["kind"], "passkey_copied");
    assert_eq!(sign_in(&mut world.browser(), &mut key).await.said(), "200");
}

#[tokio::test]
async fn twenty_keys_are_enough() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    for _ in 0..20 {
        assert_eq!(add(&mut pera, &mut Authenticator::new()).await.said(), "201");
    }
    let more = pera.send("POST /identity/me/passkeys/options", Value::Null).await;
    assert_eq!(fault(&more), "/credential \"identity.passkeys_too_many\"");
}
