use chrono::TimeDelta;
use serde_json::json;
use svetu_contracts::listings::ListingSnapshot;
use svetu_testkit::eventually;

use crate::world::{With, World, eur, listing, numbers, place};

fn market() -> Vec<ListingSnapshot> {
    vec![
        listing(1, "flats-sale", "Dvosoban stan, Novi Beograd, blok 45").in_place("Novi Beograd").priced(eur(120_000)),
        listing(2, "flats-rent", "Стан на Новом Београду").in_place("Novi Beograd").priced(eur(500)),
        listing(3, "flats-sale", "Stan u Novom Sadu").in_place("Novi Sad").priced(eur(90_000)),
        listing(4, "stoves", "Šporet na drva Smederevac"),
        listing(5, "cookers", "Шпорет Горење"),
        listing(6, "crops", "Đubrivo NPK 15:15:15, džak 25 kg"),
        listing(7, "smartphones", "iPhone 12, 13 meseci garancije")
            .with("phone_brand", json!("apple"))
            .priced(eur(300)),
        listing(8, "smartphones", "Apple iPhone 13 128GB").with("phone_brand", json!("apple")).priced(eur(450)),
        listing(9, "cars", "VW Golf 7 1.6 TDI")
            .with("make", json!("volkswagen"))
            .with("fuel", json!("diesel"))
            .with("year", json!(2015))
            .priced(eur(7_900)),
        listing(10, "cars", "Golf 7 dizel, prvi vlasnik")
            .with("make", json!("volkswagen"))
            .with("fuel", json!("diesel"))
            .priced(eur(9_900)),
        listing(11, "cars", "Golf 6 benzin").with("make", json!("volkswagen")).priced(eur(4_000)),
        listing(12, "smartphones", "Samsung Galaxy S21").says("Menjam za iphone"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn one_index_answers_every_spelling() {
    let world = World::new().await;
    world.put(market()).await;
    for query in
        ["stan novi beograd", "стан нови београд", "STAN NOVI BEOGRAD", "stan novi beogrd", "stan novi beоgrad"]
    {
        assert_eq!(world.finds(query).await, [1, 2], "{query}");
    }
    for query in ["šporet", "sporet", "шпорет", "ŠPORET"] {
        assert_eq!(world.finds(query).await, [4, 5], "{query}");
    }
    for query in ["đubrivo", "djubrivo", "dubrivo", "ђубриво"] {
        assert_eq!(world.finds(query).await, [6], "{query}");
    }
    // Inflection, another language.
    assert_eq!(world.finds("stanovi novi beograd").await, [1, 2]);
    assert_eq!(world.finds("квартира нови сад").await, [3]);
    // A number is a number.
    assert_eq!(world.finds("iphone 13").await, [8]);
    assert_eq!(world.finds("iphone13").await, [8]);
    assert_eq!(world.finds("iphone 12").await, [7]);
    assert_eq!(world.finds("ајфон 13").await, [8]);
    // Only the last word may be unfinished.
    assert_eq!(world.finds("drva smed").await, [4]);
    let unfinished = world.get("/search?q=smed%20drva").await;
    assert_eq!(unfinished["understood"]["relaxed"].as_array().unwrap().len(), 1, "{unfinished}");
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_errors_are_mended_in_words_never_in_numbers() {
    let world = World::new().await;
    world.put(market()).await;
    let mended = world.get("/search?q=smederevca").await;
    assert_eq!(numbers(&mended), [4]);
    for (query, expected) in [("iphnoe 13", vec![8]), ("samsnug galaxy", vec![12]), ("garancjie", vec![7])] {
        let answer = world.get(&format!("/search?q={}", query.replace(' ', "%20"))).await;
        assert_eq!(numbers(&answer), expected, "{query}");
        assert!(answer["understood"]["corrected"].is_string(), "{query}");
    }
    // Four letters are taken as they are; nothing is found by a mended digit.
    assert_eq!(world.get("/search?q=gofl").await["understood"]["corrected"], json!(null));
    let other = world.get("/search?q=iphone%2014").await;
    assert_eq!(other["understood"]["corrected"], json!(null));
    assert!(numbers(&other).is_empty() || !other["understood"]["relaxed"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_understood_and_the_understanding_can_be_taken_back() {
    let world = World::new().await;
    world.put(market()).await;
    let answer = world.get("/search?q=golf+7+dizel+beograd+do+8000&lang=en").await;
    assert_eq!(numbers(&answer), [9]);
    let chips = answer["understood"]["chips"].as_array().unwrap();
    let price = chips.iter().find(|chip| chip["kind"] == "price").unwrap();
    assert_eq!((price["applied"].clone(), price["label"].clone()), (json!(true), json!("up to 8000 EUR")));
    let fields: Vec<&str> = chips.iter().map(|chip| chip["field"].as_str().unwrap()).collect();
    for field in ["price_max", "attr.fuel", "place"] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    assert!(chips.iter().filter(|chip| chip["kind"] != "price").all(|chip| chip["applied"] == json!(false)));
    // Without the limit the dearer one is back.
    let mut found = world.found(price["remove"].as_str().unwrap()).await;
    found.sort_unstable();
    assert_eq!(found, [9, 10]);
    // With the limit as a filter the words are free of it.
    assert_eq!(world.found(price["apply"].as_str().unwrap()).await, [9]);
    let town = chips.iter().find(|chip| chip["kind"] == "place").unwrap();
    assert_eq!(town["value"], json!(place("Beograd").id.to_string()));
    assert_eq!(world.found(town["apply"].as_str().unwrap()).await, [9]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_found_is_relaxed_aloud_and_never_in_price() {
    let world = World::new().await;
    world.put(market()).await;
    // The word that no ad has goes first.
    let answer = world.get("/search?q=golf+zeleznicki").await;
    assert_eq!(answer["understood"]["relaxed"].as_array().unwrap().len(), 1);
    assert_eq!(answer["total"], 3);
    // The radius grows, then the place is given up.
    let near = world.get("/search?q=golf&lat=45.2671&lon=19.8335&radius_m=10000").await;
    assert_eq!((near["total"].clone(), near["understood"]["relaxed"].as_array().unwrap().len()), (json!(3), 1));
    // A category gives way to the one above it.
    let wide = world.get("/search?q=golf&category=vans").await;
    assert_eq!(wide["total"], 3);
    let none = world.get("/search?q=golf&price_max=100000&currency=EUR&category=cars").await;
    assert_eq!((none["total"].clone(), none["understood"]["relaxed"].clone()), (json!(0), json!([])));
    assert_eq!(world.get("/search?q=golf&price_max=100000&currency=EUR&category=vans").await["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_are_few_and_forgive() {
    let world = World::new().await;
    world.put((0..30).map(|n| listing(n, "stoves", &format!("Šporet na drva model{n}")))).await;
    world.put([listing(99, "smartphones", "Samsung Galaxy S21")]).await;
    for (typed, expected) in
        [("spor", "šporet"), ("шпо", "šporet"), ("šporet na d", "šporet na drva"), ("samsng", "samsung")]
    {
        let answer =
            world.get(&format!("/search/suggest?{}", serde_html_form::to_string([("q", typed)]).unwrap())).await;
        let items = answer["items"].as_array().unwrap();
        assert!(items.len() <= 10 && !items.is_empty(), "{typed}: {items:?}");
        assert!(items.iter().any(|item| item["text"].as_str().unwrap().starts_with(expected)), "{typed}: {items:?}");
    }
    let cyrillic = world.get("/search/suggest?q=spor&lang=sr-Cyrl").await;
    assert!(cyrillic["items"].as_array().unwrap().iter().any(|item| item["text"] == "шпорет"), "{cyrillic}");
    let category = world.get("/search/suggest?q=automob&lang=ru").await;
    assert!(category["items"].as_array().unwrap().iter().any(|item| item["kind"] == "category"), "{category}");
    assert_eq!(world.get("/search/suggest?q=s").await, json!({"items": []}));
    assert_eq!(world.get("/search/suggest").await, json!({"items": []}));

    // What many ask with success is suggested; what is found by nobody, or private, is not.
    for _ in 0..6 {
        world.get("/search?q=Šporet+na+drva".replace('Š', "%C5%A0").as_str()).await;
        world.get("/search?q=samsung+0641234567").await;
    }
    world.run_job("search.popular").await;
    let popular = world.get("/search/suggest?q=%C5%A1poret").await;
    let asked = json!({"text": "šporet na drva", "kind": "query"});
    assert!(popular["items"].as_array().unwrap().contains(&asked), "{popular}");
    let private = world.get("/search/suggest?q=samsung").await;
    assert!(!private.to_string().contains("0641234567"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_is_asked_all_of_them_suggest() {
    let here = World::new().await;
    here.put([listing(1, "stoves", "Šporet na drva")]).await;
    let there = here.another().await;
    let asked = json!({"text": "šporet na drva", "kind": "query"});
    let suggests = async |world: &World| {
        let answer = world.get("/search/suggest?q=%C5%A1poret").await;
        answer["items"].as_array().unwrap().contains(&asked)
    };
    for _ in 0..6 {
        here.get("/search?q=%C5%A0poret+na+drva").await;
    }
    // It hands over beside a request, once it is time.
    here.clock.advance(TimeDelta::seconds(20));
    assert!(!suggests(&here).await);
    // The job runs in the other one, which nobody asked anything.
    eventually("what was asked here is counted there", || async {
        there.run_job("search.popular").await;
        suggests(&there).await
    })
    .await;
    eventually("who was asked hears of it", || async {
        here.clock.advance(TimeDelta::seconds(20));
        suggests(&here).await
    })
    .await;
    there.run_job("search.popular").await;
    let times = sqlx::query_scalar::<_, i64>("select times from search.asked where folded = 'sporet na drva'");
    assert_eq!(times.fetch_one(here.db.pool()).await.unwrap(), 6, "each is counted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_ads_are_of_the_same_kind() {
    let world = World::new().await;
    world.put(market()).await;
    let similar = world.get(&format!("/listings/{}/similar", crate::world::ad(9))).await;
    assert_eq!(numbers(&similar)[..2], [10, 11]);
    assert!(!numbers(&similar).contains(&9));
    assert_eq!(
        world.said(None, &format!("GET /listings/{}/similar", crate::world::ad(77)), None).await,
        "404 search.no_such_listing"
    );
}
