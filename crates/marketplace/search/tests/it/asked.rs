//! Query strings: right ones filter, wrong ones are named.

use serde_json::json;
use svetu_contracts::listings::{Condition, Delivery, Price};

use crate::world::{With, World, eur, listing, numbers, place, rsd};

#[tokio::test(flavor = "multi_thread")]
async fn wrong_parameters_are_named() {
    let world = World::new().await;
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=20,44,19,45", "bbox"),
        ("lat=91&lon=1", "lat"),
        ("lat=44", "lon"),
        ("radius_m=5", "lat"),
        ("radius_m=0&lat=1&lon=1", "radius_m"),
        ("price_min=-1", "price_min"),
        ("price_max=1.5", "price_max"),
        ("currency=USD", "currency"),
        ("condition=old", "condition"),
        ("seller_kind=shop", "seller_kind"),
        ("delivery=drone", "delivery"),
        ("with_photo=maybe", "with_photo"),
        ("sort=best", "sort"),
        ("sort=distance", "sort"),
        ("since_days=0", "since_days"),
        ("seller=me", "seller"),
        ("place=beograd", "place"),
        ("attr.year_min=x", "attr.year_min"),
        ("cursor=abc", "cursor"),
        ("q=%00", "q"),
    ] {
        let said = world.said(None, &format!("GET /search?{query}"), None).await;
        assert_eq!(said, format!("400 request.query_invalid {name}"), "{query}");
    }
    assert_eq!(world.said(None, "GET /search/clusters?q=x", None).await, "400 request.query_invalid bbox");
    for path in ["19/0/0", "1/2/0", "1/0/x", "a/0/0", "1/0/-1"] {
        let said = world.said(None, &format!("GET /tiles/{path}"), None).await;
        assert!(said.starts_with("400 request.path_invalid"), "{path}: {said}");
    }
    assert_eq!(world.said(None, "GET /listings/rubbish/similar", None).await, "400 request.path_invalid id");
    // A link with a tracker's mark works.
    assert_eq!(world.said(None, "GET /search?utm_source=x&q=", None).await, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn huge_queries_are_cut_or_refused() {
    let world = World::new().await;
    world.put([listing(1, "stoves", "Šporet")]).await;
    let many = "stan ".repeat(2_000).replace(' ', "%20");
    assert_eq!(world.said(None, &format!("GET /search?q={many}"), None).await, "200");
    for word in ["a".repeat(5_000), "%F0%9F%98%80".repeat(400), "iphone13%20".repeat(100), "%22%28%5B*".repeat(200)] {
        assert_eq!(world.said(None, &format!("GET /search?q={word}&facets=true"), None).await, "200");
        assert_eq!(world.said(None, &format!("GET /search/suggest?q={word}"), None).await, "200");
    }
    let attributes: String = (0..31).map(|n| format!("attr.a{n}=1&")).collect();
    assert_eq!(
        world.said(None, &format!("GET /search?{attributes}"), None).await,
        "400 request.query_invalid attr.a30"
    );
    let values = "x,".repeat(51);
    assert_eq!(
        world.said(None, &format!("GET /search?attr.fuel={values}"), None).await,
        "400 request.query_invalid attr.fuel"
    );
    let pairs = "x=1&".repeat(201);
    assert_eq!(world.said(None, &format!("GET /search?{pairs}"), None).await, "400 request.query_invalid q");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_take_what_they_say() {
    let world = World::new().await;
    let car = |n, title| listing(n, "cars", title).with("make", json!("volkswagen"));
    let mut worn = car(3, "Golf 3").with("fuel", json!("petrol")).with("year", json!(1996)).priced(Price::Agreement);
    worn.condition = Some(Condition::ForParts);
    let mut sent = listing(4, "smartphones", "iPhone 13").priced(rsd(46_800)).in_place("Niš");
    (sent.condition, sent.delivery) = (Some(Condition::New), vec![Delivery::Courier, Delivery::Post]);
    sent.refreshed_at -= chrono::Duration::days(10);
    world
        .put([
            car(1, "Golf 7").with("fuel", json!("diesel")).with("year", json!(2015)).priced(eur(8_000)),
            car(2, "Golf 5").with("fuel", json!("petrol")).with("year", json!(2008)).priced(rsd(351_000)),
            worn,
            sent,
            listing(5, "flats-sale", "Stan").in_place("Novi Beograd").priced(eur(100_000)),
        ])
        .await;
    let check = async |query: &str, expected: &[u128]| {
        let mut found = world.found(query).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
    };
    check("category=vehicles", &[1, 2, 3]).await;
    check("category=cars&attr.fuel=petrol", &[2, 3]).await;
    check("attr.fuel=petrol,diesel&attr.year_min=2000", &[1, 2]).await;
    check("attr.year_max=2008", &[2, 3]).await;
    check("condition=new,for_parts", &[3, 4]).await;
    check("delivery=post", &[4]).await;
    check("since_days=7&category=phones&q=iphone", &[]).await;
    check("seller_kind=trader&category=cars", &[]).await;
    // 351,000 RSD are 3,000 EUR.
    check("category=cars&price_max=300000&currency=EUR", &[2]).await;
    check("category=cars&price_max=299900&currency=EUR&q=golf", &[]).await;
    check("price_min=93600000&price_max=93600000&currency=RSD", &[1]).await;
    check("price_min=1&price_max=1000000000000", &[1, 2, 4, 5]).await;
    // A place has those inside it.
    check(&format!("place={}", place("Beograd").id), &[1, 2, 3, 5]).await;
    check(&format!("place={}", place("Novi Beograd").id), &[5]).await;
    check("lat=43.3209&lon=21.8958&radius_m=1000", &[4]).await;
    check("lat=44.8125&lon=20.4612&radius_m=5000", &[1, 2, 3, 5]).await;
    check("bbox=21,43,22,44", &[4]).await;
    check(&format!("seller={}", crate::world::account(9).to_string().replace("account", "user")), &[1, 2, 3, 4, 5])
        .await;

    // Every order.
    assert_eq!(world.found("sort=price_asc").await, [4, 2, 1, 5, 3]);
    assert_eq!(world.found("sort=price_desc").await, [5, 1, 2, 4, 3]);
    assert_eq!(*world.found("sort=newest").await.last().unwrap(), 4);
    let near = world.get("/search?sort=distance&lat=43.3209&lon=21.8958").await;
    assert_eq!((numbers(&near)[0], near["items"][0]["distance_m"].as_f64().unwrap()), (4, 0.0));
    assert_eq!(world.found("q=golf+7&sort=relevance").await[0], 1);

    // A card in the reader's language, with the other currency.
    let card = &world.get("/search?q=golf+5&lang=sr-Cyrl").await["items"][0];
    assert_eq!(card["price_other"], json!({"amount_minor": 300_000, "currency": "EUR"}));
    assert_eq!(
        (card["place"]["name"].clone(), card["category"]["name"].clone()),
        (json!("Београд"), json!("Аутомобили"))
    );
    assert!(card["attributes"].as_array().unwrap().iter().any(|a| a["text"] == "2008"), "{card}");
}

#[tokio::test(flavor = "multi_thread")]
async fn facets_count_without_their_own_filter() {
    let world = World::new().await;
    let car = |n: u128, fuel: &str, year: i64| {
        let title = format!("Golf {n}");
        listing(n, "cars", &title).with("make", json!("volkswagen")).with("fuel", json!(fuel)).with("year", json!(year))
    };
    world
        .put([
            car(1, "diesel", 2010).priced(eur(1_000)),
            car(2, "diesel", 2015).priced(rsd(234_000)),
            car(3, "petrol", 2020).priced(eur(3_000)),
            listing(4, "stoves", "Šporet"),
        ])
        .await;
    let answer = world.get("/search?category=cars&attr.fuel=diesel&facets=true&currency=EUR&lang=en").await;
    let facets = &answer["facets"];
    assert_eq!(answer["total"], 2);
    let fuel: Vec<(String, u64)> = facets["attr.fuel"]["buckets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bucket| (bucket["name"].as_str().unwrap().to_owned(), bucket["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(fuel, [("Diesel".to_owned(), 2), ("Petrol".to_owned(), 1)]);
    // Others obey it.
    assert_eq!(facets["attr.year"]["range"], json!({"min": 2010.0, "max": 2015.0}));
    assert_eq!(facets["price"]["range"], json!({"min": 100_000.0, "max": 200_000.0}));
    // Categories are counted beside the chosen one.
    let level = world.get("/search?facets=true").await;
    let roots: Vec<(&str, u64)> = level["facets"]["category"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bucket| (bucket["value"].as_str().unwrap(), bucket["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(roots, [("vehicles", 3), ("appliances", 1)]);
    assert_eq!(world.get("/search?q=golf").await["facets"], json!(null));
}
