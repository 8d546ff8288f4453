use chrono::Duration;
use serde_json::{Value, json};
use svetu_kernel::Role;

use crate::{
    oauth::api::call,
    world::{Answer, Browser, PASSWORD, World},
};

async fn create(browser: &mut Browser<'_>, scopes: &[&str], days: u16) -> Answer {
    let form = json!({ "name": " Moj  skript ", "scopes": scopes, "days": days, "per_minute": 30 });
    browser.send("POST /identity/api-keys", form).await
}

async fn key(browser: &mut Browser<'_>, scopes: &[&str]) -> (String, String) {
    let made = create(browser, scopes, 30).await;
    assert_eq!(made.status, 201, "{}", made.body());
    (
        made.body()["key"]["id"].as_str().unwrap().to_owned(),
        format!("Bearer {}", made.body()["secret"].as_str().unwrap()),
    )
}

const ME: &str = "GET /identity/me";

#[tokio::test]
async fn a_key_does_what_it_was_made_for() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let (_, shown) = key(&mut ana, &["account:read"]).await;
    let ask = async |line: &str| call(&world, line, &shown, Value::Null).await;
    assert_eq!(ask(ME).await, "200");
    assert_eq!(ask("PATCH /identity/me").await, "403 auth.insufficient_scope account:write");
    for line in ["GET /identity/api-keys", "POST /identity/api-keys", "GET /identity/sessions"] {
        assert_eq!(ask(line).await, "403 auth.session_only", "a key makes and shows no keys: {line}");
    }
    assert_eq!(call(&world, ME, &shown.replace("Bearer", "DPoP"), Value::Null).await, "DPoP invalid_token");

    let list = ana.get("/identity/api-keys").await.body();
    let listed = &list["items"][0];
    assert_eq!((&listed["name"], &listed["scopes"]), (&json!("Moj skript"), &json!(["account:read"])));
    assert!(shown.contains(listed["beginning"].as_str().unwrap()));
    assert_eq!(list.to_string().matches(&shown[7..]).count(), 0, "the secret is told once");
    assert!(listed["last_used_at"].is_string());
    let kept: String = sqlx::query_scalar("select row_to_json(k)::text from identity.api_key k")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert!(!kept.contains(&shown[17..]), "{kept}");
}

#[tokio::test]
async fn what_ends_a_key() {
    for what in ["over", "revoked", "password", "recovery"] {
        let world = World::new().await;
        let mut ana = world.member("ana@primer.rs").await;
        let (id, shown) = key(&mut ana, &["account:read"]).await;
        assert_eq!(call(&world, ME, &shown, Value::Null).await, "200");
        assert_eq!(world.letter("ana@primer.rs").await.subject, "A key for programs was made");
        match what {
            "over" => world.clock.advance(Duration::days(30)),
            "revoked" => {
                let line = format!("DELETE /identity/api-keys/{id}");
                assert_eq!(ana.send(&line, Value::Null).await.said(), "204");
                assert_eq!(ana.send(&line, Value::Null).await.said(), "404 identity.no_such_key");
            }
            "password" => {
                let form = json!({ "current": PASSWORD, "new": "sasvim-druga-lozinka" });
                assert_eq!(ana.send("POST /identity/me/password", form).await.said(), "204");
            }
            _ => {
                ana.send("POST /identity/recovery", json!({ "email": "ana@primer.rs" })).await;
                let form = json!({ "token": world.token("ana@primer.rs").await, "password": PASSWORD });
                assert_eq!(ana.send("POST /identity/recovery/complete", form).await.said(), "200");
            }
        }
        assert_eq!(call(&world, ME, &shown, Value::Null).await, "Bearer invalid_token", "{what}");
    }
}

#[tokio::test]
async fn keys_are_their_owners() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut bob = world.member("bob@primer.rs").await;
    let (id, shown) = key(&mut ana, &["account:read"]).await;
    assert_eq!(bob.get("/identity/api-keys").await.body()["items"], json!([]));
    assert_eq!(bob.send(&format!("DELETE /identity/api-keys/{id}"), Value::Null).await.status, 404);
    assert_eq!(call(&world, ME, &shown, Value::Null).await, "200");
}

#[tokio::test]
async fn a_key_is_asked_for_properly() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    for (scopes, days) in [
        (&[][..], 30),
        (&["everything"], 30),
        (&["moderation:read"], 30),
        (&["account:read"], 0),
        (&["account:read"], 366),
    ] {
        assert_eq!(create(&mut ana, scopes, days).await.said(), "422 validation.failed", "{scopes:?} {days}");
    }
    let (_, mut moderator) = world.staff("mod@primer.rs", &[Role::Moderator]).await;
    assert_eq!(create(&mut moderator, &["moderation:read"], 1).await.status, 201);
    for n in 0..20 {
        assert_eq!(create(&mut ana, &["account:read"], 1).await.status, 201, "{n}");
    }
    assert_eq!(create(&mut ana, &["account:read"], 1).await.said(), "409 identity.too_many_keys");
    world.clock.advance(Duration::days(1));
    let late = create(&mut ana, &["account:read"], 1).await.said();
    assert_eq!(late, "401 auth.step_up_required", "a key is a way in");
    ana.sign_in("ana@primer.rs", PASSWORD).await;
    assert_eq!(create(&mut ana, &["account:read"], 1).await.status, 201, "what is over makes room");
    world.clock.advance(Duration::days(40));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.api_key").await, 0);
}
