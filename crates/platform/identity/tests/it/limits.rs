use chrono::Duration;
use serde_json::json;

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn guesses_wait_longer_and_longer() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    let mut stranger = world.browser();
    for _ in 0..5 {
        assert_eq!(stranger.sign_in("pera@primer.rs", "pogrešna lozinka").await.status, 401);
    }
    for wait_s in [1, 2, 4, 8, 16] {
        // Not even the right password is looked at.
        let refused = stranger.sign_in("pera@primer.rs", PASSWORD).await;
        assert_eq!((refused.said().as_str(), refused.retry_after_s()), ("429 request.rate_limited", wait_s));
        world.clock.advance(Duration::seconds(wait_s));
        assert_eq!(stranger.sign_in("pera@primer.rs", "pogrešna lozinka").await.status, 401);
    }
    // The owner, elsewhere, knows nothing of it.
    let mut pera = world.browser();
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    // A right password ends the wait of its own network.
    world.clock.advance(Duration::seconds(32));
    assert_eq!(stranger.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    for _ in 0..5 {
        assert_eq!(stranger.sign_in("pera@primer.rs", "pogrešna lozinka").await.status, 401);
    }
}

#[tokio::test]
async fn guesses_at_once_are_no_way_around() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    let address = world.browser().address;
    let all = futures::future::join_all((0..25).map(|_| {
        let mut stranger = world.browser();
        stranger.address = address;
        async move { stranger.sign_in("pera@primer.rs", "pogrešna lozinka").await.status }
    }))
    .await;
    assert_eq!(all.iter().filter(|status| **status == 401).count(), 5);
}

#[tokio::test]
async fn one_network_has_thirty_a_minute() {
    let world = World::new().await;
    let mut stranger = world.browser();
    for n in 0..30 {
        assert_eq!(stranger.sign_in(&format!("n{n}@primer.rs"), "pogrešna lozinka").await.status, 401);
    }
    assert_eq!(stranger.sign_in("n30@primer.rs", "pogrešna lozinka").await.said(), "429 request.rate_limited");
    assert_eq!(world.browser().sign_in("n30@primer.rs", "pogrešna lozinka").await.status, 401);
    world.clock.advance(Duration::seconds(2));
    assert_eq!(stranger.sign_in("n31@primer.rs", "pogrešna lozinka").await.status, 401);
}

#[tokio::test]
async fn a_crowd_of_strangers_does_not_lock_the_owner_out() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    pera.send("POST /identity/sign-out", json!(null)).await;
    for _ in 0..100 {
        world.browser().sign_in("pera@primer.rs", "pogrešna lozinka").await;
    }
    let refused = world.browser().sign_in("pera@primer.rs", PASSWORD).await;
    assert_eq!(refused.said(), "429 request.rate_limited");
    // Where Pera has signed in before there is a way in.
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);

    for _ in 0..20 {
        world.browser().send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
        world.work().await;
    }
    assert_eq!(world.letters_to("pera@primer.rs").await, 11);
    let mut stranger = world.browser();
    let refused = stranger.send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    assert_eq!(refused.said(), "429 request.rate_limited");
    assert_eq!(pera.send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await.status, 202);
    assert_eq!(world.letters_to("pera@primer.rs").await, 12);
}

#[tokio::test]
async fn letters_to_an_unproven_address_are_few() {
    let world = World::new().await;
    world.browser().sign_up("pera@primer.rs", PASSWORD).await;
    world.work().await;
    for _ in 0..40 {
        world.browser().sign_in("pera@primer.rs", PASSWORD).await;
        world.work().await;
    }
    assert_eq!(world.letters_to("pera@primer.rs").await, 10);
}

#[tokio::test]
async fn work_opens_what_a_crowd_closed_and_nothing_else() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    // A network that many share.
    let mut stranger = world.browser();
    for n in 0..30 {
        stranger.sign_in(&format!("n{n}@primer.rs"), "pogrešna lozinka").await;
    }
    let refused = stranger.sign_in("pera@primer.rs", PASSWORD).await;
    assert_eq!((refused.status, &refused.body()["challenge"]), (429, &json!(true)));
    stranger.worked = true;
    assert_eq!(stranger.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    // An account at which many guess: its owner comes from somewhere new.
    for _ in 0..100 {
        world.browser().sign_in("pera@primer.rs", "pogrešna lozinka").await;
    }
    let mut pera = world.browser();
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.body()["challenge"], true);
    pera.worked = true;
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
    // The wait of a guesser and letters to one address are not for sale.
    let mut guesser = world.browser();
    guesser.worked = true;
    for _ in 0..5 {
        assert_eq!(guesser.sign_in("pera@primer.rs", "pogrešna lozinka").await.status, 401);
    }
    let refused = guesser.sign_in("pera@primer.rs", PASSWORD).await;
    assert_eq!((refused.status, refused.body().get("challenge")), (429, None));
    for _ in 0..10 {
        world.browser().send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    }
    let mut writer = world.browser();
    writer.worked = true;
    let refused = writer.send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    assert_eq!((refused.status, refused.body().get("challenge")), (429, None));
}
