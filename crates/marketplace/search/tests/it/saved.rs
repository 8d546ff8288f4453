use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::json;
use svetu_contracts::listings::{Condition, ListingSnapshot, ListingState};
use svetu_contracts::search::NewSavedSearch;
use svetu_kernel::{Clock, Currency, Money};

use crate::world::{With, World, account, eur, listing, numbers, place, rsd};

#[tokio::test(flavor = "multi_thread")]
async fn only_their_owner_has_to_do_with_them() {
    let world = World::new().await;
    let id = world.save(1, "q=sporet", "daily").await;
    let body = || Some(json!({"query": "q=stan"}));
    let patch = || Some(json!({"frequency": "weekly"}));
    for (line, body) in [
        ("GET /saved-searches".to_owned(), None),
        ("POST /saved-searches".to_owned(), body()),
        (format!("PATCH /saved-searches/{id}"), patch()),
        (format!("DELETE /saved-searches/{id}"), None),
        (format!("GET /saved-searches/{id}/alerts"), None),
    ] {
        assert_eq!(world.said(None, &line, body).await, "401 auth.required", "{line}");
    }
    let stranger = Some(account(2));
    assert_eq!(world.call(stranger, "GET /saved-searches", None).await, (200, json!({"items": []})));
    for (line, body) in [
        (format!("PATCH /saved-searches/{id}"), patch()),
        (format!("DELETE /saved-searches/{id}"), None),
        (format!("GET /saved-searches/{id}/alerts"), None),
    ] {
        assert_eq!(world.said(stranger, &line, body).await, "403 auth.forbidden", "{line}");
    }
    let me = Some(account(1));
    let (status, changed) = world
        .call(me, &format!("PATCH /saved-searches/{id}"), Some(json!({"name": "  Moj   šporet ", "frequency": "off"})))
        .await;
    assert_eq!(
        (status, changed["name"].clone(), changed["frequency"].clone()),
        (200, json!("Moj šporet"), json!("off"))
    );
    assert_eq!(world.call(me, &format!("GET /saved-searches/{id}/alerts"), None).await, (200, json!({"items": []})));
    assert_eq!(world.said(me, &format!("DELETE /saved-searches/{id}"), None).await, "204");
    assert_eq!(world.said(me, &format!("DELETE /saved-searches/{id}"), None).await, "404 search.no_such_saved");
    assert_eq!(world.said(me, "DELETE /saved-searches/rubbish", None).await, "400 request.path_invalid id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_saved_as_it_was_understood() {
    let world = World::new().await;
    world.put((1..9).map(|n| listing(n, "cars", "Golf 7 Beograd"))).await;
    let me = Some(account(1));
    let body = json!({"query": "q=golf+7+beogrd+do+8000&sort=newest&utm=x&limit=5"});
    let (status, saved) = world.call(me, "POST /saved-searches", Some(body.clone())).await;
    assert_eq!(status, 201);
    assert_eq!(saved["query"], "q=golf+7+beograd&price_max=800000&currency=EUR&sort=newest");
    assert_eq!(saved["name"], "golf 7 beograd, ≤ 8000 EUR");
    assert_eq!((saved["frequency"].clone(), saved["new_count"].clone()), (json!("daily"), json!(0)));
    // The same again is the one that is there.
    let (status, again) = world.call(me, "POST /saved-searches", Some(body)).await;
    assert_eq!((status, again["id"].clone()), (200, saved["id"].clone()));

    for (body, said) in [
        (json!({"query": ""}), "422 validation.failed /query"),
        (json!({"query": "sort=newest&facets=true"}), "422 validation.failed /query"),
        (json!({"query": "price_max=x"}), "422 validation.failed /query"),
        (json!({"query": format!("q={}", "a".repeat(2_001))}), "422 validation.failed /query"),
        (json!({"query": "q=a1", "name": " "}), "422 validation.failed /name"),
        (json!({"query": "q=a1", "name": "n".repeat(101)}), "422 validation.failed /name"),
        (json!({"query": "q=a1", "frequency": "hourly"}), "422 validation.failed /frequency"),
        (json!({"name": "x"}), "422 validation.failed /query"),
    ] {
        assert_eq!(world.said(me, "POST /saved-searches", Some(body.clone())).await, said, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_saves_a_hundred() {
    let world = World::new().await;
    let search = |n: usize, owner| NewSavedSearch {
        owner: account(owner),
        name: format!("{n}"),
        query: format!("q=ormar{n}"),
        created_at: world.clock.now(),
    };
    let contract = world.contract();
    assert_eq!(contract.save_searches((0..120).map(|n| search(n, 1)).collect()).await.unwrap(), 100);
    assert_eq!(contract.save_searches(vec![search(0, 1), search(0, 2)]).await.unwrap(), 1);
    assert!(contract.save_searches((0..1_001).map(|n| search(n, 1)).collect()).await.is_err());
    assert_eq!(
        world.said(Some(account(1)), "POST /saved-searches", Some(json!({"query": "q=stan"}))).await,
        "409 search.saved_full"
    );
    let (_, list) = world.call(Some(account(1)), "GET /saved-searches", None).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_saves_once() {
    let world = World::new().await;
    let (me, line) = (Some(account(1)), "POST /saved-searches");
    let body = |query: &str| Some(json!({"query": query}));
    let (first, saved) = world.raw(me, line, body("q=stan"), Some("k1")).await;
    let (second, replayed) = world.raw(me, line, body("q=stan"), Some("k1")).await;
    assert_eq!((first, second), (201, 201));
    assert_eq!(saved, replayed);
    assert_eq!(world.raw(me, line, body("q=kuca"), Some("k1")).await.0, 422);
    let (_, list) = world.call(me, "GET /saved-searches", None).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_alert_an_ad_and_another_when_it_is_cheaper() {
    let world = World::new().await;
    let me = Some(account(1));
    world.put([listing(1, "stoves", "Šporet stari")]).await;
    world.clock.advance(chrono::Duration::minutes(1));
    let id = world.save(1, "q=sporet", "off").await;
    let own = world.save(9, "q=sporet", "off").await;
    world.clock.advance(chrono::Duration::minutes(1));
    let found = async || {
        let (_, page) = world.call(me, &format!("GET /saved-searches/{id}/alerts"), None).await;
        let kinds: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect();
        numbers(&page).into_iter().zip(kinds).collect::<Vec<_>>()
    };
    let new = |n, version| {
        let mut ad = listing(n, "stoves", "Šporet novi").version(version);
        ad.published_at = Some(world.clock.now());
        ad
    };
    let first = world.set(new(2, 1));
    world.deliver(&[first.clone(), first.clone()]).await;
    world
        .put([new(2, 2), new(3, 1).state(ListingState::Paused), listing(1, "stoves", "Šporet stari, opran").version(2)])
        .await;
    assert_eq!(found().await, [(2, "new".to_owned())]);
    // Nobody is told of their own ad.
    let (_, page) = world.call(Some(account(9)), &format!("GET /saved-searches/{own}/alerts"), None).await;
    assert_eq!(numbers(&page), [0_u128; 0]);

    // Looked at: nothing is new until something comes.
    let count = async || world.call(me, "GET /saved-searches", None).await.1["items"][0]["new_count"].clone();
    assert_eq!(count().await, json!(0));
    world.clock.advance(chrono::Duration::minutes(1));
    let before = Money::new(100_000, Currency::Rsd);
    let fall = world.cheaper(new(2, 3).priced(rsd(900)), before);
    world.deliver(&fall).await;
    assert_eq!(count().await, json!(1));
    assert_eq!(found().await, [(2, "price".to_owned())]);
    world.clock.advance(chrono::Duration::minutes(1));
    world.deliver(&fall).await;
    assert_eq!(count().await, json!(0));
    // Up and down again to what was told: no news. Further down: news, of the old ad too.
    world.put([new(2, 4).priced(rsd(1_000))]).await;
    world.deliver(&world.cheaper(new(2, 5).priced(rsd(900)), before)).await;
    assert_eq!(count().await, json!(0));
    world.deliver(&world.cheaper(new(2, 6).priced(rsd(800)), before)).await;
    world.deliver(&world.cheaper(listing(1, "stoves", "Šporet stari").version(3).priced(rsd(500)), before)).await;
    assert_eq!(count().await, json!(2));
    // An ad that cannot be had is not shown.
    world.put([new(2, 7).state(ListingState::Sold)]).await;
    assert_eq!(found().await, [(1, "price".to_owned())]);
}

const WORDS: [&str; 8] = ["ormar", "krevet", "bicikl", "gitara", "pegla", "iphone", "samsung", "tepih"];
const LEAVES: [&str; 4] = ["cars", "stoves", "smartphones", "flats-sale"];

/// Any ad.
fn any_ad() -> impl Strategy<Value = ListingSnapshot> {
    let words = prop::collection::vec(0..WORDS.len(), 1..4);
    let facts = (0..LEAVES.len(), 0..4_usize, prop::option::of(1_i64..40), any::<bool>(), prop::option::of(10_i64..15));
    let more = (0..3_usize, -40_i32..40, -40_i32..40, any::<bool>());
    (words, facts, more).prop_map(|(words, (leaf, town, price, euros, number), (fuel, lat, lon, used))| {
        let mut title = words.iter().map(|at| WORDS[*at]).collect::<Vec<_>>().join(" ");
        if let Some(number) = number {
            title.push_str(&format!(" {number}"));
        }
        let mut ad = listing(0, LEAVES[leaf], &title).in_place(["Beograd", "Novi Beograd", "Novi Sad", "Niš"][town]);
        ad = match (price, euros) {
            (None, _) => ad.priced(svetu_contracts::listings::Price::Agreement),
            (Some(price), true) => ad.priced(eur(price * 10)),
            (Some(price), false) => ad.priced(rsd(price * 1_170)),
        };
        if fuel < 2 {
            ad = ad.with("fuel", json!(["diesel", "petrol"][fuel])).with("year", json!(2_000 + lat));
        }
        ad.condition = Some(if used { Condition::Used } else { Condition::New });
        ad.place.point.lat += f64::from(lat) / 1_000.0;
        ad.place.point.lon += f64::from(lon) / 1_000.0;
        ad
    })
}

/// Any search, made of the conditions that such ads meet or miss.
fn any_search() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(0..WORDS.len(), 0..3);
    let first = (prop::option::of(0..5_usize), prop::option::of(0..4_usize), prop::option::of(10_i64..15));
    let second =
        (prop::option::of(1_i64..40), prop::option::of(1_i64..40), any::<bool>(), prop::option::of(any::<bool>()));
    let third =
        (prop::option::of(0..3_usize), prop::option::of(1_960_i64..2_040), prop::option::of(0..4_usize), 0..4_u8);
    (words, first, second, third).prop_map(|(words, first, second, third)| {
        let mut query: Vec<(String, String)> = Vec::new();
        let mut put = |name: &str, value: String| query.push((name.to_owned(), value));
        let mut text = words.iter().map(|at| WORDS[*at]).collect::<Vec<_>>().join(" ");
        if let (Some(number), false) = (first.2, text.is_empty()) {
            text.push_str(&format!(" {number}"));
        }
        put("q", text);
        if let Some(at) = first.0 {
            put("category", ["vehicles", "stoves", "phones", "flats-sale", "cars"][at].to_owned());
        }
        let town = |at: usize| place(["Beograd", "Novi Beograd", "Novi Sad", "Niš"][at]);
        if let Some(at) = first.1 {
            put("place", town(at).id.to_string());
        }
        let scale = if second.2 { 1_000 } else { 117_000 };
        for (name, bound) in [("price_min", second.0), ("price_max", second.1)] {
            if let Some(bound) = bound {
                put(name, (bound * scale).to_string());
            }
        }
        put("currency", if second.2 { "EUR" } else { "RSD" }.to_owned());
        if let Some(used) = second.3 {
            put("condition", if used { "used" } else { "new,like_new" }.to_owned());
        }
        if let Some(at) = third.0 {
            put("attr.fuel", ["diesel", "petrol", "diesel,petrol"][at].to_owned());
        }
        if let Some(year) = third.1 {
            put("attr.year_min", year.to_string());
        }
        if let Some(at) = third.2 {
            let point = town(at).point;
            match third.3 {
                0 => {
                    put("bbox", format!("{},{},{},{}", point.lon - 0.02, point.lat - 0.03, point.lon + 0.01, point.lat))
                }
                1 => {
                    put("lat", point.lat.to_string());
                    put("lon", point.lon.to_string());
                    put("radius_m", "2500".to_owned());
                }
                2 => put("since_days", "3".to_owned()),
                _ => put("delivery", "post".to_owned()),
            }
        }
        serde_html_form::to_string(&query).unwrap()
    })
}

/// Of every ad the reverse index names exactly the searches that find it when they are run.
#[tokio::test(flavor = "multi_thread")]
async fn matching_an_ad_is_running_every_search() {
    const SEARCHES: usize = 240;
    const ADS: u128 = 160;
    let world = World::new().await;
    let mut runner = TestRunner::deterministic();
    let mut searches: BTreeMap<String, String> = BTreeMap::new();
    while searches.len() < SEARCHES {
        let query = any_search().new_tree(&mut runner).unwrap().current();
        let owner = 10 + searches.len() as u128 / 50;
        let (status, saved) = world
            .call(Some(account(owner)), "POST /saved-searches", Some(json!({"query": query, "frequency": "off"})))
            .await;
        if status == 201 {
            searches.insert(saved["id"].as_str().unwrap().to_owned(), saved["query"].as_str().unwrap().to_owned());
        }
    }
    let ads: Vec<ListingSnapshot> = (0..ADS)
        .map(|n| {
            let mut ad = any_ad().new_tree(&mut runner).unwrap().current();
            ad.id = crate::world::ad(n);
            ad
        })
        .collect();
    world.put(ads.clone()).await;
    let mut matched: BTreeMap<String, BTreeSet<u128>> = BTreeMap::new();
    for (n, ad) in (0..).zip(&ads) {
        for search in world.search.searches_for(ad).await.unwrap() {
            matched.entry(search.to_string()).or_default().insert(n);
        }
    }
    let mut hits = 0;
    for (id, query) in &searches {
        let (mut ran, mut cursor) = (BTreeSet::new(), String::new());
        loop {
            let page = world.get(&format!("/search?{query}&limit=100{cursor}")).await;
            assert_eq!(page["understood"]["corrected"], json!(null), "{query}");
            if page["understood"]["relaxed"] != json!([]) {
                break;
            }
            ran.extend(numbers(&page));
            let Some(key) = page["cursor"].as_str() else { break };
            cursor = format!("&cursor={key}");
        }
        hits += ran.len();
        assert_eq!(matched.remove(id).unwrap_or_default(), ran, "{query}");
    }
    assert!(matched.is_empty() && hits > 200, "{hits}");

    // One that is gone finds nothing.
    let gone = searches.keys().next().unwrap();
    for owner in 10..20 {
        world.said(Some(account(owner)), &format!("DELETE /saved-searches/{gone}"), None).await;
    }
    for ad in &ads {
        assert!(world.search.searches_for(ad).await.unwrap().iter().all(|id| id.to_string() != *gone));
    }
}
