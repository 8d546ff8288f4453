use serde_json::json;
use svetu_contracts::{ContractError, identity::ACCOUNT_CREATED};
use svetu_kernel::{AccountId, Clock, Language, Role, Subject};

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn accounts_in_bulk() {
    let world = World::new().await;
    let contract = world.identity.contract();
    let mut rows = vec![
        world.new_account("Radnja@Primer.rs", &[Role::Trader]),
        world.new_account("kupac@primer.rs", &[]),
        // The same mailbox twice: the first one is it.
        world.new_account("radnja@primer.rs", &[]),
    ];
    rows[1].password = None;
    assert_eq!(contract.create_accounts(rows.clone()).await.unwrap(), 2);
    assert_eq!(contract.create_accounts(rows.clone()).await.unwrap(), 0);
    assert_eq!(world.count("select count(*) from identity.outbox").await, 2);

    assert_eq!(contract.account_by_email(" RADNJA@primer.rs").await.unwrap(), Some(rows[0].id));
    assert_eq!(contract.account_by_email("niko@primer.rs").await.unwrap(), None);
    assert_eq!(contract.account_by_email("nije adresa").await.unwrap(), None);
    let mailbox = contract.mailbox(rows[0].id).await.unwrap();
    assert_eq!((mailbox.email.as_str(), mailbox.language), ("Radnja@Primer.rs", Language::SrLatn));

    let mut shop = world.browser();
    assert_eq!(shop.sign_in("radnja@primer.rs", PASSWORD).await.body()["me"]["roles"], json!(["member", "trader"]));
    assert_eq!(world.browser().sign_in("kupac@primer.rs", PASSWORD).await.status, 401);

    let rubbish = vec![world.new_account("nije adresa", &[])];
    assert!(matches!(contract.create_accounts(rubbish).await, Err(ContractError::Refused(_))));
    let many = (0..1_001).map(|n| world.new_account(&format!("n{n}@primer.rs"), &[])).collect();
    assert!(matches!(contract.create_accounts(many).await, Err(ContractError::Refused(_))));
}

#[tokio::test]
async fn copies_page_through_proven_accounts() {
    let world = World::new().await;
    let contract = world.identity.contract();
    let mut rows: Vec<_> = (0..25).map(|n| world.new_account(&format!("n{n}@primer.rs"), &[])).collect();
    rows.iter_mut().for_each(|row| row.password = None);
    contract.create_accounts(rows.clone()).await.unwrap();
    world.browser().sign_up("waiting@primer.rs", PASSWORD).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = contract.accounts(after, 10).await.unwrap();
        assert!(page.len() <= 10);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|one| one.id));
    }
    let mut expected: Vec<AccountId> = rows.iter().map(|row| row.id).collect();
    expected.sort_unstable();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_unproven_address_is_nobody() {
    let world = World::new().await;
    let contract = world.identity.contract();
    world.browser().sign_up("pera@primer.rs", PASSWORD).await;
    assert_eq!(contract.account_by_email("pera@primer.rs").await.unwrap(), None);
    assert_eq!(world.count("select count(*) from identity.outbox").await, 0);
    let id: uuid::Uuid =
        sqlx::query_scalar("select id from identity.account").fetch_one(world.db.pool()).await.unwrap();
    let id = AccountId::from_uuid(id);
    assert!(matches!(contract.mailbox(id).await, Err(ContractError::NotFound)));

    let token = world.token("pera@primer.rs").await;
    world.browser().send("POST /identity/verify-email", json!({ "token": token })).await;
    assert_eq!(contract.mailbox(id).await.unwrap().email, "pera@primer.rs");
    let event: serde_json::Value =
        sqlx::query_scalar("select event from identity.outbox").fetch_one(world.db.pool()).await.unwrap();
    assert_eq!((&event["kind"], &event["data"]["version"]), (&json!(ACCOUNT_CREATED), &json!(1)));
    assert!(matches!(contract.mailbox(AccountId::new(world.clock.now())).await, Err(ContractError::NotFound)));
}

#[tokio::test]
async fn an_actor_comes_of_a_living_session_alone() {
    let world = World::new().await;
    let (id, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let token = olga.cookie.clone().unwrap();
    let actor = world.identity.contract().authenticate(&token).await.unwrap().unwrap();
    assert!(matches!(actor.subject, Subject::Account { id: of, session: Some(_) } if of == id));
    assert!(actor.has(Role::Operator) && actor.has(Role::Member) && !actor.has(Role::Moderator));
    assert_eq!(actor.authenticated_at, Some(world.clock.now()));
    for rubbish in ["", "x", &token[1..], &format!("{token}="), &token.to_uppercase(), &"š".repeat(43)] {
        assert_eq!(world.identity.contract().authenticate(rubbish).await.unwrap(), None, "{rubbish}");
    }
    olga.send("POST /identity/sign-out", serde_json::Value::Null).await;
    assert_eq!(world.identity.contract().authenticate(&token).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_over_is_removed() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    world.browser().sign_up("waiting@primer.rs", PASSWORD).await;
    world.browser().send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.link").await, 2);
    world.clock.advance(chrono::Duration::days(6));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.link").await, 0);
    assert_eq!(world.count("select count(*) from identity.account").await, 2);
    world.clock.advance(chrono::Duration::days(2));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.account").await, 1);
    assert_eq!(world.count("select count(*) from identity.session").await, 1);
    world.clock.advance(chrono::Duration::days(500));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.session").await, 0);
    assert_eq!(world.count("select count(*) from identity.security_event").await, 0);
    assert_eq!(world.browser().sign_in("pera@primer.rs", PASSWORD).await.status, 200);
}
