use serde_json::{Value, json};
use svetu_contracts::{
    identity::{ACCOUNT_ERASED, AccountErased},
    listings::LISTING_PURGED,
    personal::PersonalPart,
};
use svetu_db::outbox;
use svetu_kernel::{AccountId, Clock};

use crate::world::{World, account, member, sofa, with};

async fn told(world: &World, id: AccountId) -> Vec<(String, Vec<Value>)> {
    let source = world.listings.personal();
    let (mut after, mut all) = (None, Vec::new());
    loop {
        let page = source.personal(id, after.as_deref()).await.unwrap();
        let Some(PersonalPart::Rows { name, rows }) = page.part else { panic!("a file") };
        all.push((name.into_owned(), rows));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn a_person_is_told_everything_and_forgotten() {
    let world = World::new().await;
    let owner = member(1);
    let contact = json!({ "contact": { "phone": "+381659876543", "show_phone": true } });
    let (live, _) = world.publish(&owner, with(sofa(), contact)).await;
    world.draft(&owner, sofa()).await;
    let held = with(sofa(), json!({ "title": "Fotelja", "description": "Zovite 064 123 45 67" }));
    let (_, state) = world.publish(&owner, held).await;
    assert_eq!(state, "in_review");
    let other = world.live(&member(2)).await;
    let report = json!({ "reason": "spam", "text": "Ja sam Pera i ovo je prevara" });
    let answer = world.call(&owner, &format!("POST /marketplace/listings/{other}/report"), Some(report)).await;
    assert!(answer.status < 300, "{}", answer.said());

    let whole = told(&world, account(1)).await;
    let counts: Vec<(&str, usize)> = whole.iter().map(|(name, rows)| (name.as_str(), rows.len())).collect();
    assert_eq!(counts[0], ("ads", 3));
    assert!(counts.contains(&("reports", 1)), "{counts:?}");
    assert!(whole[0].1.iter().any(|ad| ad["phone"] == "+381659876543"), "{whole:?}");

    let erased = AccountErased { id: account(1) };
    let event = outbox::event(world.clock.now(), ACCOUNT_ERASED, "identity", account(1).to_string(), &erased).unwrap();
    for _ in 0..2 {
        world.deliver(std::slice::from_ref(&event)).await;
        world.tick().await;
        assert!(told(&world, account(1)).await.iter().all(|(_, rows)| rows.is_empty()));
    }
    assert_eq!(world.get(&member(2), &live).await.status, 410);
    assert_eq!(world.get(&member(1), &other).await.status, 200);
    let purged = world.events().await.iter().filter(|event| event.kind == LISTING_PURGED).count();
    assert!(purged >= 1, "{purged}");
    for (table, column) in
        [("listing", "phone"), ("listing", "title"), ("report", "text"), ("seller", "id"), ("reveal", "account")]
    {
        let sql = format!("select coalesce(string_agg({column}::text, ' '), '') from listings.{table}");
        let text: String = sqlx::query_scalar(&sql).fetch_one(world.db.pool()).await.unwrap();
        for personal in ["381659876543", "Fotelja", "Pera", &account(1).uuid().to_string()] {
            assert!(!text.contains(personal), "{table}.{column}: {text}");
        }
    }
}
