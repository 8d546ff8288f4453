use chrono::Duration;

use svetu_identity::AuthMethod;

use super::app::{App, registration};
use crate::world::{PASSWORD, World};

fn of(tokens: &serde_json::Value) -> String {
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_used_token_ends_its_family() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let first = of(&app.tokens(&mut ana, "openid offline_access").await);
    let second = of(&app.refresh(&first).await.body());
    assert_ne!(first, second);
    // A client that authenticates has no grace.
    assert_eq!(app.refresh(&first).await.body()["error"], "invalid_grant");
    assert_eq!(app.refresh(&second).await.body()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_public_client_that_lost_the_answer_gets_it_again_for_a_moment() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let first = of(&app.tokens(&mut ana, "openid offline_access").await);
    let second = of(&app.refresh(&first).await.body());
    world.clock.advance(Duration::seconds(9));
    assert_eq!(of(&app.refresh(&first).await.body()), second);
    let third = of(&app.refresh(&second).await.body());
    // The successor was used: whoever brings the first one now is not its holder.
    assert_eq!(app.refresh(&first).await.body()["error"], "invalid_grant");
    assert_eq!(app.refresh(&third).await.body()["error"], "invalid_grant");

    let first = of(&app.tokens(&mut ana, "openid offline_access").await);
    let second = of(&app.refresh(&first).await.body());
    world.clock.advance(Duration::seconds(11));
    assert_eq!(app.refresh(&first).await.body()["error"], "invalid_grant");
    assert_eq!(app.refresh(&second).await.body()["error"], "invalid_grant");
}

#[tokio::test]
async fn of_many_who_refresh_at_once_one_head_lives() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut head = of(&app.tokens(&mut ana, "openid offline_access").await);
    for _ in 0..5 {
        let tries = (0..8).map(|_| {
            let form = [("grant_type", "refresh_token"), ("refresh_token", &head), ("client_id", "app")];
            let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let world = &world;
            async move { super::app::send_form(world, "/oauth/token", &form, http::HeaderMap::new()).await }
        });
        let heads: std::collections::BTreeSet<String> =
            futures::future::join_all(tries).await.iter().map(|answer| of(&answer.body())).collect();
        assert_eq!(heads.len(), 1);
        assert_eq!(world.count("select count(*) from identity.oauth_refresh where used_at is null").await, 1);
        head = heads.into_iter().next().unwrap();
    }
}

#[tokio::test]
async fn of_many_who_bring_one_code_one_gets_tokens_and_then_nobody_has_them() {
    let world = World::new().await;
    let app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let code = app.code(&mut ana, "openid").await;
    let tries = (0..6).map(|_| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", super::app::CALLBACK),
            ("code_verifier", &app.verifier),
            ("client_id", "app"),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let world = &world;
        async move { super::app::send_form(world, "/oauth/token", &form, http::HeaderMap::new()).await }
    });
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(world.count("select count(*) from identity.oauth_grant where revoked_at is null").await, 0);
}

/// Tokens are their client's: in another's hands a refresh token is nothing, and its family lives on.
#[tokio::test]
async fn another_clients_refresh_token_is_unknown() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut other = App::new(&world, registration("other", AuthMethod::None)).await;
    let mut secret = App::new(&world, registration("secret", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let token = of(&app.tokens(&mut ana, "openid").await);
    for thief in [&mut other, &mut secret] {
        assert_eq!(thief.refresh(&token).await.body()["error"], "invalid_grant");
        thief.post("/oauth/revoke", &[("token", token.as_str())]).await;
    }
    assert_eq!(app.refresh(&token).await.status, 200);
}

#[tokio::test]
async fn narrower_is_allowed_wider_is_not() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let token = of(&app.tokens(&mut ana, "openid email").await);
    let wider = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "openid profile")];
    assert_eq!(app.post("/oauth/token", &wider).await.body()["error"], "invalid_scope");
    // A refusal uses nothing up.
    let narrower = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "openid")];
    assert_eq!(app.post("/oauth/token", &narrower).await.body()["scope"], "openid");
}

#[tokio::test]
async fn a_grant_ends_with_its_session_unless_it_was_asked_for_longer() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let online = of(&app.tokens(&mut ana, "openid").await);
    let offline = of(&app.tokens(&mut ana, "openid offline_access").await);
    ana.send("POST /identity/sign-out", serde_json::Value::Null).await;
    assert_eq!(app.refresh(&online).await.body()["error"], "invalid_grant");
    let offline = of(&app.refresh(&offline).await.body());
    world.clock.advance(Duration::seconds(31 * 86_400));
    assert_eq!(app.refresh(&offline).await.body()["error"], "invalid_grant");
    assert_eq!(ana.sign_in("ana@primer.rs", PASSWORD).await.status, 200);
}

/// Revoked, or given for a session that ended: when the last token is over nothing is left of it.
#[tokio::test]
async fn what_is_over_does_not_pile_up() {
    let world = World::new().await;
    let mut app = App::public(&world).await;
    let mut ana = world.member("ana@primer.rs").await;
    let revoked = of(&app.tokens(&mut ana, "openid").await);
    app.tokens(&mut ana, "openid").await;
    let mut left = world.member("boban@primer.rs").await;
    app.tokens(&mut left, "openid").await;
    app.tokens(&mut left, "openid offline_access").await;
    app.post("/oauth/revoke", &[("token", revoked.as_str())]).await;
    left.send("POST /identity/sign-out", serde_json::Value::Null).await;
    let grants = "select count(*) from identity.oauth_grant";
    let dead = "select count(*) from identity.oauth_grant where revoked_at is not null";
    world.work().await;
    assert_eq!((world.count(grants).await, world.count(dead).await), (4, 2), "a token may still come back");
    world.clock.advance(Duration::days(2));
    world.work().await;
    assert_eq!((world.count(grants).await, world.count(dead).await), (2, 0));

    // The only one of its client in a session that lives: the client is still told of the session's end.
    let mut vesna = world.member("vesna@primer.rs").await;
    let only = of(&app.tokens(&mut vesna, "openid").await);
    app.post("/oauth/revoke", &[("token", only.as_str())]).await;
    world.clock.advance(Duration::days(2));
    world.work().await;
    assert_eq!(world.count(dead).await, 1);
    // Of a session that nobody uses any more.
    world.clock.advance(Duration::days(32));
    world.work().await;
    world.clock.advance(Duration::days(2));
    world.work().await;
    let left = world.count("select count(*) from identity.oauth_grant where offline").await;
    assert_eq!((world.count(grants).await, left), (1, 1), "what was asked for longer stays");
}
