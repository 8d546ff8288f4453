use serde_json::Value;
use svetu_contracts::{
    identity::{ACCOUNT_ERASED, AccountErased},
    listings::ListingState,
    personal::PersonalPart,
};
use svetu_db::outbox;
use svetu_kernel::{AccountId, Clock, Role};

use crate::world::{World, account, ad, rsd};

/// Everything, by the name of its list.
async fn told(world: &World, id: AccountId) -> String {
    let source = world.users.personal();
    let (mut after, mut all) = (None, String::new());
    loop {
        let page = source.personal(id, after.as_deref()).await.unwrap();
        let Some(PersonalPart::Rows { name, rows }) = page.part else { panic!("a file") };
        all.push_str(&format!("{name} {}\n", Value::from(rows)));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn a_person_is_told_everything_and_forgotten() {
    let world = World::new().await;
    world.snapshot(ad(1), 1, ListingState::Live, rsd(100_000));
    for n in [1, 2] {
        world.deliver(&[world.created(account(n), "Pera", 1, vec![Role::Member])]).await;
        assert_eq!(world.said(Some(account(n)), &format!("PUT /favourites/{}", ad(1))).await, "204");
    }
    let whole = told(&world, account(1)).await;
    assert!(
        whole.starts_with("profile [{") && whole.contains("favourites [{") && whole.ends_with("viewed []\n"),
        "{whole}"
    );
    assert!(whole.contains("Pera") && whole.contains("Šporet na drva"), "{whole}");

    let erased = AccountErased { id: account(1) };
    let event = outbox::event(world.clock.now(), ACCOUNT_ERASED, "identity", account(1).to_string(), &erased).unwrap();
    for _ in 0..2 {
        world.deliver(std::slice::from_ref(&event)).await;
        assert_eq!(told(&world, account(1)).await, "profile []\nfavourites []\nviewed []\n");
    }
    assert!(told(&world, account(2)).await.contains("Šporet na drva"));
}
