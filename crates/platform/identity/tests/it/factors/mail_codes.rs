use chrono::Duration;
use serde_json::{Value, json};

use super::{code, enrol, next_step, second};
use crate::world::{Browser, PASSWORD, World};

const PERA: &str = "pera@primer.rs";

async fn ask(browser: &mut Browser<'_>, email: &str) -> String {
    browser.send("POST /identity/sign-in/code", json!({ "email": email })).await.said()
}

async fn mailed(world: &World, email: &str) -> String {
    let letter = world.letter(email).await;
    let code = letter.text.lines().find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    code.expect("a code").to_owned()
}

async fn complete(browser: &mut Browser<'_>, code: &str) -> String {
    browser.send("POST /identity/sign-in/code/complete", json!({ "code": code })).await.said()
}

#[tokio::test]
async fn a_code_by_mail_signs_in_once_and_here_alone() {
    let world = World::new().await;
    world.member(PERA).await;
    let mut pera = world.browser();
    assert_eq!(ask(&mut pera, PERA).await, "202");
    let sent = mailed(&world, PERA).await;
    // Whoever reads the letter elsewhere has not asked.
    let mut thief = world.browser();
    ask(&mut thief, "nobody@primer.rs").await;
    assert_eq!(complete(&mut thief, &sent).await, "422 validation.failed");
    let mut again = world.browser();
    again.jar = pera.jar.clone();
    assert_eq!(complete(&mut pera, &sent).await, "200");
    assert_eq!(pera.me().await, PERA);
    assert_eq!(complete(&mut again, &sent).await, "422 validation.failed");
    // What the session remembers of it.
    let methods: Vec<String> =
        sqlx::query_scalar("select methods from identity.session order by created_at desc, id desc limit 1")
            .fetch_one(world.db.pool())
            .await
            .unwrap();
    assert_eq!(methods, ["otp"]);
}

#[tokio::test]
async fn a_stranger_gets_the_same_answer() {
    let world = World::new().await;
    world.member(PERA).await;
    let mut answers = Vec::new();
    for email in [PERA, "nobody@primer.rs"] {
        let mut browser = world.browser();
        let answer = browser.send("POST /identity/sign-in/code", json!({ "email": email })).await;
        let cookie = answer.set_cookie().to_owned();
        answers.push((answer.said(), answer.bytes.clone(), cookie.len()));
        assert_eq!(complete(&mut browser, "000000").await, "422 validation.failed");
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(world.letters_to("nobody@primer.rs").await, 0);
    let wrong = world.browser().send("POST /identity/sign-in/code", json!({ "email": "x" })).await;
    assert_eq!(wrong.body()["errors"][0]["field"], "/email");
}

#[tokio::test]
async fn five_wrong_guesses_end_a_code_and_ten_minutes_do() {
    let world = World::new().await;
    world.member(PERA).await;
    let mut pera = world.browser();
    ask(&mut pera, PERA).await;
    let sent = mailed(&world, PERA).await;
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(complete(&mut pera, wrong).await, "422 validation.failed");
    }
    assert_eq!(complete(&mut pera, &sent).await, "422 validation.failed");

    world.clock.advance(Duration::minutes(1));
    ask(&mut pera, PERA).await;
    let sent = mailed(&world, PERA).await;
    world.clock.advance(Duration::minutes(10));
    assert_eq!(complete(&mut pera, &sent).await, "422 validation.failed");
}

#[tokio::test]
async fn with_an_authenticator_a_code_by_mail_is_the_first_factor_alone() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    next_step(&world);
    let mut pera = world.browser();
    ask(&mut pera, PERA).await;
    let sent = mailed(&world, PERA).await;
    assert_eq!(complete(&mut pera, &sent).await, "200");
    assert_eq!(pera.me().await, "401 auth.required");
    assert_eq!(second(&mut pera, "totp", &code(&world, &secret)).await, "200");
    assert_eq!(pera.me().await, PERA);
}

#[tokio::test]
async fn who_has_not_proven_the_address_gets_the_letter_that_does() {
    let world = World::new().await;
    let mut pera = world.browser();
    pera.sign_up(PERA, PASSWORD).await;
    world.letter(PERA).await;
    world.clock.advance(Duration::minutes(5));
    assert_eq!(ask(&mut pera, PERA).await, "202");
    let token = world.token(PERA).await;
    assert_eq!(pera.send("POST /identity/verify-email", json!({ "token": token })).await.said(), "200");
    assert_eq!(world.count("select count(*) from identity.mail_code").await, 0);
    // Old ones are cleaned up.
    ask(&mut pera, PERA).await;
    mailed(&world, PERA).await;
    assert_eq!(world.count("select count(*) from identity.mail_code").await, 1);
    world.clock.advance(Duration::hours(2));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.mail_code").await, 0);
    assert_eq!(pera.get("/identity/me/factors").await.body()["password"], Value::Bool(true));
}

async fn wrong(browser: &mut Browser<'_>, right: &str) -> String {
    complete(browser, if right == "000000" { "000001" } else { "000000" }).await
}

/// Six codes, five tries each, from as many networks: from there on no stranger's guess is right, until tomorrow.
#[tokio::test]
async fn strangers_guess_at_an_account_so_often_a_day() {
    let world = World::new().await;
    let home = world.member(PERA).await.address;
    for _ in 0..6 {
        let mut thief = world.browser();
        ask(&mut thief, PERA).await;
        let sent = mailed(&world, PERA).await;
        for _ in 0..5 {
            assert_eq!(wrong(&mut thief, &sent).await, "422 validation.failed");
        }
        world.clock.advance(Duration::minutes(7));
    }
    let lucky = async || {
        let mut thief = world.browser();
        ask(&mut thief, PERA).await;
        let sent = mailed(&world, PERA).await;
        (complete(&mut thief, &sent).await, complete(&mut thief, &sent).await)
    };
    assert_eq!(lucky().await, ("422 validation.failed".to_owned(), "422 validation.failed".to_owned()));
    // The owner, where they were before, is not kept out.
    let mut pera = world.browser();
    pera.address = home;
    ask(&mut pera, PERA).await;
    let sent = mailed(&world, PERA).await;
    assert_eq!(complete(&mut pera, &sent).await, "200");
    world.clock.advance(Duration::days(1));
    assert_eq!(lucky().await.0, "200");
}

#[tokio::test]
async fn a_network_guesses_so_often_a_day() {
    let world = World::new().await;
    world.member(PERA).await;
    let mut crowd = world.browser();
    for n in 0..200 {
        if n % 5 == 0 {
            ask(&mut crowd, &format!("somebody{n}@primer.rs")).await;
        }
        assert_eq!(complete(&mut crowd, "000000").await, "422 validation.failed");
        world.clock.advance(Duration::seconds(3));
    }
    let mut neighbour = world.browser();
    neighbour.address = crowd.address;
    ask(&mut neighbour, PERA).await;
    let sent = mailed(&world, PERA).await;
    assert_eq!(complete(&mut neighbour, &sent).await, "429 request.rate_limited");
    // Another process knows it as well: what is counted lies in the database, and names nobody.
    let names: Vec<Vec<u8>> =
        sqlx::query_scalar("select whose from identity.wrong_guess").fetch_all(world.db.pool()).await.unwrap();
    assert!(names.len() > 1 && names.iter().all(|whose| whose.len() == 32));
    let mut elsewhere = world.browser();
    ask(&mut elsewhere, PERA).await;
    let sent = mailed(&world, PERA).await;
    assert_eq!(complete(&mut elsewhere, &sent).await, "200");
    world.clock.advance(Duration::days(1));
    assert_eq!(complete(&mut neighbour, "000000").await, "422 validation.failed");
    world.clock.advance(Duration::days(2));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.wrong_guess").await, 0);
}
