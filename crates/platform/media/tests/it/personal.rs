use chrono::Duration;
use svetu_contracts::{
    identity::{ACCOUNT_ERASED, AccountErased},
    media::Visibility,
    personal::PersonalPart,
};
use svetu_db::{Worker, outbox};
use svetu_kernel::{AccountId, Clock};

use super::{World, member, photo};

/// Rows of the list, then the sizes of the files.
async fn told(world: &World, id: AccountId) -> (usize, Vec<usize>) {
    let source = world.media.personal();
    let (mut after, mut count, mut files) = (None, 0, Vec::new());
    loop {
        let page = source.personal(id, after.as_deref()).await.unwrap();
        match page.part {
            Some(PersonalPart::Rows { rows, .. }) => count += rows.len(),
            Some(PersonalPart::File { name, bytes }) => {
                assert!(name.ends_with(".jpg") && bytes.starts_with(&[0xff, 0xd8]), "{name}");
                files.push(bytes.len());
            }
            None => {}
        }
        after = page.next;
        if after.is_none() {
            return (count, files);
        }
    }
}

#[tokio::test]
async fn a_person_is_told_everything_and_forgotten() {
    let world = World::new().await;
    let contract = world.media.contract();
    let ((ana, _), (iva, _)) = (member(), member());
    let own = contract.store(ana, photo(1)).await.unwrap().picture.id;
    let shared = contract.store(ana, photo(2)).await.unwrap().picture.id;
    let other = contract.store(iva, photo(2)).await.unwrap().picture.id;
    contract.attach("listing_1", ana, &[own, shared], Visibility::Public).await.unwrap();
    contract.attach("listing_2", iva, &[other], Visibility::Public).await.unwrap();
    let (count, files) = told(&world, ana).await;
    assert_eq!((count, files.len()), (2, 2));

    let event =
        outbox::event(world.clock.now(), ACCOUNT_ERASED, "identity", ana.to_string(), &AccountErased { id: ana })
            .unwrap();
    for _ in 0..2 {
        for group in world.media.consumers() {
            group.handler.handle(std::slice::from_ref(&event)).await.unwrap();
        }
    }
    assert_eq!(told(&world, ana).await, (0, Vec::new()));
    world.clock.advance(Duration::hours(1));
    Worker::new(world.db.db("media"), world.clock.clone(), world.media.jobs()).run_due().await.unwrap();
    // The photo that another person holds too stays theirs.
    assert_eq!(world.files().await.len(), 4);
    assert_eq!(contract.describe(&[own, shared, other]).await.unwrap().len(), 1);
}
