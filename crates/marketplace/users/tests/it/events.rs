use chrono::Duration;
use svetu_contracts::listings::{LISTING_PURGED, ListingPurged, ListingState, PRICE_DROPPED, PriceDropped};
use svetu_db::{Job, outbox};
use svetu_kernel::{Clock, Currency, Money, Role};
use svetu_ports::Event;

use crate::world::{World, account, ad, rsd};

fn fell(world: &World, version: i64) -> Event {
    let fall = PriceDropped {
        id: ad(1),
        version,
        before: Money::new(100_000, Currency::Rsd),
        after: Money::new(80_000, Currency::Rsd),
    };
    outbox::event(world.clock.now(), PRICE_DROPPED, "listings", ad(1).to_string(), &fall).unwrap()
}

async fn send_letters(world: &World) {
    let job = Job {
        id: 1,
        kind: String::new(),
        key: String::new(),
        run_at: world.clock.now(),
        payload: serde_json::Value::Null,
        attempts: 1,
    };
    let kind = world.users.jobs().into_iter().find(|kind| kind.name == "users.price_letters").unwrap();
    kind.handler.run(&job).await.unwrap();
}

#[tokio::test]
async fn one_letter_a_person_and_fall() {
    let world = World::new().await;
    world.snapshot(ad(1), 1, ListingState::Live, rsd(100_000));
    for n in [1, 2, 9] {
        world.deliver(&[world.created(account(n), "Pera", 1, vec![Role::Member])]).await;
        assert_eq!(world.said(Some(account(n)), &format!("PUT /favourites/{}", ad(1))).await, "204");
    }
    let cheaper = world.snapshot(ad(1), 2, ListingState::Live, rsd(80_000));
    let events = [world.changed(&cheaper), fell(&world, 2)];
    world.deliver(&events).await;
    *world.letters.down.lock() = true;
    send_letters(&world).await;
    assert!(world.letters.sent.lock().is_empty());
    *world.letters.down.lock() = false;
    world.clock.advance(Duration::minutes(6));
    for _ in 0..2 {
        send_letters(&world).await;
        world.deliver(&events).await;
        world.clock.advance(Duration::minutes(6));
    }
    let sent = world.letters.sent.lock().clone();
    // The seller (account 9) keeps his own ad and is not told of his own price.
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].subject, "Niža cena: Šporet na drva");
    assert!(sent[0].text.contains("sa 1.000\u{a0}RSD na 800\u{a0}RSD"), "{}", sent[0].text);
    assert!(sent[0].text.contains(&format!("http://localhost:8080/listings/{}", ad(1))));

    // One click ends them, for that person alone.
    let address = sent[0].unsubscribe.clone().unwrap();
    let token = address.strip_prefix("http://localhost:8080/unsubscribe/prices?token=").unwrap();
    let path = format!("/price-letters/unsubscribe?token={token}");
    assert_eq!(world.said(None, &format!("POST {path}")).await, "204");
    assert_eq!(world.said(None, &format!("POST {path}x")).await, "404 users.unsubscribe_unknown");
    world.deliver(&[fell(&world, 3)]).await;
    send_letters(&world).await;
    assert_eq!(world.letters.sent.lock().len(), 3);

    // Sold meanwhile: nothing to write about.
    world.deliver(&[fell(&world, 4)]).await;
    let sold = world.snapshot(ad(1), 5, ListingState::Sold, rsd(80_000));
    world.deliver(&[world.changed(&sold)]).await;
    send_letters(&world).await;
    assert_eq!(world.letters.sent.lock().len(), 3);
}

#[tokio::test]
async fn a_purged_ad_does_not_come_back() {
    let world = World::new().await;
    let me = Some(account(1));
    let listing = world.snapshot(ad(1), 1, ListingState::Live, rsd(1));
    world.said(me, &format!("PUT /favourites/{}", ad(1))).await;
    let purged = ListingPurged { id: ad(1), version: 2 };
    let purged = outbox::event(world.clock.now(), LISTING_PURGED, "listings", ad(1).to_string(), &purged).unwrap();
    world.deliver(&[purged.clone(), world.changed(&listing), purged]).await;
    let (_, ids) = world.call(me, "GET /favourites/ids", None).await;
    assert_eq!(ids["ids"].as_array().unwrap().len(), 0);
    let row: (String, bool) = sqlx::query_as("select state, card is null from users.listing where id = $1")
        .bind(ad(1).uuid())
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert_eq!(row, ("purged".to_owned(), true));
}

#[tokio::test]
async fn poison_stops_at_itself() {
    let world = World::new().await;
    let good = world.created(account(1), "Pera", 1, vec![Role::Member]);
    let mut bad = world.created(account(2), "Mika", 1, vec![Role::Member]);
    bad.data = serde_json::json!({"id": 1});
    let group = world.users.consumers().into_iter().find(|group| group.name == "users.accounts").unwrap();
    let (at, error) = group.handler.handle(&[good, bad]).await.unwrap_err();
    assert_eq!(at, 1, "{error}");
    let count: i64 = sqlx::query_scalar("select count(*) from users.seller").fetch_one(world.db.pool()).await.unwrap();
    assert_eq!(count, 1);
}
