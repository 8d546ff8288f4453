use svetu_contracts::{
    identity::{ACCOUNT_ERASED, AccountErased},
    personal::PersonalPart,
};
use svetu_db::outbox;
use svetu_kernel::{AccountId, Clock};

use crate::world::{World, account, listing};

async fn told(world: &World, id: AccountId) -> Vec<String> {
    let source = world.search.personal();
    let (mut after, mut all) = (None, Vec::new());
    loop {
        let page = source.personal(id, after.as_deref()).await.unwrap();
        let Some(PersonalPart::Rows { name, rows }) = page.part else { panic!("a file") };
        all.push(format!("{name}: {}", rows.len()));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_everything_and_forgotten() {
    let world = World::new().await;
    for n in [1, 2] {
        world.save(n, "q=golf", "daily").await;
    }
    world.put([listing(7, "cars", "Golf 7")]).await;
    assert_eq!(told(&world, account(1)).await, ["saved_searches: 1", "found: 1"]);
    let erased = AccountErased { id: account(1) };
    let event = outbox::event(world.clock.now(), ACCOUNT_ERASED, "identity", account(1).to_string(), &erased).unwrap();
    for _ in 0..2 {
        world.deliver(std::slice::from_ref(&event)).await;
        assert_eq!(told(&world, account(1)).await, ["saved_searches: 0", "found: 0"]);
    }
    // What is found from here on is for the other one alone.
    world.put([listing(8, "cars", "Golf 8")]).await;
    assert_eq!(told(&world, account(1)).await, ["saved_searches: 0", "found: 0"]);
    assert_eq!(told(&world, account(2)).await, ["saved_searches: 1", "found: 2"]);
}
