use chrono::Duration;
use serde_json::json;
use svetu_contracts::{listings::ListingState, users::NewFavourite};
use svetu_kernel::{Clock, Role};

use crate::world::{World, account, ad, rsd};

#[tokio::test]
async fn favourites_show_state_and_price() {
    let world = World::new().await;
    let me = Some(account(1));
    let first = world.snapshot(ad(1), 1, ListingState::Live, rsd(100_000));
    world.snapshot(ad(2), 1, ListingState::Live, rsd(50_000));
    world.snapshot(ad(3), 1, ListingState::InReview, rsd(50_000));
    for n in [1, 2, 1] {
        assert_eq!(world.said(me, &format!("PUT /favourites/{}", ad(n))).await, "204");
        world.clock.advance(Duration::seconds(1));
    }
    assert_eq!(world.said(me, &format!("PUT /favourites/{}", ad(3))).await, "404 users.no_such_listing");
    assert_eq!(world.said(me, &format!("PUT /favourites/{}", ad(4))).await, "404 users.no_such_listing");
    assert_eq!(world.said(me, "PUT /favourites/rubbish").await, "400 request.path_invalid");

    let cheaper = world.snapshot(ad(1), 2, ListingState::Reserved, rsd(80_000));
    world.deliver(&[world.changed(&cheaper)]).await;
    // An old event after a new one changes nothing.
    world.deliver(&[world.changed(&first)]).await;

    let (status, page) = world.call(me, "GET /favourites?limit=1&lang=sr-Cyrl", None).await;
    assert_eq!((status, page["items"][0]["listing"]["id"].as_str()), (200, Some(ad(2).to_string().as_str())));
    let cursor = page["cursor"].as_str().unwrap();
    let (_, page) = world.call(me, &format!("GET /favourites?limit=1&lang=sr-Cyrl&cursor={cursor}"), None).await;
    let kept = &page["items"][0];
    assert_eq!(kept["listing"]["title"], "Шпорет на дрва");
    assert_eq!(kept["listing"]["place"]["name"], "Чачак");
    assert_eq!(kept["listing"]["state"], "reserved");
    assert_eq!(kept["price_then"]["amount_minor"], 100_000);
    assert_eq!(kept["price_change"], json!({"amount_minor": -20_000, "currency": "RSD"}));
    assert_eq!(page["cursor"], json!(null));

    let (_, ids) = world.call(me, "GET /favourites/ids", None).await;
    assert_eq!(ids, json!({"ids": [ad(2), ad(1)]}));
    // Nobody sees another's.
    let (_, others) = world.call(Some(account(2)), "GET /favourites/ids", None).await;
    assert_eq!(others, json!({"ids": []}));

    // What others may not see is in no list.
    let removed = world.snapshot(ad(2), 2, ListingState::Removed, rsd(50_000));
    world.deliver(&[world.changed(&removed)]).await;
    let (_, page) = world.call(me, "GET /favourites", None).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.said(me, &format!("DELETE /favourites/{}", ad(1))).await, "204");
    assert_eq!(world.said(me, &format!("DELETE /favourites/{}", ad(1))).await, "204");
}

#[tokio::test]
async fn favourites_are_bounded() {
    let world = World::new().await;
    let contract = world.users.contract();
    let of = |n| NewFavourite { owner: account(1), listing: ad(n), at: world.clock.now() };
    for n in 0..=1_000 {
        world.snapshot(ad(n), 1, ListingState::Live, rsd(1));
    }
    assert_eq!(contract.add_favourites((0..1_000).map(of).collect()).await.unwrap(), 1_000);
    assert_eq!(contract.add_favourites(vec![of(0), of(5_000)]).await.unwrap(), 0);
    assert_eq!(
        world.said(Some(account(1)), &format!("PUT /favourites/{}", ad(1_000))).await,
        "409 users.favourites_full"
    );
    let (_, ids) = world.call(Some(account(1)), "GET /favourites/ids", None).await;
    assert_eq!(ids["ids"].as_array().unwrap().len(), 1_000);
    assert_eq!(contract.keepers(ad(7), None, 10).await.unwrap(), [account(1)]);
}

#[tokio::test]
async fn the_last_hundred_viewed_are_kept() {
    let world = World::new().await;
    let me = Some(account(1));
    for n in 0..105 {
        world.snapshot(ad(n), 1, ListingState::Live, rsd(1));
        assert_eq!(world.said(me, &format!("PUT /viewed/{}", ad(n))).await, "204");
        world.clock.advance(Duration::seconds(1));
    }
    let (_, page) = world.call(me, "GET /viewed?limit=100", None).await;
    let items = page["items"].as_array().unwrap();
    assert_eq!((items.len(), items[0]["listing"]["id"].clone()), (100, json!(ad(104))));
    assert_eq!(world.said(me, "DELETE /viewed").await, "204");
    let (_, page) = world.call(me, "GET /viewed", None).await;
    assert_eq!(page, json!({"items": []}));
}

#[tokio::test]
async fn sellers_have_a_page() {
    let world = World::new().await;
    let (me, page) = (Some(account(9)), format!("GET /sellers/{}", account(9).to_string().replace("account", "user")));
    assert_eq!(world.said(None, &page).await, "404 users.no_such_seller");
    world.deliver(&[world.created(account(9), "Mika", 2, vec![Role::Member, Role::Trader])]).await;
    world.deliver(&[world.created(account(9), "Old name", 1, vec![Role::Member])]).await;
    for (n, state) in [(1, ListingState::Live), (2, ListingState::Reserved), (3, ListingState::Sold)] {
        let listing = world.snapshot(ad(n), 1, state, rsd(1));
        world.deliver(&[world.changed(&listing), world.changed(&listing)]).await;
    }
    let (_, own) = world.call(me, "PATCH /sellers/me", Some(json!({"about": " Radim nedeljom. "}))).await;
    assert_eq!((own["about"].clone(), own["price_mail"].clone()), (json!("Radim nedeljom."), json!(true)));
    let (status, seller) = world.call(None, &page, None).await;
    assert_eq!((status, seller["name"].clone(), seller["kind"].clone()), (200, json!("Mika"), json!("trader")));
    assert_eq!((seller["live_count"].clone(), seller["price_mail"].clone()), (json!(2), json!(null)));

    let (_, own) = world.call(me, "PATCH /sellers/me", Some(json!({"about": null, "price_mail": false}))).await;
    assert_eq!((own["about"].clone(), own["price_mail"].clone()), (json!(null), json!(false)));
    let (status, problem) = world.call(me, "PATCH /sellers/me", Some(json!({"about": "a".repeat(1_001)}))).await;
    assert_eq!((status, problem["errors"][0]["field"].clone()), (422, json!("/about")));
}

#[tokio::test]
async fn visitors_keep_nothing() {
    let world = World::new().await;
    for line in [
        "GET /favourites",
        "GET /favourites/ids",
        "PUT /favourites/listing_00000000000000000000000000",
        "DELETE /favourites/listing_00000000000000000000000000",
        "GET /viewed",
        "PUT /viewed/listing_00000000000000000000000000",
        "DELETE /viewed",
        "GET /sellers/me",
        "PATCH /sellers/me",
    ] {
        assert_eq!(world.said(None, line).await, "401 auth.required", "{line}");
    }
}
