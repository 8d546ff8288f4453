use chrono::Duration;
use serde_json::{Value, json};
use svetu_testkit::expect;

use crate::world::{CHEAP, PASSWORD, World};

#[tokio::test]
async fn cookies_are_for_the_server_alone() {
    let mut shown = String::new();
    for (secure, remember) in [(false, true), (false, false), (true, true)] {
        let world = World::with(secure, CHEAP).await;
        world.staff("pera@primer.rs", &[]).await;
        let mut pera = world.browser();
        let form = json!({ "email": "pera@primer.rs", "password": PASSWORD, "remember": remember });
        for answer in [
            pera.send("POST /identity/sign-in", form).await,
            pera.send("POST /identity/me/password", json!({ "current": PASSWORD, "new": "nova lozinka" })).await,
            pera.send("POST /identity/sign-out", Value::Null).await,
        ] {
            let (name, rest) = answer.set_cookie().split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            shown.push_str(&format!("{name}=<{}>;{attributes}\n", value.len()));
        }
    }
    expect![[r#"
        svetu_sso=<43>; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000
        svetu_sso=<43>; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000
        svetu_sso=<0>; Path=/; HttpOnly; SameSite=Lax; Max-Age=0
        svetu_sso=<43>; Path=/; HttpOnly; SameSite=Lax
        svetu_sso=<43>; Path=/; HttpOnly; SameSite=Lax
        svetu_sso=<0>; Path=/; HttpOnly; SameSite=Lax; Max-Age=0
        __Host-svetu_sso=<43>; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=15552000
        __Host-svetu_sso=<43>; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=15552000
        __Host-svetu_sso=<0>; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0
    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let world = World::new().await;
    let mut home = world.member("pera@primer.rs").await;
    world.clock.advance(Duration::seconds(1));
    let (mut phone, mut work) = (world.browser(), world.browser());
    phone.sign_in("pera@primer.rs", PASSWORD).await;
    work.sign_in("pera@primer.rs", PASSWORD).await;
    let list = phone.get("/identity/sessions").await.body();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert!(items.iter().all(|one| one["device"] == "Firefox, Linux"));
    let own: Vec<_> = items.iter().filter(|one| one["current"] == true).collect();
    assert_eq!((own.len(), &own[0]["ip_prefix"]), (1, &json!("203.0.1.0/24")));
    let first = items.last().unwrap()["id"].as_str().unwrap();

    assert_eq!(phone.send(&format!("DELETE /identity/sessions/{first}"), Value::Null).await.status, 204);
    assert_eq!(home.me().await, "401 auth.required");
    let again = phone.send(&format!("DELETE /identity/sessions/{first}"), Value::Null).await;
    assert_eq!(again.said(), "404 identity.no_such_session");
    assert_eq!(phone.send("DELETE /identity/sessions", Value::Null).await.status, 204);
    assert_eq!((phone.me().await, work.me().await), ("pera@primer.rs".to_owned(), "401 auth.required".to_owned()));
}

#[tokio::test]
async fn a_session_ends_unused_and_at_last() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    for (remember, idle, whole) in
        [(false, Duration::hours(12), Duration::days(7)), (true, Duration::days(30), Duration::days(180))]
    {
        let form = json!({ "email": "pera@primer.rs", "password": PASSWORD, "remember": remember });
        let mut pera = world.browser();
        pera.send("POST /identity/sign-in", form.clone()).await;
        world.clock.advance(idle);
        assert_eq!(pera.me().await, "401 auth.required", "unused for {idle}");

        pera.send("POST /identity/sign-in", form).await;
        let step = idle - Duration::minutes(1);
        let mut age = Duration::zero();
        while age + step < whole {
            world.clock.advance(step);
            age += step;
            assert_eq!(pera.me().await, "pera@primer.rs", "used after {age}");
        }
        world.clock.advance(whole - age);
        assert_eq!(pera.me().await, "401 auth.required", "{whole} old");
    }
}

#[tokio::test]
async fn nobody_chooses_the_session_of_another() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    // A planted value that is no session does not become one.
    let planted = "p".repeat(43);
    let mut pera = world.browser();
    pera.cookie = Some(planted.clone());
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    assert_ne!(pera.cookie, Some(planted.clone()));
    let mut thief = world.browser();
    thief.cookie = Some(planted);
    assert_eq!(thief.me().await, "401 auth.required");

    // The thief's own session, planted, ends when Pera signs in, proves an address or recovers with it.
    let mut thief = world.member("thief@primer.rs").await;
    let planted = thief.cookie.clone();
    let mut pera = world.browser();
    pera.cookie = planted.clone();
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    assert_eq!(pera.me().await, "pera@primer.rs");
    assert_eq!(thief.me().await, "401 auth.required");
    // A wrong password leaves everything as it is.
    let before = pera.cookie.clone();
    assert_eq!(pera.sign_in("pera@primer.rs", "pogrešna lozinka").await.status, 401);
    assert_eq!((pera.me().await, pera.cookie), ("pera@primer.rs".to_owned(), before));
}

#[tokio::test]
async fn the_hundred_and_first_session_ends_the_oldest() {
    let world = World::new().await;
    let mut first = world.member("pera@primer.rs").await;
    for _ in 0..100 {
        world.clock.advance(Duration::minutes(1));
        assert_eq!(world.browser().sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    }
    assert_eq!(first.me().await, "401 auth.required");
    assert_eq!(world.count("select count(*) from identity.session where ended_at is null").await, 100);
}

#[tokio::test]
async fn a_stolen_table_opens_nothing() {
    let world = World::new().await;
    let pera = world.member("pera@primer.rs").await;
    let token = pera.cookie.unwrap();
    let rows: Vec<Vec<u8>> =
        sqlx::query_scalar("select token_hash from identity.session").fetch_all(world.db.pool()).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].len(), 32);
    assert!(!token.as_bytes().windows(8).any(|part| rows[0].windows(8).any(|other| other == part)));
}

#[tokio::test]
async fn a_device_that_was_never_seen_is_told_of() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    assert_eq!(world.letters_to("pera@primer.rs").await, 1, "the first device is nobody's news");
    pera.cookie = None;
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    assert_eq!(world.letters_to("pera@primer.rs").await, 1, "the same device and network");

    let mut elsewhere = world.browser();
    assert_eq!(elsewhere.sign_in("pera@primer.rs", "pogrešna lozinka").await.status, 401);
    assert_eq!(world.letters_to("pera@primer.rs").await, 1);
    assert_eq!(elsewhere.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    let letter = world.letter("pera@primer.rs").await;
    assert_eq!(letter.subject, "A sign-in from a new device");
    let from = "Firefox, Linux · 203.0.1.0/24 · ";
    assert!(letter.text.contains(from) && letter.html.contains(from), "{} {}", letter.text, letter.html);
    assert!(letter.text.contains("/en/account/security"), "{}", letter.text);
    // Told once.
    elsewhere.cookie = None;
    assert_eq!(elsewhere.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    assert_eq!(world.letters_to("pera@primer.rs").await, 2);
    assert_eq!(world.count("select count(*) from identity.security_event where kind = 'new_device'").await, 1);
}
