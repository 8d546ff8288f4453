use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::listings::{BulkListing, PRICE_DROPPED, Price, RATE_CHANGED};
use svetu_kernel::{Clock, Currency};

use crate::world::{World, member, nobody, operator, row, rsd, sofa, with};

fn eur(amount: i64) -> Value {
    json!({ "kind": "fixed", "amount_minor": amount * 100, "currency": "EUR" })
}

#[tokio::test]
async fn prices_are_remembered() {
    let world = World::new().await;
    let owner = member(1);
    let id = world.live(&owner).await;
    for price in [rsd(20_000), rsd(22_000), eur(150), json!({ "kind": "agreement" })] {
        world.clock.advance(Duration::hours(1));
        let answer = world.edit(&owner, &id, json!({ "price": price })).await;
        assert_eq!(answer.body["price"], price);
    }
    let history = world.call(&nobody(), &format!("GET /marketplace/listings/{id}/price-history"), None).await;
    let prices: Vec<&Value> = history.items().iter().map(|one| &one["price"]).collect();
    assert_eq!(prices, [&json!({ "kind": "agreement" }), &eur(150), &rsd(22_000), &rsd(20_000), &rsd(25_000)]);
    let ad = world.get(&nobody(), &id).await.body;
    assert_eq!(ad["price_history"].as_array().unwrap().len(), 5);
    assert_eq!((&ad["previous_price"], &ad["price_other"]), (&Value::Null, &Value::Null));
    // Two of the changes were falls, one of them across currencies.
    let falls: Vec<Value> = world
        .events()
        .await
        .into_iter()
        .filter(|event| event.kind == PRICE_DROPPED)
        .map(|event| json!([event.data["before"]["amount_minor"], event.data["after"]["amount_minor"]]))
        .collect();
    assert_eq!(falls, [json!([2_500_000, 2_000_000]), json!([2_200_000, 15_000])]);
    let id = world.live(&owner).await;
    let answer = world.edit(&owner, &id, json!({ "price": rsd(20_000) })).await;
    assert_eq!(answer.body["previous_price"], json!({ "amount_minor": 2_500_000, "currency": "RSD" }));
}

#[tokio::test]
async fn the_other_currency_follows_the_rate() {
    let world = World::new().await;
    let (id, _) = world.publish(&member(1), with(sofa(), json!({ "price": eur(100) }))).await;
    let rates = world.call(&nobody(), "GET /marketplace/rates", None).await.body;
    assert_eq!(rates["rsd_per_eur"], "117.1742");
    let other = |ad: &Value| ad["price_other"].clone();
    assert_eq!(other(&world.get(&nobody(), &id).await.body), json!({ "amount_minor": 1_171_742, "currency": "RSD" }));

    let set = |who, body| world_put(&world, who, body);
    assert_eq!(set(member(1), json!({ "rsd_per_eur": "118" })).await.said(), "403 auth.forbidden");
    for text in ["118,5", "", "-1", "0.5", "20000"] {
        let answer = set(operator(), json!({ "rsd_per_eur": text })).await;
        assert!(answer.faults().starts_with("/rsd_per_eur field."), "{text}: {}", answer.body);
    }
    let answer = set(operator(), json!({ "rsd_per_eur": "118.5" })).await;
    assert_eq!((answer.status, &answer.body["rsd_per_eur"]), (200, &json!("118.5000")));
    assert_eq!(other(&world.get(&nobody(), &id).await.body)["amount_minor"], 1_185_000);
    assert_eq!(world.events().await.iter().filter(|event| event.kind == RATE_CHANGED).count(), 1);
    // Copies are told the comparable price.
    world.tick().await;
    let last = world.events().await.pop().unwrap();
    assert_eq!((last.subject.as_str(), &last.data["price_rsd_minor"]), (id.as_str(), &json!(1_185_000)));

    // One of tomorrow is not in force today.
    let tomorrow = world.clock.now() + Duration::days(1);
    set(operator(), json!({ "rsd_per_eur": "120", "valid_from": tomorrow })).await;
    let rates = world.call(&nobody(), "GET /marketplace/rates", None).await.body;
    assert_eq!(rates["rsd_per_eur"], "118.5000");
    world.clock.advance(Duration::days(2));
    world.tick().await;
    let rates = world.call(&nobody(), "GET /marketplace/rates", None).await.body;
    assert_eq!(rates["rsd_per_eur"], "120.0000");
}

async fn world_put(world: &World, who: svetu_kernel::Actor, body: Value) -> crate::world::Answer {
    world.call(&who, "PUT /marketplace/rates", Some(body)).await
}

#[tokio::test]
async fn a_hint_of_what_others_ask() {
    let world = World::new().await;
    let car = |n: i64, model: &str, year: i64| BulkListing {
        category: "cars".to_owned(),
        price: Price::Fixed { amount_minor: (5_000 + n * 100) * 100, currency: Currency::Eur },
        attributes: serde_json::from_value(json!({
            "make": "volkswagen", "model": model, "year": year, "mileage_km": 100_000, "fuel": "diesel",
        }))
        .unwrap(),
        ..row(&format!("{model} {n} {year}"), world.clock.now())
    };
    let mut rows: Vec<BulkListing> = (0..10).map(|n| car(n, "golf-7", 2015)).collect();
    rows.extend((0..3).map(|n| car(n + 50, "golf-7", 2019)));
    rows.extend((0..2).map(|n| car(n, "golf-4", 2000)));
    world.load(rows, true).await;
    let hint = |query: &'static str| {
        let world = &world;
        async move { world.call(&nobody(), &format!("GET /marketplace/listings/price-hint?{query}"), None).await }
    };
    let golf = hint("category=cars&attr.make=volkswagen&attr.model=golf-7&attr.year=2015&currency=EUR").await;
    assert_eq!(golf.body["count"], 10);
    assert_eq!(
        (&golf.body["low"], &golf.body["median"], &golf.body["high"]),
        (&json!(500_000), &json!(540_000), &json!(580_000))
    );
    // Too few of the year: those of the model.
    let golf = hint("category=cars&attr.make=volkswagen&attr.model=golf-7&attr.year=2019&condition=used").await;
    assert_eq!((&golf.body["count"], &golf.body["currency"]), (&json!(13), &json!("RSD")));
    // Too few of the model: other cars say nothing.
    assert_eq!(hint("category=cars&attr.make=volkswagen&attr.model=golf-4").await.status, 204);
    assert_eq!(hint("category=cars&condition=new").await.status, 204);
    assert_eq!(hint("category=cars").await.body["count"], 15);
    assert_eq!(hint("category=gold").await.said(), "404 taxonomy.not_found");
    assert_eq!(hint("condition=used").await.faults(), "category field.missing");
    assert_eq!(hint("category=cars&condition=shiny").await.faults(), "condition field.invalid");
}
