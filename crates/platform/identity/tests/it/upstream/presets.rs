//! Providers that are not like others: Apple's answer by a form and signed secret, Facebook's addresses that nobody vouches for.

use chrono::Duration;
use serde_json::{Value, json};

use super::{
    PERA,
    elsewhere::{ID, Kind, location, post_back, world, world_of},
    link, logins, sign_up,
};
use crate::world::{Browser, PASSWORD, World};

const ADDRESS: &str = "/sign-up/upstream/address?next=%2F";
const OVER: &str = "/sign-in?upstream=over&next=%2F";

async fn go_on(browser: &mut Browser<'_>, to: &str) -> String {
    let path = to.strip_prefix("/api/v1").unwrap();
    location(&browser.get(path).await)
}

#[tokio::test]
async fn an_answer_by_form_is_taken_on_to_the_browser_that_asked() {
    let (world, elsewhere) = world_of(Kind::Apple).await;
    let mut pera = world.browser();
    let mut form = elsewhere.depart(&mut pera, "").await;
    let user = json!({ "name": { "firstName": "Petar", "lastName": "Perić" }, "email": "zli@primer.rs" });
    form.push(("user".to_owned(), user.to_string()));
    let to = post_back(&world, &form).await;
    assert!(to.starts_with(&format!("/api/v1/identity/upstreams/{ID}/callback?code=kod&state=")), "{to}");
    // No name in an address.
    assert!(!to.contains("Petar") && to.contains("&named="), "{to}");
    assert_eq!(go_on(&mut pera, &to).await, "/sign-up/upstream?next=%2F");
    let waits = pera.get("/identity/upstreams/waiting").await.body();
    assert_eq!((&waits["email"], &waits["display_name"]), (&json!(PERA), &json!("Petar Perić")));
    assert_eq!(sign_up(&mut pera).await, "200");
    assert_eq!(pera.me().await, PERA);
    // The name comes once; from then on it is one step, and a form is one answer.
    let mut other = world.browser();
    let back = elsewhere.depart(&mut other, "").await;
    let to = post_back(&world, &back).await;
    assert_eq!(go_on(&mut other, &to).await, "/session/sign-in?next=%2F");
    assert_eq!(other.me().await, PERA);
    assert_eq!(go_on(&mut other, &to).await, OVER);
}

#[tokio::test]
async fn a_form_decides_nothing() {
    let (world, elsewhere) = world_of(Kind::Apple).await;
    let (mut pera, mut thief) = (world.browser(), world.browser());
    let form = elsewhere.depart(&mut pera, "").await;
    // Of another browser, or with a name that was sealed for another answer.
    let to = post_back(&world, &form).await;
    elsewhere.depart(&mut thief, "").await;
    assert_eq!(go_on(&mut thief, &to).await, OVER);
    let mut foreign = vec![("code".to_owned(), "kod".to_owned()), ("state".to_owned(), "x".to_owned())];
    foreign.push(("user".to_owned(), json!({ "name": { "firstName": "Zli" } }).to_string()));
    let named = post_back(&world, &foreign).await.split("&named=").nth(1).unwrap().to_owned();
    let form = elsewhere.depart(&mut pera, "").await;
    let to = post_back(&world, &form).await;
    assert_eq!(go_on(&mut pera, &format!("{to}&named={named}")).await, "/sign-up/upstream?next=%2F");
    assert_eq!(pera.get("/identity/upstreams/waiting").await.body()["display_name"], Value::Null);
    // What says no says it by the form too; what is twice or too long is not there.
    let mut form = elsewhere.depart(&mut pera, "").await;
    form.push(("error".to_owned(), "user_cancelled_authorize".to_owned()));
    let to = post_back(&world, &form).await;
    assert_eq!(go_on(&mut pera, &to).await, "/sign-in?upstream=declined&next=%2F");
    let mut form = elsewhere.depart(&mut pera, "").await;
    form.push(form[1].clone());
    let to = post_back(&world, &form).await;
    assert!(!to.contains("state="), "{to}");
    let long = vec![("code".to_owned(), "x".repeat(5_000)), ("state".to_owned(), "x".to_owned())];
    assert_eq!(post_back(&world, &long).await, format!("/api/v1/identity/upstreams/{ID}/callback?state=x"));
    let longer = vec![("code".to_owned(), "x".repeat(20_000))];
    assert_eq!(post_back(&world, &longer).await, format!("/api/v1/identity/upstreams/{ID}/callback?"));
}

#[tokio::test]
async fn only_who_answers_by_form_is_heard_so() {
    let (world, elsewhere) = world().await;
    let mut pera = world.browser();
    let form = elsewhere.depart(&mut pera, "").await;
    assert_eq!(post_back(&world, &form).await, OVER);
}

async fn send_code(browser: &mut Browser<'_>) -> String {
    browser.send("POST /identity/upstreams/waiting/code", json!({ "language": "en" })).await.said()
}

async fn confirm(browser: &mut Browser<'_>, code: &str) -> String {
    browser.send("POST /identity/upstreams/waiting/confirm", json!({ "code": code })).await.said()
}

async fn code_in_letter(world: &World) -> String {
    let letter = world.letter(PERA).await;
    assert_eq!(letter.subject, "A code to confirm your address");
    letter.text.lines().find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit())).unwrap().to_owned()
}

#[tokio::test]
async fn an_address_that_nobody_vouches_for_is_proven_by_our_own_letter() {
    let (world, elsewhere) = world_of(Kind::Facebook).await;
    let mut pera = world.browser();
    assert_eq!(elsewhere.go(&mut pera, "").await, ADDRESS);
    let waits = pera.get("/identity/upstreams/waiting").await.body();
    assert_eq!((&waits["waits_for"], &waits["email"]), (&json!("confirm"), &json!(PERA)));
    // Nothing is opened or linked by the provider's word, and no letter goes before its person asks for it.
    assert_eq!(sign_up(&mut pera).await, "401 identity.sign_in_over");
    assert_eq!(confirm(&mut pera, "000000").await, "422 validation.failed");
    world.work().await;
    assert_eq!(world.letters_to(PERA).await, 0);
    assert_eq!(send_code(&mut pera).await, "202");
    let rows: Vec<u8> =
        sqlx::query_scalar("select sealed from identity.upstream_code").fetch_one(world.db.pool()).await.unwrap();
    assert!(!String::from_utf8_lossy(&rows).contains("pera"));
    let code = code_in_letter(&world).await;
    assert_eq!(world.count("select count(*) from identity.upstream_code where sealed is null").await, 1);
    // Another browser's guess is its own.
    assert_eq!(confirm(&mut world.browser(), &code).await, "401 identity.sign_in_over");
    let before = pera.jar.clone();
    assert_eq!(confirm(&mut pera, &code).await, "200");
    assert_eq!(pera.get("/identity/upstreams/waiting").await.body()["waits_for"], "sign_up");
    let mut again = world.browser();
    again.jar = before;
    assert_eq!(confirm(&mut again, &code).await, "422 validation.failed");
    assert_eq!(send_code(&mut again).await, "202");
    let second = code_in_letter(&world).await;
    assert_eq!(confirm(&mut again, &second).await, "401 identity.sign_in_over");
    assert_eq!(sign_up(&mut pera).await, "200");
    assert_eq!(pera.me().await, PERA);
    let mut other = world.browser();
    assert_eq!(elsewhere.go(&mut other, "").await, "/session/sign-in?next=%2F");
    assert_eq!(other.me().await, PERA);
}

/// Who claims an address elsewhere learns nothing of it here.
#[tokio::test]
async fn whether_an_address_has_an_account_is_told_to_who_has_the_mailbox() {
    let (world, elsewhere) = world_of(Kind::Facebook).await;
    world.member(PERA).await;
    let mut pera = world.browser();
    assert_eq!(elsewhere.go(&mut pera, "").await, ADDRESS);
    assert_eq!(send_code(&mut pera).await, "202");
    let code = code_in_letter(&world).await;
    for _ in 0..4 {
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(confirm(&mut pera, wrong).await, "422 validation.failed");
    }
    assert_eq!(confirm(&mut pera, &code).await, "200");
    let waits = pera.get("/identity/upstreams/waiting").await.body();
    assert_eq!(waits["waits_for"], "link");
    // Still its person signs in and says so.
    assert_eq!(link(&mut pera).await, "401 auth.required");
    assert_eq!(sign_up(&mut pera).await, "401 identity.sign_in_over");
    assert_eq!(pera.sign_in(PERA, PASSWORD).await.said(), "200");
    assert_eq!(link(&mut pera).await, "204");
    assert_eq!(logins(&world).await, 1);
}

#[tokio::test]
async fn a_code_has_five_tries_and_ten_minutes() {
    let (world, elsewhere) = world_of(Kind::Facebook).await;
    let mut pera = world.browser();
    elsewhere.go(&mut pera, "").await;
    send_code(&mut pera).await;
    let code = code_in_letter(&world).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(confirm(&mut pera, wrong).await, "422 validation.failed");
    }
    assert_eq!(confirm(&mut pera, &code).await, "422 validation.failed");
    send_code(&mut pera).await;
    let code = code_in_letter(&world).await;
    world.clock.advance(Duration::minutes(10));
    assert_eq!(confirm(&mut pera, &code).await, "422 validation.failed");
    // Letters to one address are few.
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(send_code(&mut pera).await);
    }
    assert!(answers.iter().any(|answer| answer.starts_with("429")), "{answers:?}");
    // What was not used goes with its time.
    world.clock.advance(Duration::hours(2));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.upstream_code").await, 0);
}
