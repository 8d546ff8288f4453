//! Signing in by an account elsewhere: the ways in, and what must not become one.

mod elsewhere;
mod presets;
mod refusals;

use chrono::Duration;
use elsewhere::{ID, come_back, world};
use serde_json::{Value, json};

use crate::{
    factors::{code, enrol, next_step, second},
    world::{Browser, PASSWORD, World},
};

const PERA: &str = "pera@primer.rs";

async fn sign_up(browser: &mut Browser<'_>) -> String {
    let form = json!({ "display_name": "Pera", "language": "ru", "accept_terms": true });
    browser.send("POST /identity/upstreams/sign-up", form).await.said()
}

async fn link(browser: &mut Browser<'_>) -> String {
    browser.send("POST /identity/me/upstreams", Value::Null).await.said()
}

async fn logins(world: &World) -> i64 {
    world.count("select count(*) from identity.upstream_login").await
}

#[tokio::test]
async fn an_account_is_opened_entered_and_unlinked() {
    let (world, elsewhere) = world().await;
    let mut pera = world.browser();
    let list = pera.get("/identity/upstreams").await.body();
    assert_eq!(list["items"], json!([{ "id": ID, "name": "Drugde", "brand": "other" }]));
    assert_eq!(elsewhere.go(&mut pera, "?return_to=/ru/post&lang=ru").await, "/ru/sign-up/upstream?next=%2Fru%2Fpost");
    // Until the person says so there is no account.
    assert_eq!(world.count("select count(*) from identity.account").await, 0);
    let waits = pera.get("/identity/upstreams/waiting").await.body();
    assert_eq!(waits["waits_for"], "sign_up");
    assert_eq!((&waits["email"], &waits["display_name"]), (&json!(PERA), &json!("Pera Perić")));
    let mut stranger = world.browser();
    assert_eq!(stranger.get("/identity/upstreams/waiting").await.said(), "404 identity.no_such_request");
    assert_eq!(sign_up(&mut stranger).await, "401 identity.sign_in_over");
    let unwilling = json!({ "display_name": "P", "language": "ru", "accept_terms": false });
    let answer = pera.send("POST /identity/upstreams/sign-up", unwilling).await.body();
    let fields: Vec<&str> =
        answer["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["/display_name", "/accept_terms"]);
    let kept = pera.jar.clone();
    assert_eq!(sign_up(&mut pera).await, "200");
    assert_eq!(pera.me().await, PERA);
    assert_eq!(pera.get("/identity/me/factors").await.body()["password"], false);
    // Once.
    let mut again = world.browser();
    again.jar = kept;
    assert_eq!(sign_up(&mut again).await, "401 identity.sign_in_over");

    // From here on it is one step, wherever: a device that was not seen before is told of.
    let mut other = world.browser();
    assert_eq!(
        elsewhere.go(&mut other, "?return_to=/account/ads?x=1").await,
        "/session/sign-in?next=%2Faccount%2Fads%3Fx%3D1"
    );
    assert_eq!(other.me().await, PERA);
    assert!(world.letter(PERA).await.subject.contains("нового устройства"));
    let sessions = world.count("select count(*) from identity.session where methods = '{fed}'").await;
    assert_eq!(sessions, 2);

    // Listed, told to its owner, taken away.
    let linked = other.get("/identity/me/upstreams").await.body();
    assert_eq!(linked["items"][0]["upstream"], json!({ "id": ID, "name": "Drugde", "brand": "other" }));
    assert_eq!(linked["items"][0]["email"], PERA);
    let personal = personal(&world).await;
    assert!(personal.contains("248289761001") && personal.contains(&elsewhere.url), "{personal}");
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed || blind from identity.upstream_login")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("24828976"));
    let unlink = format!("DELETE /identity/me/upstreams/{ID}");
    world.clock.advance(Duration::minutes(11));
    assert_eq!(other.send(&unlink, Value::Null).await.said(), "401 auth.step_up_required");
    let mut fresh = world.browser();
    elsewhere.go(&mut fresh, "").await;
    assert_eq!(fresh.send(&unlink, Value::Null).await.said(), "204");
    assert_eq!(fresh.send(&unlink, Value::Null).await.said(), "404 identity.no_such_factor");
    world.work().await;
    assert!(world.letters.sent.lock().iter().any(|mail| mail.subject.contains("способ входа")));
    let mut late = world.browser();
    let to = elsewhere.go(&mut late, "").await;
    assert_eq!(to, format!("/sign-in?linking={ID}&next=%2Faccount%2Fsecurity%2Flink"));
    assert_eq!(late.me().await, "401 auth.required");
}

async fn personal(world: &World) -> String {
    use svetu_kernel::AccountId;
    let id = AccountId::from_uuid(world.id("select id from identity.account limit 1").await);
    let (mut told, mut after) = (String::new(), None::<String>);
    loop {
        let page = world.identity.personal().personal(id, after.as_deref()).await.unwrap();
        told.push_str(&format!("{page:?}"));
        match page.next {
            Some(next) => after = Some(next),
            None => return told,
        }
    }
}

#[tokio::test]
async fn an_account_that_there_is_takes_it_by_its_persons_word_alone() {
    let (world, elsewhere) = world().await;
    world.member(PERA).await;
    let mut pera = world.browser();
    let to = elsewhere.go(&mut pera, "?lang=en").await;
    assert_eq!(to, format!("/en/sign-in?linking={ID}&next=%2Fen%2Faccount%2Fsecurity%2Flink"));
    // The provider's word for the address is no way in.
    assert_eq!(pera.me().await, "401 auth.required");
    assert_eq!(sign_up(&mut pera).await, "401 identity.sign_in_over");
    assert_eq!(link(&mut pera).await, "401 auth.required");
    // Nor is signing in as somebody else, nor signing in by itself.
    let jar = pera.jar.clone();
    let mut mika = world.member("mika@primer.rs").await;
    mika.jar = jar;
    assert_eq!(link(&mut mika).await, "409 identity.other_account");
    assert_eq!(pera.sign_in(PERA, PASSWORD).await.said(), "200");
    assert_eq!(logins(&world).await, 0);
    // Proven recently.
    world.clock.advance(Duration::minutes(11));
    assert_eq!(link(&mut pera).await, "401 auth.step_up_required");
    let proof = json!({ "method": "password", "password": PASSWORD });
    assert_eq!(pera.send("POST /identity/me/step-up", proof).await.said(), "204");
    let kept = pera.jar.clone();
    assert_eq!(link(&mut pera).await, "204");
    assert_eq!(logins(&world).await, 1);
    world.work().await;
    assert!(
        world
            .letters
            .sent
            .lock()
            .iter()
            .any(|mail| mail.text.contains("a telephone or an account elsewhere was added or removed"))
    );
    let events = pera.get("/identity/me/security-events").await.body();
    assert_eq!(events["items"][0]["kind"], "upstream_linked");
    pera.jar = kept;
    assert_eq!(link(&mut pera).await, "401 identity.sign_in_over");
    let mut other = world.browser();
    assert_eq!(elsewhere.go(&mut other, "").await, "/session/sign-in?next=%2F");
    assert_eq!(other.me().await, PERA);
}

#[tokio::test]
async fn what_waits_waits_a_quarter_of_an_hour() {
    let (world, elsewhere) = world().await;
    world.member(PERA).await;
    let mut pera = world.browser();
    elsewhere.go(&mut pera, "").await;
    world.clock.advance(Duration::minutes(15));
    pera.sign_in(PERA, PASSWORD).await;
    assert_eq!(link(&mut pera).await, "401 identity.sign_in_over");
}

/// Somebody signs up with another's address and waits until its owner comes by a provider.
#[tokio::test]
async fn a_password_of_before_the_address_was_proven_opens_nothing() {
    let (world, elsewhere) = world().await;
    let mut thief = world.browser();
    thief.sign_up(PERA, "lozinka-kradljivca").await;
    let token = world.token(PERA).await;
    let mut pera = world.browser();
    elsewhere.go(&mut pera, "").await;
    assert_eq!(sign_up(&mut pera).await, "200");
    assert_eq!(thief.sign_in(PERA, "lozinka-kradljivca").await.said(), "401 identity.wrong_credentials");
    let answer = thief.send("POST /identity/verify-email", json!({ "token": token })).await;
    assert_eq!(answer.said(), "422 identity.link_invalid");
    assert_eq!(world.count("select count(*) from identity.account").await, 1);
}

#[tokio::test]
async fn without_an_address_nobody_comes_in_but_may_link() {
    let (world, elsewhere) = world().await;
    world.member(PERA).await;
    for email in [None, Some("?")] {
        elsewhere.says.lock().email = email.map(str::to_owned);
        let mut browser = world.browser();
        assert_eq!(elsewhere.go(&mut browser, "").await, "/sign-in?upstream=unproven&next=%2F");
        assert_eq!(link(&mut browser).await, "401 auth.required");
        assert_eq!(sign_up(&mut browser).await, "401 identity.sign_in_over");
    }
    // It may be linked all the same by who is signed in, and opens the account then.
    let mut pera = world.browser();
    pera.sign_in(PERA, PASSWORD).await;
    assert_eq!(elsewhere.go(&mut pera, "?link=1").await, "/account/security/link");
    assert_eq!(logins(&world).await, 0);
    assert_eq!(link(&mut pera).await, "204");
    let mut other = world.browser();
    elsewhere.go(&mut other, "").await;
    assert_eq!(other.me().await, PERA);
}

#[tokio::test]
async fn one_account_elsewhere_is_one_account_here() {
    let (world, elsewhere) = world().await;
    let mut pera = world.browser();
    elsewhere.go(&mut pera, "").await;
    sign_up(&mut pera).await;
    assert_eq!(elsewhere.go(&mut pera, "?link=1").await, "/account/security?done=linked");
    let mut mika = world.member("mika@primer.rs").await;
    assert_eq!(elsewhere.go(&mut mika, "?link=1").await, "/account/security?upstream=taken&next=%2F");
    assert_eq!(link(&mut mika).await, "401 identity.sign_in_over");
    // Of one provider an account has one.
    elsewhere.says.lock().subject = "another".to_owned();
    elsewhere.go(&mut pera, "?link=1").await;
    assert_eq!(link(&mut pera).await, "409 identity.upstream_taken");
    // Linking is for who is signed in.
    let mut nobody = world.browser();
    assert_eq!(elsewhere.go(&mut nobody, "?link=1").await, "/account/security?upstream=over&next=%2F");
}

#[tokio::test]
async fn the_accounts_second_factor_is_asked_for() {
    let (world, elsewhere) = world().await;
    let mut pera = world.browser();
    elsewhere.go(&mut pera, "").await;
    sign_up(&mut pera).await;
    let (secret, _) = enrol(&mut pera).await;
    next_step(&world);
    let mut other = world.browser();
    let to = elsewhere.go(&mut other, "?return_to=/account").await;
    assert_eq!(to, "/sign-in/factor?next=%2Faccount&recovery=1");
    assert_eq!(other.me().await, "401 auth.required");
    assert_eq!(second(&mut other, "totp", &code(&world, &secret)).await, "200");
    assert_eq!(other.me().await, PERA);
}

#[tokio::test]
async fn the_address_may_stand_in_the_userinfo_of_the_same_person_alone() {
    let (world, elsewhere) = world().await;
    elsewhere.says.lock().in_userinfo = true;
    let mut pera = world.browser();
    assert_eq!(elsewhere.go(&mut pera, "").await, "/sign-up/upstream?next=%2F");
    elsewhere.says.lock().over = json!({ "userinfo_sub": "somebody else" });
    assert_eq!(elsewhere.go(&mut pera, "").await, "/sign-in?upstream=failed&next=%2F");
}

#[tokio::test]
async fn who_asked_to_be_erased_is_asked_whether_they_stay() {
    let (world, elsewhere) = world().await;
    let mut pera = world.browser();
    elsewhere.go(&mut pera, "").await;
    sign_up(&mut pera).await;
    assert_eq!(pera.send("POST /identity/me/erasure", json!({})).await.said(), "202");
    let mut other = world.browser();
    assert_eq!(elsewhere.go(&mut other, "?return_to=/post").await, "/session/sign-in?next=%2Faccount%2Fprivacy");
    world.clock.advance(Duration::days(31));
    world.work().await;
    assert_eq!(logins(&world).await, 0);
    // A stranger again.
    let back = elsewhere.depart(&mut other, "").await;
    assert_eq!(come_back(&mut other, &back).await, "/sign-up/upstream?next=%2F");
}
