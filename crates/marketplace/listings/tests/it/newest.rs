use std::collections::BTreeSet;

use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::listings::{BulkListing, ListingState};
use svetu_kernel::Clock as _;

use crate::world::{Answer, World, member, nobody, operator, row, sofa, with};

const STATES: [ListingState; 10] = [
    ListingState::Draft,
    ListingState::InReview,
    ListingState::Live,
    ListingState::Reserved,
    ListingState::Sold,
    ListingState::Paused,
    ListingState::Expired,
    ListingState::Archived,
    ListingState::Refused,
    ListingState::Removed,
];

async fn newest(world: &World, query: &str) -> Answer {
    world.call(&nobody(), &format!("GET /marketplace/listings?{query}"), None).await
}

fn titles(answer: &Answer) -> Vec<&str> {
    answer.items().iter().map(|ad| ad["title"].as_str().unwrap()).collect()
}

/// An ad of so many days ago.
fn aged(world: &World, key: &str, category: &str, days: i64) -> BulkListing {
    let created_at = world.clock.now() - Duration::days(days);
    BulkListing { category: category.to_owned(), created_at, ..row(key, world.clock.now()) }
}

#[tokio::test]
async fn a_category_with_all_below_it_newest_first() {
    let world = World::new().await;
    let rows =
        [("sofas", 3), ("chairs", 1), ("dining-tables", 2), ("coffee-tables", 5), ("dressers", 4), ("nonfiction", 0)];
    world.load(rows.map(|(category, days)| aged(&world, category, category, days)).to_vec(), true).await;
    for (query, expected) in [
        ("category=chairs", "chairs"),
        ("category=tables-chairs", "chairs, dining-tables, coffee-tables"),
        ("category=furniture", "chairs, dining-tables, sofas, dressers, coffee-tables"),
        ("category=furniture&limit=2", "chairs, dining-tables"),
        ("category=wardrobes", ""),
        ("", "nonfiction, chairs, dining-tables, sofas, dressers, coffee-tables"),
        ("category=", "nonfiction, chairs, dining-tables, sofas, dressers, coffee-tables"),
    ] {
        let answer = newest(&world, query).await;
        let found: Vec<&str> =
            titles(&answer).into_iter().map(|title| title.trim_start_matches("Garnitura ")).collect();
        assert_eq!(found.join(", "), expected, "{query}");
    }
}

#[tokio::test]
async fn what_all_may_see_and_nothing_else_whoever_asks() {
    let world = World::new().await;
    let row = |state| BulkListing { state, ..aged(&world, &format!("{state:?}"), "sofas", 1) };
    world.load(STATES.map(row).to_vec(), true).await;
    let mut seen = Vec::new();
    for who in [nobody(), member(2), member(1), operator()] {
        let answer = world.call(&who, "GET /marketplace/listings?category=sofas", None).await;
        let found: BTreeSet<&str> = titles(&answer).into_iter().collect();
        assert_eq!(found, BTreeSet::from(["Garnitura Live", "Garnitura Reserved"]), "{who:?}");
        assert!(!answer.body.to_string().contains("+381"), "{}", answer.body);
        seen.push(answer.body["items"].clone());
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:?}");
    // What leaves the market leaves the list with the same commit.
    let id = world.live(&member(2)).await;
    assert_eq!(newest(&world, "category=sofas").await.items()[0]["id"], json!(id));
    world.call(&member(2), &format!("POST /marketplace/listings/{id}/pause"), None).await;
    assert_ne!(newest(&world, "category=sofas").await.items()[0]["id"], json!(id));
}

/// Whoever turns pages while others publish, renew, edit and withdraw sees each ad that stays once, and none twice.
#[tokio::test]
async fn pages_have_no_holes_while_others_publish() {
    let world = World::new().await;
    let stay: Vec<BulkListing> = (0..9).map(|n| aged(&world, &format!("{n}"), "chairs", n / 3)).collect();
    world.load(stay, true).await;
    let goes = world.load(vec![aged(&world, "goes", "dressers", 2)], true).await;
    let svetu_contracts::listings::BulkOutcome::Created { id: goes } = &goes[0] else { panic!("{goes:?}") };
    for limit in [1, 2, 4] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for page in 0..50 {
            let query = format!("category=furniture&limit={limit}&cursor={cursor}");
            let read = newest(&world, &query);
            let publish = async {
                let new = with(sofa(), json!({ "title": format!("Nova {limit} {page}") }));
                world.clock.advance(Duration::seconds(1));
                world.publish(&member(2), new).await
            };
            let (answer, (_, state)) = tokio::join!(read, publish);
            assert_eq!((answer.status, state.as_str()), (200, "live"));
            seen.extend(answer.items().iter().map(|ad| (ad["title"].as_str().unwrap().to_owned(), ad["id"].clone())));
            let next = answer.body["cursor"].as_str().map(str::to_owned);
            assert_eq!(next.is_some(), answer.header("link").contains("rel=\"next\""));
            if page == 1 {
                world.call(&member(1), &format!("POST /marketplace/listings/{goes}/pause"), None).await;
                let (_, old) = seen.iter().find(|(title, _)| title.starts_with("Garnitura ")).unwrap_or(&seen[0]);
                world.edit(&member(1), old.as_str().unwrap(), json!({ "description": "Plava." })).await;
            }
            let Some(next) = next else { break };
            cursor = next;
        }
        let ids: BTreeSet<String> = seen.iter().map(|(_, id)| id.to_string()).collect();
        assert_eq!(ids.len(), seen.len(), "an ad was on two pages: {seen:?}");
        for n in 0..9 {
            assert!(seen.iter().any(|(title, _)| *title == format!("Garnitura {n}")), "{n} was on no page: {seen:?}");
        }
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_is_named() {
    let world = World::new().await;
    world.load((0..3).map(|n| aged(&world, &format!("{n}"), "sofas", n)).collect(), true).await;
    let of = newest(&world, "category=sofas&limit=1").await;
    let cursor = of.body["cursor"].as_str().unwrap();
    assert_eq!(titles(&newest(&world, &format!("category=sofas&cursor={cursor}")).await).len(), 2);
    for (query, expected) in [
        ("category=nosuch".to_owned(), "400 request.query_invalid | category field.invalid"),
        ("category=%00".to_owned(), "400 request.query_invalid | category field.invalid"),
        ("limit=0".to_owned(), "400 request.query_invalid | limit field.out_of_range"),
        ("limit=101".to_owned(), "400 request.query_invalid | limit field.out_of_range"),
        ("cursor=x".to_owned(), "400 request.cursor | cursor request.cursor"),
        // A cursor belongs to its category.
        (format!("category=dressers&cursor={cursor}"), "400 request.cursor | cursor request.cursor"),
        (format!("cursor={cursor}"), "400 request.cursor | cursor request.cursor"),
    ] {
        let answer = newest(&world, &query).await;
        assert_eq!(format!("{} | {}", answer.said(), answer.faults()), expected, "{query}");
    }
}

#[tokio::test]
async fn a_card_is_in_the_readers_language() {
    let world = World::new().await;
    let car = json!({
        "title": "Golf 7 na prodaju", "description": "Registrovan do maja.", "category": "cars",
        "price": { "kind": "fixed", "amount_minor": 850_000, "currency": "EUR" }, "condition": "used",
        "place_id": crate::world::place(1), "language": "sr-Latn",
        "attributes": { "make": "volkswagen", "model": "golf-7", "year": 2015, "mileage_km": 180_000, "fuel": "diesel" },
    });
    world.publish(&member(1), car).await;
    let text = |value: &Value| value.as_str().unwrap().replace('\u{a0}', " ");
    for (language, expected) in [
        ("sr-Latn", "Golf 7 na prodaju | Automobili | Čačak | Volkswagen, Golf 7, 2015, 180.000 km"),
        ("sr-Cyrl", "Голф 7 на продају | Аутомобили | Чачак | Volkswagen, Golf 7, 2015, 180.000 km"),
        ("ru", "Golf 7 na prodaju | Легковые автомобили | Чачак | Volkswagen, Golf 7, 2015, 180 000 км"),
        ("en", "Golf 7 na prodaju | Cars | Čačak | Volkswagen, Golf 7, 2015, 180,000 km"),
    ] {
        let answer = newest(&world, &format!("category=vehicles&lang={language}")).await;
        let ad = &answer.items()[0];
        let attributes: Vec<String> =
            ad["attributes"].as_array().unwrap().iter().map(|attribute| text(&attribute["text"])).collect();
        let told = [&ad["title"], &ad["category"]["name"], &ad["place"]["name"]].map(text).join(" | ");
        assert_eq!(format!("{told} | {}", attributes.join(", ")), expected);
        assert_eq!((&ad["price"]["amount_minor"], &ad["price_other"]["currency"]), (&json!(850_000), &json!("RSD")));
        assert_eq!((&ad["seller"]["name"], &ad["state"]), (&json!("Prodavac 1"), &json!("live")));
    }
}
