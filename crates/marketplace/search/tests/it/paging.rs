use std::collections::{BTreeSet, HashMap};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use svetu_contracts::listings::{ListingSnapshot, ListingState};

use crate::world::{With, World, eur, listing, numbers, rsd};

#[derive(Debug, Clone)]
struct Ad {
    words: u8,
    price: i64,
    euros: bool,
    age_h: i64,
    completeness: u8,
}

fn ads() -> impl Strategy<Value = Vec<Ad>> {
    let ad = (0_u8..4, 1_i64..6, any::<bool>(), 0_i64..4, 0_u8..3)
        .prop_map(|(words, price, euros, age_h, completeness)| Ad { words, price, euros, age_h, completeness });
    prop::collection::vec(ad, 30..50)
}

fn snapshot(n: u128, ad: &Ad) -> ListingSnapshot {
    let title = ["Stolica", "Stolica drvena", "Drvena stolica za dete", "Sto"][usize::from(ad.words)];
    let mut made =
        listing(n, "stoves", title).says("stolica").priced(if ad.euros { eur(ad.price) } else { rsd(ad.price * 117) });
    made.refreshed_at -= chrono::Duration::hours(ad.age_h);
    made.completeness = ad.completeness * 40;
    made
}

/// Between pages some ads come, some go, some change where they stand: those that stay as they are come exactly once.
#[tokio::test(flavor = "multi_thread")]
async fn pages_have_no_repeats_and_no_holes_while_the_index_changes() {
    let world = World::new().await;
    let mut runner = TestRunner::deterministic();
    let mut next = 0_u128;
    for round in 0..10 {
        let before: Vec<ListingSnapshot> = world.ads.all.lock().values().cloned().collect();
        world
            .put(before.into_iter().map(|ad| {
                let v = ad.version + 1;
                ad.version(v).state(ListingState::Sold)
            }))
            .await;
        world.ads.all.lock().clear();

        let here = ads().new_tree(&mut runner).unwrap().current();
        let mut all: HashMap<u128, ListingSnapshot> = HashMap::new();
        for ad in &here {
            all.insert(next, snapshot(next, ad));
            next += 1;
        }
        world.put(all.values().cloned()).await;
        let mut steady: BTreeSet<u128> = all.keys().copied().collect();

        let sort = ["relevance", "newest", "price_asc", "price_desc", "distance&lat=44.8&lon=20.4"][round % 5];
        let mut seen: Vec<u128> = Vec::new();
        let mut cursor = String::new();
        loop {
            let limit = (1_usize..8).new_tree(&mut runner).unwrap().current();
            let page = world.get(&format!("/search?q=stolica&sort={sort}&limit={limit}{cursor}")).await;
            seen.extend(numbers(&page));
            let Some(key) = page["cursor"].as_str() else { break };
            cursor = format!("&cursor={key}");

            let (come, go, move_) = (0_usize..3, 0_usize..2, 0_usize..2).new_tree(&mut runner).unwrap().current();
            let mut changes = Vec::new();
            for ad in ads().new_tree(&mut runner).unwrap().current().iter().take(come) {
                changes.push(snapshot(next, ad));
                next += 1;
            }
            let victims: Vec<u128> = steady.iter().copied().take(go + move_).collect();
            for (at, n) in victims.into_iter().enumerate() {
                steady.remove(&n);
                let ad = all[&n].clone().version(2);
                changes.push(if at < go { ad.state(ListingState::Paused) } else { ad.priced(eur(3)) });
            }
            world.put(changes).await;
            world.clock.advance(chrono::Duration::minutes(25));
        }
        for n in &steady {
            assert_eq!(seen.iter().filter(|known| *known == n).count(), 1, "{sort}: ad {n} of {seen:?}");
        }
        // Whoever came while one read is seen once at most.
        let newcomers: Vec<u128> = seen.iter().copied().filter(|n| !all.contains_key(n)).collect();
        assert_eq!(newcomers.len(), newcomers.iter().collect::<BTreeSet<_>>().len(), "{sort}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_link_to_the_next_and_keep_to_their_query() {
    let world = World::new().await;
    world.put((0..5).map(|n| listing(n, "stoves", "Šporet"))).await;
    let first = world.get("/search?q=sporet&limit=2").await;
    let cursor = first["cursor"].as_str().unwrap();
    assert_eq!(
        world.said(None, &format!("GET /search?q=stan&limit=2&cursor={cursor}"), None).await,
        "400 request.query_invalid cursor"
    );
    // Another page size goes on from there.
    let rest = world.get(&format!("/search?q=sporet&limit=3&cursor={cursor}")).await;
    let mut all = [numbers(&first), numbers(&rest)].concat();
    all.sort_unstable();
    assert_eq!((all, rest["total"].clone()), (vec![0, 1, 2, 3, 4], serde_json::json!(5)));

    // What was mended or given up on the first page stays so.
    world.put((10..15).map(|n| listing(n, "smartphones", "Samsung Galaxy"))).await;
    for query in ["samsnug", "samsung+glodalica"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.get(&format!("/search?q={query}&limit=2{cursor}")).await;
            seen.extend(numbers(&page));
            let Some(key) = page["cursor"].as_str() else { break };
            cursor = format!("&cursor={key}");
        }
        seen.sort_unstable();
        assert_eq!(seen, [10, 11, 12, 13, 14], "{query}");
    }
}
