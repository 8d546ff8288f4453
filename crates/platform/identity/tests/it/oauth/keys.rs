use chrono::Duration;

use serde_json::{Value, json};
use svetu_identity::{AuthMethod, NewClient};

use super::app::{App, get, registration, verified};
use crate::world::World;

async fn kids(world: &World) -> Vec<String> {
    let set = get(world, "/.well-known/jwks.json", &[]).await.body();
    let keys = set["keys"].as_array().unwrap();
    assert!(keys.iter().all(|key| ["d", "p", "q", "k"].iter().all(|private| key.get(private).is_none())), "{set}");
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &Value) -> String {
    jsonwebtoken::decode_header(token.as_str().unwrap()).unwrap().kid.unwrap()
}

#[tokio::test]
async fn keys_change_without_a_failed_token() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let before = app.tokens(&mut ana, "openid").await;
    let first = kids(&world).await;
    assert_eq!(first.len(), 1);
    assert_eq!(world.identity.rotate_keys(false).await.unwrap(), 1);
    // It is seen before it signs.
    let both = kids(&world).await;
    assert_eq!(both.len(), 2);
    assert_eq!(kid(&app.tokens(&mut ana, "openid").await["id_token"]), first[0]);
    world.clock.advance(Duration::seconds(600));
    let after = app.tokens(&mut ana, "openid").await;
    assert_ne!(kid(&after["id_token"]), first[0]);
    verified(&world, after["id_token"].as_str().unwrap()).await;
    verified(&world, before["id_token"].as_str().unwrap()).await;
    // The last token of the old key is over, then the key goes.
    world.clock.advance(Duration::seconds(3_600 + 600));
    assert_eq!(kids(&world).await, [kid(&after["id_token"])]);
}

#[tokio::test]
async fn a_key_that_leaked_is_trusted_no_more() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let before = app.tokens(&mut ana, "openid").await;
    world.identity.rotate_keys(false).await.unwrap();
    world.identity.rotate_keys(true).await.unwrap();
    let token = before["access_token"].as_str().unwrap();
    assert_eq!(app.post("/oauth/introspect", &[("token", token)]).await.body(), json!({ "active": false }));
    let after = app.tokens(&mut ana, "openid").await;
    assert_eq!(kids(&world).await, [kid(&after["id_token"])]);
}

#[tokio::test]
async fn each_algorithm_signs() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    for algorithm in ["ES256", "EdDSA", "PS256", "RS256"] {
        let id = algorithm.to_lowercase();
        let registration =
            NewClient { signing_alg: algorithm.to_owned(), ..registration(&id, AuthMethod::ClientSecretBasic) };
        let mut app = App::new(&world, registration).await;
        let tokens = app.tokens(&mut ana, "openid").await;
        let header = jsonwebtoken::decode_header(tokens["id_token"].as_str().unwrap()).unwrap();
        assert_eq!(format!("{:?}", header.alg), algorithm);
        assert_eq!(verified(&world, tokens["id_token"].as_str().unwrap()).await["aud"], json!(id));
        verified(&world, tokens["access_token"].as_str().unwrap()).await;
    }
}

#[tokio::test]
async fn nothing_that_opens_a_door_lies_in_the_tables() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let code = app.code(&mut ana, "openid offline_access").await;
    let tokens = app.exchange(&code).await.body();
    let rows: Vec<String> = sqlx::query_scalar(
        "select row_to_json(r)::text from identity.oauth_code r union all
         select row_to_json(r)::text from identity.oauth_refresh r union all
         select row_to_json(r)::text from identity.oauth_grant r union all
         select row_to_json(r)::text from identity.oauth_client r union all
         select row_to_json(r)::text from identity.oauth_key r",
    )
    .fetch_all(world.db.pool())
    .await
    .unwrap();
    assert!(rows.len() >= 5);
    let secrets = [&code, tokens["refresh_token"].as_str().unwrap(), tokens["access_token"].as_str().unwrap()];
    for row in rows {
        for secret in secrets.iter().chain([&app.secret.as_deref().unwrap()]) {
            assert!(!row.contains(*secret), "{row}");
        }
        assert!(!row.contains("\"d\""), "{row}");
    }
}
