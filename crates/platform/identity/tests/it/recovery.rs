use chrono::Duration;
use serde_json::json;

use crate::world::{PASSWORD, World};

const NEW: &str = "sasvim druga lozinka";

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let world = World::new().await;
    let mut thief = world.member("pera@primer.rs").await;
    let mut pera = world.browser();
    assert_eq!(pera.send("POST /identity/recovery", json!({ "email": "PERA@primer.rs" })).await.body(), json!({}));
    let token = world.token("pera@primer.rs").await;

    // A password that will not do leaves the link as it is.
    let weak = pera.send("POST /identity/recovery/complete", json!({ "token": token, "password": "1234567" })).await;
    assert_eq!(weak.said(), "422 validation.failed");
    let form = json!({ "token": token, "password": NEW });
    assert_eq!(pera.send("POST /identity/recovery/complete", form.clone()).await.status, 200);
    assert_eq!(pera.me().await, "pera@primer.rs");
    assert_eq!(thief.me().await, "401 auth.required");
    assert_eq!(
        world.browser().send("POST /identity/recovery/complete", form).await.said(),
        "422 identity.link_invalid"
    );
    assert_eq!(world.browser().sign_in("pera@primer.rs", PASSWORD).await.status, 401);
    assert_eq!(world.letter("pera@primer.rs").await.subject, "Your password was changed");
    assert_eq!(world.browser().sign_in("pera@primer.rs", NEW).await.status, 200);
}

#[tokio::test]
async fn a_link_lives_fifteen_minutes() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    for (minutes, seconds, status) in [(14, 59, 200), (15, 0, 422)] {
        world.browser().send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
        let token = world.token("pera@primer.rs").await;
        world.clock.advance(Duration::minutes(minutes) + Duration::seconds(seconds));
        let form = json!({ "token": token, "password": NEW });
        assert_eq!(world.browser().send("POST /identity/recovery/complete", form).await.status, status);
    }
}

#[tokio::test]
async fn one_of_many_at_once_recovers() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    world.browser().send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    let token = world.token("pera@primer.rs").await;
    let all = futures::future::join_all((0..16).map(|n| {
        let form = json!({ "token": token, "password": format!("lozinka broj {n}") });
        let world = &world;
        async move { world.browser().send("POST /identity/recovery/complete", form).await.status }
    }))
    .await;
    let winner = all.iter().position(|status| *status == 200).unwrap();
    assert_eq!(all.iter().filter(|status| **status == 422).count(), 15, "{all:?}");
    assert_eq!(world.browser().sign_in("pera@primer.rs", &format!("lozinka broj {winner}")).await.status, 200);
}

#[tokio::test]
async fn recovery_proves_an_address() {
    let world = World::new().await;
    world.browser().sign_up("pera@primer.rs", PASSWORD).await;
    world.work().await;
    world.browser().send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    let token = world.token("pera@primer.rs").await;
    let mut pera = world.browser();
    let form = json!({ "token": token, "password": NEW });
    assert_eq!(pera.send("POST /identity/recovery/complete", form).await.status, 200);
    assert_eq!(world.browser().sign_in("pera@primer.rs", PASSWORD).await.status, 401);
    assert_eq!(pera.me().await, "pera@primer.rs");
}

#[tokio::test]
async fn a_changed_password_rotates_the_session() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    let mut other = world.browser();
    other.sign_in("pera@primer.rs", PASSWORD).await;
    let before = pera.cookie.clone();
    let change = |current: &str| json!({ "current": current, "new": NEW });
    let wrong = pera.send("POST /identity/me/password", change("nije to")).await;
    assert_eq!(wrong.body()["errors"][0]["code"], "identity.wrong_password");
    assert_eq!((pera.cookie.clone(), other.me().await), (before.clone(), "pera@primer.rs".to_owned()));

    world.work().await;
    let changed = pera.send("POST /identity/me/password", change(PASSWORD)).await;
    assert_eq!((changed.status, changed.bytes.len()), (204, 0));
    assert_ne!(pera.cookie, before);
    assert_eq!((pera.me().await, other.me().await), ("pera@primer.rs".to_owned(), "401 auth.required".to_owned()));
    let mut thief = world.browser();
    thief.cookie = before;
    assert_eq!(thief.me().await, "401 auth.required");
    assert_eq!(world.letter("pera@primer.rs").await.subject, "Your password was changed");
}
