use chrono::Duration;
use serde_json::{Value, json};

use super::{code, enrol, next_step, second};
use crate::world::{PASSWORD, World};

const PERA: &str = "pera@primer.rs";

#[tokio::test]
async fn the_password_alone_is_not_enough_any_more() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, recovery) = enrol(&mut home).await;
    assert_eq!(recovery.len(), 10);
    let mut pera = world.browser();
    let answer = pera.sign_in(PERA, PASSWORD).await;
    assert_eq!(answer.status, 200);
    let expected = json!({ "second_factor": { "methods": ["totp", "recovery_code"], "passkeys": false } });
    assert_eq!(answer.body(), expected);
    assert_eq!((pera.cookie.clone(), pera.me().await), (None, "401 auth.required".to_owned()));

    // The code that set it up is used up; the next one opens, once.
    assert_eq!(second(&mut pera, "totp", &code(&world, &secret)).await, "422 validation.failed");
    next_step(&world);
    let now = code(&world, &secret);
    assert_eq!(second(&mut pera, "totp", &now).await, "200");
    assert_eq!(pera.me().await, PERA);
    assert!(pera.jar.is_empty(), "nothing waits: {:?}", pera.jar);
    let mut thief = world.browser();
    thief.sign_in(PERA, PASSWORD).await;
    assert_eq!(second(&mut thief, "totp", &now).await, "422 validation.failed");
    assert_eq!(thief.me().await, "401 auth.required");

    let list = home.get("/identity/me/security-events").await.body();
    let kinds: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    let kinds: Vec<&str> =
        kinds.into_iter().filter(|kind| !matches!(*kind, "new_device" | "account_verified")).collect();
    assert_eq!(kinds, ["factor_refused", "signed_in", "factor_refused", "totp_added", "signed_in"]);
    world.work().await;
    let told = |mail: &svetu_ports::Mail| mail.to == PERA && mail.subject.contains("ways into your account");
    assert!(world.letters.sent.lock().iter().any(told));
}

#[tokio::test]
async fn one_code_opens_once_however_many_try_at_once() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    next_step(&world);
    let now = code(&world, &secret);
    let mut browsers = Vec::new();
    for _ in 0..8 {
        let mut browser = world.browser();
        browser.sign_in(PERA, PASSWORD).await;
        browsers.push(browser);
    }
    let tries = browsers.iter_mut().map(|browser| second(browser, "totp", &now));
    let said = futures::future::join_all(tries).await;
    assert_eq!(said.iter().filter(|said| *said == "200").count(), 1, "{said:?}");
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_is_told_of() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (_, recovery) = enrol(&mut home).await;
    for (typed, said) in [
        (recovery[0].to_uppercase().replace('-', " "), "200"),
        (recovery[0].clone(), "422 validation.failed"),
        ("00000-00000".to_owned(), "422 validation.failed"),
        (recovery[1].clone(), "200"),
    ] {
        let mut pera = world.browser();
        pera.sign_in(PERA, PASSWORD).await;
        assert_eq!(second(&mut pera, "recovery_code", &typed).await, said, "{typed}");
    }
    let factors = home.get("/identity/me/factors").await.body();
    assert_eq!(factors["recovery_codes_left"], 8);
    // New ones put an end to the old ones.
    let renewed = home.send("POST /identity/me/recovery-codes", Value::Null).await.body();
    assert_eq!(renewed["recovery_codes"].as_array().unwrap().len(), 10);
    let mut pera = world.browser();
    pera.sign_in(PERA, PASSWORD).await;
    assert_eq!(second(&mut pera, "recovery_code", &recovery[2]).await, "422 validation.failed");
    // Nothing of them lies in clear.
    let rows: Vec<Vec<u8>> =
        sqlx::query_scalar("select hash from identity.recovery_code").fetch_all(world.db.pool()).await.unwrap();
    assert!(rows.iter().all(|hash| hash.len() == 32));
}

#[tokio::test]
async fn a_remembered_device_is_not_asked_until_it_is_forgotten() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    next_step(&world);
    let mut pera = world.browser();
    pera.sign_in(PERA, PASSWORD).await;
    let form = json!({ "method": "totp", "code": code(&world, &secret), "trust_device": true });
    assert_eq!(pera.send("POST /identity/sign-in/factor", form).await.said(), "200");
    assert_eq!(pera.jar.keys().collect::<Vec<_>>(), ["svetu_device"]);
    pera.send("POST /identity/sign-out", Value::Null).await;
    assert_eq!(pera.sign_in(PERA, PASSWORD).await.body()["me"]["email"], PERA);
    // It spares the code, it proves nothing: what is dangerous still asks for it.
    assert_eq!(pera.send("POST /identity/me/recovery-codes", Value::Null).await.said(), "401 auth.step_up_required");

    // Another's device helps nobody.
    let mut mika = world.member("mika@primer.rs").await;
    let (_, _) = enrol(&mut mika).await;
    let mut thief = world.browser();
    thief.jar = pera.jar.clone();
    assert!(thief.sign_in("mika@primer.rs", PASSWORD).await.body()["second_factor"].is_object());

    let devices = home.get("/identity/me/factors").await.body()["trusted_devices"].clone();
    let id = devices[0]["id"].as_str().unwrap();
    let line = format!("DELETE /identity/me/trusted-devices/{id}");
    assert_eq!(mika.send(&line, Value::Null).await.said(), "404 identity.no_such_factor");
    assert_eq!(home.send(&line, Value::Null).await.said(), "204");
    assert!(pera.sign_in(PERA, PASSWORD).await.body()["second_factor"].is_object());

    // A month later, or after a new password, it would not be known either.
    next_step(&world);
    let form = json!({ "method": "totp", "code": code(&world, &secret), "trust_device": true });
    pera.send("POST /identity/sign-in/factor", form.clone()).await;
    world.clock.advance(Duration::days(30));
    assert!(pera.sign_in(PERA, PASSWORD).await.body()["second_factor"].is_object());
    let form = json!({ "method": "totp", "code": code(&world, &secret), "trust_device": true });
    pera.send("POST /identity/sign-in/factor", form).await;
    pera.send("POST /identity/me/password", json!({ "current": PASSWORD, "new": "nova lozinka" })).await;
    assert!(pera.sign_in(PERA, "nova lozinka").await.body()["second_factor"].is_object());
}

#[tokio::test]
async fn what_waits_is_over_in_its_time_and_when_the_account_changes() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    let mut nobody = world.browser();
    assert_eq!(second(&mut nobody, "totp", "000000").await, "401 identity.sign_in_over");

    let mut pera = world.browser();
    pera.sign_in(PERA, PASSWORD).await;
    world.clock.advance(Duration::minutes(10));
    assert_eq!(second(&mut pera, "totp", &code(&world, &secret)).await, "401 identity.sign_in_over");

    // The password that opened this door is not the account's any more.
    pera.sign_in(PERA, PASSWORD).await;
    home.send("POST /identity/me/password", json!({ "current": PASSWORD, "new": "nova lozinka" })).await;
    next_step(&world);
    assert_eq!(second(&mut pera, "totp", &code(&world, &secret)).await, "401 identity.sign_in_over");
}

#[tokio::test]
async fn guesses_wait_longer_each_time() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    next_step(&world);
    let mut thief = world.browser();
    thief.sign_in(PERA, PASSWORD).await;
    let mut said = Vec::new();
    for _ in 0..7 {
        said.push(second(&mut thief, "totp", "000000").await);
    }
    assert_eq!(said[4..], ["422 validation.failed", "429 request.rate_limited", "429 request.rate_limited"]);
    // The owner, elsewhere, comes in all the same.
    let mut pera = world.browser();
    pera.sign_in(PERA, PASSWORD).await;
    assert_eq!(second(&mut pera, "totp", &code(&world, &secret)).await, "200");
}

#[tokio::test]
async fn who_knows_the_password_and_guesses_on_is_told_of_once_a_day() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let (secret, _) = enrol(&mut pera).await;
    world.work().await;
    let told = async || {
        world.work().await;
        let sent = world.letters.sent.lock();
        sent.iter().filter(|mail| mail.subject == "Somebody guesses at your sign-in code").count()
    };
    let mut thief = world.browser();
    for n in 1..=14 {
        world.clock.advance(Duration::minutes(16));
        thief.sign_in(PERA, PASSWORD).await;
        let right = code(&world, &secret);
        let wrong = if right == "000000" { "000001" } else { "000000" };
        assert_eq!(second(&mut thief, "totp", wrong).await, "422 validation.failed");
        let expected = usize::from(n >= 10);
        assert!(told().await <= expected, "{n}: an owner mistypes too");
    }
    assert_eq!(told().await, 1);
}

#[tokio::test]
async fn an_authenticator_of_another_secret_or_account_is_not_set_up() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let mut mika = world.member("mika@primer.rs").await;
    let offer = pera.send("POST /identity/me/totp", Value::Null).await.body();
    assert!(offer["uri"].as_str().unwrap().starts_with("otpauth://totp/Sve%20Tu:pera%40primer.rs?secret="));
    let secret = offer["secret"].as_str().unwrap();
    let form = json!({ "state": offer["state"], "code": code(&world, secret) });
    assert_eq!(mika.send("PUT /identity/me/totp", form.clone()).await.said(), "422 validation.failed");
    let wrong = json!({ "state": offer["state"], "code": "000000" });
    assert_eq!(pera.send("PUT /identity/me/totp", wrong).await.said(), "422 validation.failed");
    let changed = json!({ "state": "x".repeat(200), "code": code(&world, secret) });
    assert_eq!(pera.send("PUT /identity/me/totp", changed).await.said(), "422 validation.failed");
    assert_eq!(pera.get("/identity/me/factors").await.body()["totp_since"], Value::Null);
    assert_eq!(pera.send("PUT /identity/me/totp", form).await.said(), "200");
    // Taken away, the password is enough again, and the recovery codes are gone.
    assert_eq!(pera.send("DELETE /identity/me/totp", Value::Null).await.said(), "204");
    assert_eq!(pera.send("DELETE /identity/me/totp", Value::Null).await.said(), "404 identity.no_such_factor");
    assert_eq!(pera.send("POST /identity/me/recovery-codes", Value::Null).await.said(), "404 identity.no_such_factor");
    assert_eq!(world.count("select count(*) from identity.recovery_code").await, 0);
    assert_eq!(world.browser().sign_in(PERA, PASSWORD).await.body()["me"]["email"], PERA);
}

#[tokio::test]
async fn recovery_by_letter_asks_for_the_second_factor_too() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, recovery) = enrol(&mut home).await;
    let mut pera = world.browser();
    pera.send("POST /identity/recovery", json!({ "email": PERA })).await;
    let token = world.token(PERA).await;
    let form = json!({ "token": token, "password": "nova lozinka" });
    assert!(pera.send("POST /identity/recovery/complete", form).await.body()["second_factor"].is_object());
    assert_eq!((pera.me().await, home.me().await), ("401 auth.required".to_owned(), "401 auth.required".to_owned()));
    next_step(&world);
    assert_eq!(second(&mut pera, "totp", &code(&world, &secret)).await, "200");
    // Who lost the authenticator has the recovery codes.
    let mut again = world.browser();
    again.sign_in(PERA, "nova lozinka").await;
    assert_eq!(second(&mut again, "recovery_code", &recovery[0]).await, "200");
}

#[tokio::test]
async fn the_secret_is_sealed_to_its_account() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    let (secret, _) = enrol(&mut pera).await;
    let mut mika = world.member("mika@primer.rs").await;
    enrol(&mut mika).await;
    let sealed: Vec<Vec<u8>> =
        sqlx::query_scalar("select sealed from identity.totp").fetch_all(world.db.pool()).await.unwrap();
    let plain = totp_rs::Secret::try_from_base32(&secret).unwrap();
    let plain: &[u8] = plain.as_ref();
    assert!(sealed.iter().all(|row| !row.windows(plain.len()).any(|part| part == plain)));
    // Who can write the table cannot give their own authenticator to another account.
    sqlx::query(
        "update identity.totp t set sealed = other.sealed, last_step = 0 from identity.totp other
         where t.account <> other.account",
    )
    .execute(world.db.pool())
    .await
    .unwrap();
    next_step(&world);
    let mut thief = world.browser();
    thief.sign_in("mika@primer.rs", PASSWORD).await;
    assert_eq!(second(&mut thief, "totp", &code(&world, &secret)).await, "500 internal");
    assert_eq!(thief.me().await, "401 auth.required");
}

/// Who knows the password and guesses on, from wherever: thirty a day are all. From where the owner was before they come in.
#[tokio::test]
async fn strangers_guess_at_the_second_factor_so_often_a_day() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    let guess = async || {
        let mut thief = world.browser();
        assert_eq!(thief.sign_in(PERA, PASSWORD).await.status, 200);
        let right = code(&world, &secret);
        second(&mut thief, "totp", if right == "000000" { "000001" } else { "000000" }).await
    };
    for n in 0..30 {
        assert_eq!(guess().await, "422 validation.failed", "{n}");
        world.clock.advance(Duration::seconds(40));
    }
    assert_eq!(guess().await, "429 request.rate_limited");
    let mut pera = world.browser();
    pera.address = home.address;
    pera.sign_in(PERA, PASSWORD).await;
    assert_eq!(second(&mut pera, "totp", &code(&world, &secret)).await, "200");
    world.clock.advance(Duration::days(1));
    assert_eq!(guess().await, "422 validation.failed");
}

/// A page of another host of the domain can plant a cookie, but none of these (RFC 6265bis §4.1.3.2).
#[tokio::test]
async fn with_tls_the_cookies_are_this_hosts() {
    let world = World::with(true, crate::world::CHEAP).await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    next_step(&world);
    let mut pera = world.browser();
    pera.sign_in(PERA, PASSWORD).await;
    assert_eq!(pera.jar.keys().collect::<Vec<_>>(), ["__Host-svetu_pending"]);
    let mut planted = world.browser();
    planted.jar.insert("svetu_pending".to_owned(), pera.jar["__Host-svetu_pending"].clone());
    assert_eq!(second(&mut planted, "totp", &code(&world, &secret)).await, "401 identity.sign_in_over");
    let form = json!({ "method": "totp", "code": code(&world, &secret), "trust_device": true });
    let answer = pera.send("POST /identity/sign-in/factor", form).await;
    assert_eq!(answer.said(), "200");
    assert_eq!(pera.jar.keys().collect::<Vec<_>>(), ["__Host-svetu_device"]);
    let mut lines = answer.headers.get_all(http::header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    assert!(lines.all(|line| line.starts_with("__Host-") && line.contains("; Path=/;") && line.contains("; Secure")));
    pera.send("POST /identity/sign-out", Value::Null).await;
    assert_eq!(pera.sign_in(PERA, PASSWORD).await.body()["me"]["email"], PERA);
    let mut mailed = world.browser();
    mailed.send("POST /identity/sign-in/code", json!({ "email": PERA })).await;
    assert_eq!(mailed.jar.keys().collect::<Vec<_>>(), ["__Host-svetu_code"]);
}
