use serde_json::json;
use svetu_contracts::identity::{ACCOUNT_CHANGED, NewAccount};
use svetu_identity::IdentityError;
use svetu_kernel::Role;

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn an_operator_gives_and_takes_roles() {
    let world = World::new().await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let mut pera = world.member("pera@primer.rs").await;
    let found = olga.find(" PERA@primer.rs").await.body();
    let account = &found["items"][0];
    assert_eq!((&account["email"], &account["verified"]), (&json!("pera@primer.rs"), &json!(true)));
    let path = format!("PUT /identity/accounts/{}/roles", account["account_id"].as_str().unwrap());

    assert_eq!(olga.send(&path, json!({ "roles": ["moderator", "visitor"] })).await.status, 204);
    // A new right asks for a new sign-in.
    assert_eq!(pera.me().await, "401 auth.required");
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.body()["me"]["roles"], json!(["member", "moderator"]));
    let event: serde_json::Value = sqlx::query_scalar("select event from identity.outbox order by id desc limit 1")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert_eq!((&event["kind"], &event["data"]["roles"]), (&json!(ACCOUNT_CHANGED), &json!(["member", "moderator"])));
    assert_eq!(event["data"]["version"], json!(2));
    let note: (String, serde_json::Value) =
        sqlx::query_as("select actor, detail from identity.security_event where kind = 'roles_changed'")
            .fetch_one(world.db.pool())
            .await
            .unwrap();
    let me = olga.get("/identity/me").await.body()["account_id"].as_str().unwrap().to_owned();
    assert_eq!(note, (me, json!({ "before": ["member"], "after": ["member", "moderator"] })));

    // The same again changes nothing and ends nobody's session.
    assert_eq!(olga.send(&path, json!({ "roles": ["moderator"] })).await.status, 204);
    assert_eq!(pera.me().await, "pera@primer.rs");
    // An operator's session that somebody finds open gives nobody a role.
    world.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(olga.send(&path, json!({ "roles": ["operator"] })).await.said(), "401 auth.step_up_required");
    olga.send("POST /identity/me/step-up", json!({ "method": "password", "password": PASSWORD })).await;
    assert_eq!(olga.send(&path, json!({ "roles": ["king"] })).await.said(), "422 validation.failed");
    let nobody = "PUT /identity/accounts/account_00000000000000000000000000/roles";
    assert_eq!(olga.send(nobody, json!({ "roles": [] })).await.said(), "404 identity.no_such_account");
}

#[tokio::test]
async fn names_are_found_by_their_beginning_alone() {
    let world = World::new().await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let named = |n| NewAccount {
        display_name: format!("P_{n:02}"),
        password: None,
        ..world.new_account(&format!("x{n}@primer.rs"), &[])
    };
    let rows = (0..60).map(named).collect();
    world.identity.contract().create_accounts(rows).await.unwrap();
    let mut count = async |text: &str| olga.find(text).await.body()["items"].as_array().map(Vec::len);
    assert_eq!(count("p_0").await, Some(10));
    assert_eq!(count("p_").await, Some(50));
    assert_eq!((count("%").await, count("p%").await, count("olg_").await), (Some(0), Some(0), Some(0)));
    assert_eq!((count(" ").await, count("p\0").await, count(&"p".repeat(255)).await), (None, None, None));
}

#[tokio::test]
async fn the_last_operator_stays_one() {
    let world = World::new().await;
    let (first, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let (second, mut oleg) = world.staff("oleg@primer.rs", &[Role::Operator]).await;
    let demote = json!({ "roles": [] });
    let (one, other) =
        (format!("PUT /identity/accounts/{first}/roles"), format!("PUT /identity/accounts/{second}/roles"));
    let (a, b) = tokio::join!(olga.send(&other, demote.clone()), oleg.send(&one, demote.clone()));
    // The slower one is refused, or is no operator any more.
    assert_eq!([a.status, b.status].iter().filter(|status| **status == 204).count(), 1, "{} {}", a.said(), b.said());
    assert_eq!(world.count("select count(*) from identity.account where 'operator' = any (roles)").await, 1);
    // By the command line neither.
    let ends = [
        world.identity.set_roles(first, vec![Role::Moderator]).await,
        world.identity.set_roles(second, vec![Role::Moderator]).await,
    ];
    assert_eq!(ends.iter().filter(|end| matches!(end, Err(IdentityError::LastOperator))).count(), 1);
    assert_eq!(world.count("select count(*) from identity.account where 'operator' = any (roles)").await, 1);
}
