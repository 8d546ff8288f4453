//! Telephones: proven by a code, signed in with by another, nobody told whose they are.

use chrono::Duration;
use serde_json::{Value, json};
use svetu_identity::PhoneConfig;

use crate::{
    factors::{code, enrol, next_step, second},
    world::{Browser, PASSWORD, Settings, World},
};

const PERA: &str = "pera@primer.rs";
const NUMBER: &str = "+381641234567";
const OTHER: &str = "+381607654321";
const WRONG: &str = "422 validation.failed";

async fn ask(browser: &mut Browser<'_>, number: &str) -> String {
    browser.send("POST /identity/me/phone", json!({ "phone": number })).await.said()
}

async fn confirm(browser: &mut Browser<'_>, code: &str) -> String {
    browser.send("PUT /identity/me/phone", json!({ "code": code })).await.said()
}

async fn ask_in(browser: &mut Browser<'_>, number: &str) -> String {
    browser.send("POST /identity/sign-in/code", json!({ "phone": number })).await.said()
}

async fn sign_in(browser: &mut Browser<'_>, code: &str) -> String {
    browser.send("POST /identity/sign-in/code/complete", json!({ "code": code })).await.said()
}

/// The code of the newest message to the number.
async fn sent(world: &World, number: &str) -> String {
    world.work().await;
    let sent = world.texts.sent.lock();
    let text = &sent.iter().rfind(|sms| sms.to == number).expect("a message").text;
    text.split(|c: char| !c.is_ascii_digit()).find(|part| part.len() == 6).expect("a code").to_owned()
}

async fn with_phone<'w>(world: &'w World, email: &str, number: &str) -> Browser<'w> {
    let mut browser = world.member(email).await;
    assert_eq!(ask(&mut browser, number).await, "202");
    let code = sent(world, number).await;
    assert_eq!(confirm(&mut browser, &code).await, "204");
    browser
}

#[tokio::test]
async fn a_number_is_proven_by_who_asked_and_holds_it() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    assert_eq!(ask(&mut pera, "064/123-45-67").await, "202");
    let code = sent(&world, NUMBER).await;
    // Until then it is nothing: no message goes to who asks to sign in with it.
    assert_eq!(pera.get("/identity/me/factors").await.body()["phone"], Value::Null);
    ask_in(&mut world.browser(), NUMBER).await;
    world.work().await;
    assert_eq!(world.texts.sent.lock().len(), 1);
    // Whoever reads it elsewhere has not asked, and another's browser proves nothing for Mika.
    let mut mika = world.member("mika@primer.rs").await;
    assert_eq!(confirm(&mut mika, &code).await, WRONG);
    let mut again = world.browser();
    again.sign_in(PERA, PASSWORD).await;
    assert_eq!(confirm(&mut again, &code).await, WRONG);
    assert_eq!(confirm(&mut pera, &code).await, "204");
    assert_eq!(confirm(&mut pera, &code).await, WRONG);
    assert_eq!(pera.get("/identity/me/factors").await.body()["phone"], NUMBER);
    world.work().await;
    assert!(world.letters.sent.lock().iter().any(|mail| mail.text.contains("a telephone")));
    let sealed: Vec<u8> =
        sqlx::query_scalar("select sealed || blind from identity.phone").fetch_one(world.db.pool()).await.unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("64123"));
    // Stolen cookie and all: what Pera asked for is not Mika's.
    world.clock.advance(Duration::minutes(3));
    ask(&mut pera, OTHER).await;
    let code = sent(&world, OTHER).await;
    mika.jar = pera.jar.clone();
    assert_eq!(confirm(&mut mika, &code).await, WRONG);
}

#[tokio::test]
async fn a_message_signs_in_once_and_here_alone() {
    let world = World::new().await;
    let mut pera = with_phone(&world, PERA, NUMBER).await;
    let mut other = world.browser();
    assert_eq!(ask_in(&mut other, "064 123 4567").await, "202");
    let code = sent(&world, NUMBER).await;
    let mut thief = world.browser();
    assert_eq!(sign_in(&mut thief, &code).await, WRONG);
    let kept = other.jar.clone();
    assert_eq!(sign_in(&mut other, &code).await, "200");
    assert_eq!(other.me().await, PERA);
    thief.jar = kept;
    assert_eq!(sign_in(&mut thief, &code).await, WRONG);
    let sessions = world.count("select count(*) from identity.session where methods = '{sms}'").await;
    assert_eq!(sessions, 1);
    // A code that signs in proves no number.
    ask_in(&mut pera, NUMBER).await;
    let code = sent(&world, NUMBER).await;
    let name = pera.jar["svetu_code"].clone();
    pera.jar.insert("svetu_phone".to_owned(), name);
    assert_eq!(confirm(&mut pera, &code).await, WRONG);

    assert_eq!(other.send("DELETE /identity/me/phone", Value::Null).await.said(), "204");
    assert_eq!(other.send("DELETE /identity/me/phone", Value::Null).await.said(), "404 identity.no_such_factor");
    let before = world.texts.sent.lock().len();
    ask_in(&mut world.browser(), NUMBER).await;
    world.work().await;
    assert_eq!(world.texts.sent.lock().len(), before);
}

#[tokio::test]
async fn a_stranger_gets_the_same_answer() {
    let world = World::new().await;
    with_phone(&world, PERA, NUMBER).await;
    let mut answers = Vec::new();
    for number in [NUMBER, OTHER] {
        let mut browser = world.browser();
        let answer = browser.send("POST /identity/sign-in/code", json!({ "phone": number })).await;
        answers.push((answer.said(), answer.bytes.clone(), answer.set_cookie().len()));
        let jobs = world.count("select count(*) from identity.job where payload::text like '%641234%'").await;
        assert_eq!(jobs, 0);
        world.work().await;
        assert_eq!(sign_in(&mut browser, "000000").await, WRONG);
    }
    assert_eq!(answers[0], answers[1]);
    for (form, field) in [
        (json!({ "phone": "pozovi me" }), "/phone"),
        (json!({ "phone": "+15550100100" }), "/phone"),
        (json!({}), "/email"),
        (json!({ "email": PERA, "phone": NUMBER }), "/phone"),
    ] {
        let answer = world.browser().send("POST /identity/sign-in/code", form).await;
        assert_eq!((answer.status, &answer.body()["errors"][0]["field"]), (422, &json!(field)));
    }
}

#[tokio::test]
async fn a_number_is_one_persons() {
    let world = World::new().await;
    let mut pera = with_phone(&world, PERA, NUMBER).await;
    let mut mika = world.member("mika@primer.rs").await;
    // Asking tells nothing; who holds the telephone is told.
    assert_eq!(ask(&mut mika, NUMBER).await, "202");
    let code = sent(&world, NUMBER).await;
    assert_eq!(confirm(&mut mika, &code).await, "409 identity.phone_taken");
    assert_eq!(confirm(&mut mika, &code).await, WRONG);
    assert_eq!(pera.get("/identity/me/factors").await.body()["phone"], NUMBER);
    // Removed there it is free here; another number takes the place of the first.
    assert_eq!(pera.send("DELETE /identity/me/phone", Value::Null).await.said(), "204");
    for number in [NUMBER, OTHER] {
        world.clock.advance(Duration::minutes(3));
        assert_eq!(ask(&mut mika, number).await, "202");
        let code = sent(&world, number).await;
        assert_eq!(confirm(&mut mika, &code).await, "204");
    }
    assert_eq!(world.count("select count(*) from identity.phone").await, 1);
}

#[tokio::test]
async fn guesses_lateness_and_an_old_proof_open_nothing() {
    let world = World::new().await;
    let mut pera = with_phone(&world, PERA, NUMBER).await;
    let mut other = world.browser();
    ask_in(&mut other, NUMBER).await;
    let code = sent(&world, NUMBER).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(sign_in(&mut other, wrong).await, WRONG);
    }
    assert_eq!(sign_in(&mut other, &code).await, WRONG);
    world.clock.advance(Duration::minutes(11));
    ask_in(&mut other, NUMBER).await;
    let code = sent(&world, NUMBER).await;
    world.clock.advance(Duration::minutes(10));
    assert_eq!(sign_in(&mut other, &code).await, WRONG);
    assert_eq!(ask(&mut pera, OTHER).await, "401 auth.step_up_required");
    assert_eq!(pera.send("DELETE /identity/me/phone", Value::Null).await.said(), "401 auth.step_up_required");
    // What is over goes.
    world.clock.advance(Duration::hours(2));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.phone_code").await, 0);
}

#[tokio::test]
async fn the_accounts_second_factor_is_asked_for() {
    let world = World::new().await;
    let mut pera = with_phone(&world, PERA, NUMBER).await;
    let (secret, _) = enrol(&mut pera).await;
    next_step(&world);
    let mut other = world.browser();
    ask_in(&mut other, NUMBER).await;
    let sms = sent(&world, NUMBER).await;
    assert_eq!(sign_in(&mut other, &sms).await, "200");
    assert_eq!(other.me().await, "401 auth.required");
    assert_eq!(second(&mut other, "totp", &code(&world, &secret)).await, "200");
    assert_eq!(other.me().await, PERA);
}

#[tokio::test]
async fn messages_are_few_and_their_cost_is_bounded() {
    let phones = PhoneConfig { per_hour_max: 4, ..PhoneConfig::default() };
    let world = World::set(Settings { phones, ..Settings::default() }).await;
    with_phone(&world, PERA, NUMBER).await;
    // To one number from everywhere: five an hour, one of them gone. Known or not.
    for (number, free) in [(NUMBER, 4), (OTHER, 5)] {
        for n in 0..=free {
            let told = ask_in(&mut world.browser(), number).await;
            assert_eq!(told, if n < free { "202" } else { "429 request.rate_limited" }, "{number} {n}");
        }
    }
    world.work().await;
    // All together: what may be spent.
    assert_eq!(world.texts.sent.lock().len(), 4);
    // From one network, whatever the numbers: ten an hour.
    let mut browser = world.browser();
    for n in 0..11 {
        let told = ask_in(&mut browser, &format!("+3816100000{n:02}")).await;
        assert_eq!(told, if n < 10 { "202" } else { "429 request.rate_limited" }, "{n}");
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_tried_again_and_told_of_without_the_number() {
    let world = World::new().await;
    let mut pera = world.member(PERA).await;
    *world.texts.down.lock() = Some("503".to_owned());
    ask(&mut pera, NUMBER).await;
    world.work().await;
    let reason: Option<String> = sqlx::query_scalar("select reason from identity.job where kind = 'identity.text'")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert_eq!(reason.unwrap(), "transient: the message waits for its provider: 503");
    *world.texts.down.lock() = None;
    world.clock.advance(Duration::minutes(1));
    let code = sent(&world, NUMBER).await;
    assert_eq!(confirm(&mut pera, &code).await, "204");
}
