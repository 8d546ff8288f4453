use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use crate::world::{World, member, sofa, with};

/// What happens to one's ads between two pages.
#[derive(Debug, Clone)]
enum Change {
    Add,
    Delete(usize),
    Publish(usize),
    Edit(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Add),
        (0_usize..20).prop_map(Change::Delete),
        (0_usize..20).prop_map(Change::Publish),
        (0_usize..20).prop_map(Change::Edit),
    ]
}

/// Every ad that is there all the time is on one page, none is on two.
async fn walk(world: &World, seller: u128, changes: Vec<Change>, limit: usize) -> Result<(), TestCaseError> {
    let owner = member(seller);
    let mut ids = Vec::new();
    for n in 0..8 {
        ids.push(world.draft(&owner, with(sofa(), json!({ "title": format!("Garnitura {n}") }))).await);
    }
    let mut stay: BTreeSet<String> = ids.iter().cloned().collect();
    let (mut seen, mut cursor, mut changes) = (Vec::new(), String::new(), changes.into_iter());
    for _ in 0..100 {
        let page =
            world.call(&owner, &format!("GET /marketplace/listings/mine?limit={limit}&cursor={cursor}"), None).await;
        prop_assert_eq!(page.status, 200);
        seen.extend(page.items().iter().map(|ad| ad["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.body["cursor"].as_str() else { break };
        cursor = next.to_owned();
        match changes.next() {
            Some(Change::Add) => ids.push(world.draft(&owner, sofa()).await),
            Some(Change::Delete(n)) => {
                let id = &ids[n % ids.len()];
                world.call(&owner, &format!("DELETE /marketplace/listings/{id}"), None).await;
                stay.remove(id);
            }
            Some(Change::Publish(n)) => {
                let id = &ids[n % ids.len()];
                world.call(&owner, &format!("POST /marketplace/listings/{id}/publish"), None).await;
            }
            Some(Change::Edit(n)) => {
                let id = &ids[n % ids.len()];
                world.edit(&owner, id, json!({ "title": "Fotelja" })).await;
            }
            None => {}
        }
    }
    let once: BTreeSet<String> = seen.iter().cloned().collect();
    prop_assert_eq!(once.len(), seen.len(), "an ad was on two pages");
    prop_assert!(stay.is_subset(&once), "an ad was on no page");
    Ok(())
}

#[test]
fn pages_have_no_holes_while_ads_change() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(World::new());
    let seller = std::cell::Cell::new(1_000);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 24, ..ProptestConfig::default() });
    let strategy = (proptest::collection::vec(change(), 0..12), 1_usize..5);
    runner
        .run(&strategy, |(changes, limit)| {
            seller.set(seller.get() + 1);
            runtime.block_on(walk(&world, seller.get(), changes, limit))
        })
        .unwrap();
    drop(world);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_question() {
    let world = World::new().await;
    for n in 0..3 {
        world.clock.advance(chrono::Duration::seconds(1));
        world.publish(&member(1), with(sofa(), json!({ "title": format!("Garnitura {n}") }))).await;
    }
    world.draft(&member(1), sofa()).await;
    let mine = |query: String| {
        let world = &world;
        async move { world.call(&member(1), &format!("GET /marketplace/listings/mine?{query}"), None).await }
    };
    let live = mine("state=live&limit=2".to_owned()).await;
    assert_eq!((live.items().len(), &live.items()[0]["title"]), (2, &json!("Garnitura 2")));
    assert_eq!(live.items()[0]["statistics"], json!({ "views": 0, "reveals": 0, "favourites": 0 }));
    let cursor = live.body["cursor"].as_str().unwrap();
    assert_eq!(mine(format!("state=live&limit=2&cursor={cursor}")).await.items().len(), 1);
    assert_eq!(mine(format!("state=draft&cursor={cursor}")).await.said(), "400 request.cursor");
    assert_eq!(mine("state=flying".to_owned()).await.said(), "400 request.query_invalid");
    assert_eq!(mine("limit=101".to_owned()).await.said(), "400 request.query_invalid");
    assert_eq!(mine(String::new()).await.items().len(), 4);
}
