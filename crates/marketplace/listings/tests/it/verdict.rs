use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::listings::Price;
use svetu_kernel::{Clock, Currency};

use crate::world::{World, account, member, moderator, nobody, row, rsd, sofa, with};

async fn rules(world: &World, id: &str) -> String {
    let queue = world.call(&moderator(80), "GET /moderation/queue?limit=100", None).await;
    let found = queue.items().iter().find(|case| case["listing"]["id"] == id);
    let ad = world.get(&moderator(80), id).await.body;
    match (found, ad["reason"]["rule"].as_str()) {
        (Some(case), _) => {
            let reasons = case["reasons"].as_array().unwrap().iter();
            reasons.map(|reason| reason["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
        }
        (None, Some(rule)) => rule.to_owned(),
        (None, None) => String::new(),
    }
}

#[tokio::test]
async fn words_and_hidden_numbers() {
    let world = World::new().await;
    let text = |text: &str| json!({ "description": text });
    for (change, expected) in [
        (text("Siva, bez oštećenja."), "live"),
        (text("Uz garnituru ide i pištolj"), "refused weapons"),
        (text("Уз гарнитуру иде и ПИШТОЉ"), "refused weapons"),
        (
            json!({ "category": "outdoor-toys", "title": "Pištolj na vodu", "attributes": { "toy_type": "cars" } }),
            "live",
        ),
        (text("Samo kopija 1:1, prva kopija"), "in_review counterfeit"),
        (
            json!({ "category": "button-phones", "title": "Nokia", "description": "zaključan na iCloud" }),
            "in_review stolen, category_words",
        ),
        (text("Zaključan na iCloud"), "in_review stolen"),
        (text("Zovite na 064 123 45 67"), "in_review hidden_contact"),
        (text("zovi nula šezdeset četiri 123 45 67"), "in_review hidden_contact"),
        (text("зови нула шест четири један два три четири пет шест седам"), "in_review hidden_contact"),
        (text("pišite na pera@primer.rs"), "in_review hidden_contact"),
        (json!({ "title": "Garnitura 064-123-45-67" }), "in_review hidden_contact"),
        (text("Dimenzije 240 x 180, visina 85 cm, nova 2019"), "live"),
    ] {
        let (id, state) = world.publish(&member(1), with(sofa(), change.clone())).await;
        assert_eq!(format!("{state} {}", rules(&world, &id).await).trim(), expected, "{change}");
    }
}

const LONG: &str = "Prodajem ugaonu garnituru sive boje na razvlačenje, kupljena pre dve godine u salonu, bez oštećenja i fleka, \
    preuzimanje lično uz prethodni dogovor, cena nije fiksna";

#[tokio::test]
async fn the_same_text_again() {
    let world = World::new().await;
    let ad = with(sofa(), json!({ "description": LONG }));
    assert_eq!(world.publish(&member(1), ad.clone()).await.1, "live");
    let (own, state) = world.publish(&member(1), ad.clone()).await;
    assert_eq!((state.as_str(), rules(&world, &own).await.as_str()), ("refused", "duplicate_own"));
    let copied = with(ad.clone(), json!({ "description": format!("{LONG}!") }));
    let (copy, state) = world.publish(&member(2), copied).await;
    assert_eq!((state.as_str(), rules(&world, &copy).await.as_str()), ("in_review", "duplicate_other"));
    // The moderator sees both beside each other.
    let queue = world.call(&moderator(80), "GET /moderation/queue", None).await;
    assert_eq!(queue.items()[0]["similar"].as_array().unwrap().len(), 1);
    assert!(queue.items()[0]["reasons"][0]["facts"].as_str().unwrap().starts_with("Isti tekst ima oglas listing_"));
    let words = json!({ "description": "Kožna fotelja braon boje sa hrastovim naslonima i podesivim uzglavljem, idealna za čitanje pored prozora, stara tri godine" });
    assert_eq!(world.publish(&member(2), with(ad, words)).await.1, "live");
}

#[tokio::test]
async fn the_same_picture_again() {
    let world = World::new().await;
    let hash = 0xf0f0_1234_8765_0f0f;
    let first = world.photos.add(1, account(1), hash);
    let near = world.photos.add(2, account(2), hash ^ 0b101);
    let other = world.photos.add(3, account(3), !hash);
    let ad = |photo, title: &str| with(sofa(), json!({ "media": [photo], "title": title }));
    assert_eq!(world.publish(&member(1), ad(first, "Garnitura")).await.1, "live");
    let (id, state) = world.publish(&member(2), ad(near, "Kauč")).await;
    assert_eq!((state.as_str(), rules(&world, &id).await.as_str()), ("in_review", "duplicate_other"));
    assert_eq!(world.publish(&member(3), ad(other, "Fotelja")).await.1, "live");
    let (id, state) = world.publish(&member(1), ad(first, "Garnitura")).await;
    assert_eq!((state.as_str(), rules(&world, &id).await.as_str()), ("refused", "duplicate_own"));
}

#[tokio::test]
async fn a_price_that_does_not_fit() {
    let world = World::new().await;
    let rows = (0..25)
        .map(|n| {
            let amount_minor = 2_000_000 + n * 40_000;
            let price = Price::Fixed { amount_minor, currency: Currency::Rsd };
            svetu_contracts::listings::BulkListing { price, ..row(&format!("s{n}"), world.clock.now()) }
        })
        .collect();
    world.load(rows, true).await;
    let (id, state) = world.publish(&member(2), with(sofa(), json!({ "price": rsd(100) }))).await;
    assert_eq!((state.as_str(), rules(&world, &id).await.as_str()), ("in_review", "price_outlier"));
    assert_eq!(world.publish(&member(2), with(sofa(), json!({ "price": rsd(15_000) }))).await.1, "live");
    assert_eq!(world.publish(&member(2), with(sofa(), json!({ "price": { "kind": "free" } }))).await.1, "live");
}

#[tokio::test]
async fn what_is_mended_comes_out_of_the_queue() {
    let world = World::new().await;
    let owner = member(1);
    let (id, state) = world.publish(&owner, with(sofa(), json!({ "description": "Zovite 064 123 45 67" }))).await;
    assert_eq!(state, "in_review");
    let answer = world.edit(&owner, &id, json!({ "description": "Siva." })).await;
    assert_eq!(answer.body["state"], "live");
    // A live ad is judged again with every edit.
    let answer = world.edit(&owner, &id, json!({ "description": "Zovite 064 123 45 67" })).await;
    assert_eq!(answer.body["state"], "in_review");
    assert_eq!(world.get(&nobody(), &id).await.said(), "404 listing.not_found");
    let answer = world.edit(&owner, &id, json!({ "description": "I kokain" })).await;
    assert_eq!(answer.body["state"], "refused");
    assert_eq!(rules(&world, &id).await, "drugs");
    // A refused one waits for its seller, who publishes it again.
    let answer = world.edit(&owner, &id, json!({ "description": "Siva." })).await;
    assert_eq!(answer.body["state"], "refused");
    assert_eq!(world.said(&owner, &format!("POST /marketplace/listings/{id}/publish")).await, "200");
    assert_eq!(world.get(&nobody(), &id).await.body["reason"], Value::Null);
}

#[tokio::test]
async fn a_new_account_posts_five_a_day() {
    let world = World::new().await;
    let fresh = world.account_event(50, world.clock.now() - Duration::days(13));
    world.deliver(&[fresh]).await;
    let owner = member(50);
    for n in 0..5 {
        assert_eq!(world.publish(&owner, with(sofa(), json!({ "title": format!("Garnitura {n}") }))).await.1, "live");
    }
    let (id, said) = world.publish(&owner, sofa()).await;
    assert_eq!(said, "429 listing.posting_limit");
    assert_eq!(world.get(&owner, &id).await.body["state"], "draft");
    world.clock.advance(Duration::days(1));
    assert_eq!(world.said(&owner, &format!("POST /marketplace/listings/{id}/publish")).await, "200");
    // An old one has no limit.
    for n in 0..7 {
        let answer = world.publish(&member(2), with(sofa(), json!({ "title": format!("Fotelja {n}") }))).await;
        assert_eq!(answer.1, "live");
    }
}
