use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::media::Visibility;

use crate::world::{World, account, member, nobody, sofa, with};

async fn days(world: &World, days: i64) {
    world.clock.advance(Duration::days(days));
    world.tick().await;
}

#[tokio::test]
async fn reminders_three_days_and_one_day_before() {
    let world = World::new().await;
    for n in 1..=4 {
        world.live(&member(n)).await;
    }
    days(&world, 26).await;
    assert!(world.letters.take().is_empty());
    *world.letters.down.lock() = true;
    days(&world, 1).await;
    *world.letters.down.lock() = false;
    world.clock.advance(Duration::minutes(11));
    world.tick().await;
    let letters = world.letters.take();
    let mut subjects: Vec<&str> = letters.iter().map(|letter| letter.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(
        subjects,
        [
            "Oglas ističe 14.02.2026.: Ugaona garnitura",
            "Your ad ends on 14 February 2026: Ugaona garnitura",
            "Оглас истиче 14.02.2026.: Угаона гарнитура",
            "Срок объявления истекает 14.02.2026: Ugaona garnitura",
        ]
    );
    let russian = letters.iter().find(|letter| letter.to == "3@primer.rs").unwrap();
    assert!(russian.text.contains("http://localhost:8080/ru/listings/listing_"), "{}", russian.text);
    world.clock.advance(Duration::minutes(11));
    world.tick().await;
    assert!(world.letters.take().is_empty());
    days(&world, 2).await;
    assert_eq!(world.letters.take().len(), 4);
    days(&world, 0).await;
    assert!(world.letters.take().is_empty());
}

#[tokio::test]
async fn a_term_ends_and_is_renewed() {
    let world = World::new().await;
    let owner = member(1);
    let id = world.live(&owner).await;
    let before = world.get(&owner, &id).await.body;
    let step = |name: &'static str| {
        let (world, owner, line) = (&world, member(1), format!("POST /marketplace/listings/{id}/{name}"));
        async move { world.call(&owner, &line, None).await }
    };
    assert_eq!(step("renew").await.said(), "409 listing.renewed_recently");
    days(&world, 8).await;
    assert_eq!(step("renew").await.body["expires_at"], "2026-02-22T12:00:00Z");
    days(&world, 30).await;
    assert_eq!(world.get(&owner, &id).await.body["state"], "expired");
    assert_eq!(world.get(&nobody(), &id).await.said(), "410 listing.gone");
    // A paused one ends, too: its term went on.
    let paused = world.live(&owner).await;
    world.call(&owner, &format!("POST /marketplace/listings/{paused}/pause"), None).await;
    days(&world, 31).await;
    assert_eq!(world.get(&owner, &paused).await.body["state"], "expired");

    let renewed = step("renew").await.body;
    assert_eq!((&renewed["id"], &renewed["state"]), (&before["id"], &json!("live")));
    assert_eq!(renewed["published_at"], before["published_at"]);
    assert_ne!(renewed["refreshed_at"], before["refreshed_at"]);
    assert_eq!(world.get(&nobody(), &id).await.status, 200);
    days(&world, 30).await;
    // Nobody renews it any more: archived after 90 days, forgotten after 30 more.
    days(&world, 91).await;
    assert_eq!(world.get(&owner, &id).await.body["state"], "archived");
    days(&world, 31).await;
    assert_eq!(world.get(&owner, &id).await.said(), "410 listing.gone");
    let left: (String, Value, Option<Value>) =
        sqlx::query_as("select title, pictures, place from listings.listing where state = 'purged' limit 1")
            .fetch_one(world.db.pool())
            .await
            .unwrap();
    assert_eq!(left, (String::new(), json!([]), None));
}

#[tokio::test]
async fn a_sold_page_stays_thirty_days() {
    let world = World::new().await;
    let owner = member(1);
    let photo = world.photos.add(1, account(1), 0);
    let (id, _) = world.publish(&owner, with(sofa(), json!({ "media": [photo] }))).await;
    assert_eq!(world.photos.of(&id), (1, Visibility::Public));
    world.call(&owner, &format!("POST /marketplace/listings/{id}/sold"), None).await;
    days(&world, 29).await;
    let page = world.get(&nobody(), &id).await;
    assert_eq!((page.status, &page.body["state"], page.body["sold_at"].is_string()), (200, &json!("sold"), true));
    world.clock.advance(Duration::days(1));
    assert_eq!(world.get(&nobody(), &id).await.said(), "410 listing.gone");
    world.tick().await;
    assert_eq!(world.get(&owner, &id).await.body["state"], "archived");
    world.deliver(&world.events().await).await;
    assert_eq!(world.photos.of(&id), (1, Visibility::Owner));
    days(&world, 31).await;
    assert_eq!(world.photos.of(&id).0, 0);
}

#[tokio::test]
async fn drafts_that_nobody_touched_vanish() {
    let world = World::new().await;
    let id = world.draft(&member(1), sofa()).await;
    days(&world, 89).await;
    assert_eq!(world.get(&member(1), &id).await.status, 200);
    days(&world, 2).await;
    assert_eq!(world.get(&member(1), &id).await.said(), "404 listing.not_found");
}
