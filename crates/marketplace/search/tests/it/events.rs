use std::collections::BTreeMap;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use svetu_contracts::listings::{LISTING_PURGED, ListingPurged, ListingSnapshot, ListingState, RATE_CHANGED};
use svetu_contracts::search::IndexDifference;
use svetu_db::outbox;
use svetu_kernel::Clock;
use svetu_ports::{Bus, Event, SearchIndex, search_index::IndexDocument};
use svetu_testkit::eventually;

use crate::world::{With, World, ad, eur, listing, rsd};

fn purged(world: &World, n: u128, version: i64) -> Event {
    let purged = ListingPurged { id: ad(n), version };
    outbox::event(world.clock.now(), LISTING_PURGED, "listings", ad(n).to_string(), &purged).unwrap()
}

/// What the index has, and how the ads look in it.
async fn content(world: &World) -> BTreeMap<u128, (u64, Vec<u8>)> {
    let ids = world.index.scan(None, 10_000).await.unwrap();
    let mut out = BTreeMap::new();
    for some in ids.chunks(200) {
        for document in world.index.documents(some.iter().map(|(id, _)| *id).collect()).await.unwrap() {
            let document = document.unwrap();
            out.insert(document.id.as_u128() - 0x1000, (document.version, document.payload));
        }
    }
    out
}

const STATES: [ListingState; 4] =
    [ListingState::Live, ListingState::Reserved, ListingState::Sold, ListingState::Paused];

/// Events of every ad in any order, some of them more than once: what stays is the newest.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_event_never_overwrites_a_new_one() {
    let world = World::new().await;
    let mut runner = TestRunner::deterministic();
    for round in 0..6_u128 {
        let history = prop::collection::vec((0_u128..8, 0_usize..5, 0_u32..1_000), 40..80);
        let mut last: BTreeMap<u128, Option<ListingSnapshot>> = BTreeMap::new();
        let mut events: Vec<(u32, Event)> = Vec::new();
        let mut versions: BTreeMap<u128, i64> = BTreeMap::new();
        for (n, state, order) in history.new_tree(&mut runner).unwrap().current() {
            let n = round * 100 + n;
            // A purged ad does not change any more.
            if last.get(&n) == Some(&None) {
                continue;
            }
            let version = versions.entry(n).and_modify(|version| *version += 1).or_insert(1);
            let event = if state < 4 {
                let title = format!("Šporet {version}");
                let snapshot = listing(n, "stoves", &title).version(*version).state(STATES[state]);
                last.insert(n, Some(snapshot.clone()));
                world.set(snapshot)
            } else {
                world.ads.all.lock().remove(&ad(n));
                last.insert(n, None);
                purged(&world, n, *version)
            };
            events.push((order, event.clone()));
            if order % 3 == 0 {
                events.push((1_000 - order, event));
            }
        }
        events.sort_by_key(|(order, _)| *order);
        let events: Vec<Event> = events.into_iter().map(|(_, event)| event).collect();
        for some in events.chunks(7) {
            world.deliver(some).await;
        }
        let expected: BTreeMap<u128, u64> = last
            .into_iter()
            .filter_map(|(n, listing)| {
                listing.filter(|l| l.state.is_searchable()).map(|l| (n, l.version.cast_unsigned()))
            })
            .collect();
        let seen: BTreeMap<u128, u64> = content(&world)
            .await
            .into_iter()
            .filter(|(n, _)| n / 100 == round)
            .map(|(n, (version, _))| (n, version))
            .collect();
        assert_eq!(seen, expected, "round {round}");
    }
    // Both ways give the same.
    let followed = content(&world).await;
    assert_eq!(world.contract().reindex().await.unwrap(), followed.len() as u64);
    assert_eq!(content(&world).await, followed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_event_stops_at_itself() {
    let world = World::new().await;
    let good = world.set(listing(1, "stoves", "Šporet"));
    let mut bad = world.set(listing(2, "stoves", "Šporet"));
    bad.data = serde_json::json!({"id": 1});
    for name in ["search.index", "search.alerts"] {
        let group = world.search.consumers().into_iter().find(|group| group.name == name).unwrap();
        let (at, error) = group.handler.handle(&[good.clone(), bad.clone()]).await.unwrap_err();
        assert_eq!(at, 1, "{name}: {error}");
    }
    assert_eq!(content(&world).await.keys().copied().collect::<Vec<_>>(), [1]);
}

/// While the new index fills, the old one serves and ads change, come, go and are purged: nothing is lost or revived.
#[tokio::test(flavor = "multi_thread")]
async fn building_anew_under_change_gives_what_following_gives() {
    let world = World::new().await;
    world.run();
    let events: Vec<Event> = (0..60).map(|n| world.set(listing(n, "stoves", &format!("Šporet {n}")))).collect();
    world.bus.publish(&events).await.unwrap();
    world.contract().catch_up().await.unwrap();
    assert_eq!(world.found("q=sporet&sort=newest").await.len(), 60);

    *world.ads.page.lock() = 7;
    let (ads, bus, clock, handle) =
        (world.ads.clone(), world.bus.clone(), world.clock.clone(), tokio::runtime::Handle::current());
    let mut step = 0_u128;
    *world.ads.between.lock() = Some(Box::new(move || {
        let change = |listing: &ListingSnapshot| {
            outbox::event(
                clock.now(),
                svetu_contracts::listings::LISTING_CHANGED,
                "listings",
                listing.id.to_string(),
                listing,
            )
            .unwrap()
        };
        let mut events = Vec::new();
        let mut all = ads.all.lock();
        // One behind the reader, one before it.
        for n in [step * 5, 59 - step * 3] {
            let Some(known) = all.get(&ad(n)).cloned() else { continue };
            let state = STATES[usize::try_from((step + n) % 4).unwrap()];
            let version = known.version + 1;
            let changed = known.version(version).state(state);
            events.push(change(&changed));
            all.insert(changed.id, changed);
        }
        let new = listing(1_000 - step, "stoves", "Šporet novi");
        events.push(change(&new));
        all.insert(new.id, new);
        if all.remove(&ad(step * 7 + 2)).is_some() {
            let gone = ListingPurged { id: ad(step * 7 + 2), version: 100 };
            events.push(outbox::event(clock.now(), LISTING_PURGED, "listings", gone.id.to_string(), &gone).unwrap());
        }
        drop(all);
        step += 1;
        let bus = bus.clone();
        handle.spawn(async move { bus.publish(&events).await.unwrap() });
    }));
    world.contract().reindex().await.unwrap();
    *world.ads.between.lock() = None;
    *world.ads.page.lock() = 1_000;
    // The last of them may still be on their way to the bus.
    eventually("the index equals its owner", async || {
        world.contract().catch_up().await.unwrap();
        let found = world.contract().verify(false).await.unwrap();
        (found.missing, found.stale, found.surplus) == (0, 0, 0)
    })
    .await;
    let followed = content(&world).await;
    let shown: Vec<u128> = world
        .ads
        .all
        .lock()
        .values()
        .filter(|listing| listing.state.is_searchable())
        .map(|listing| listing.id.uuid().as_u128() - 0x1000)
        .collect();
    assert_eq!(followed.keys().copied().collect::<Vec<_>>(), shown);
    world.contract().reindex().await.unwrap();
    assert_eq!(content(&world).await, followed);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_found() {
    let world = World::new().await;
    world.run();
    world.bus.publish(&[world.set(listing(0, "stoves", "Šporet"))]).await.unwrap();
    world.contract().catch_up().await.unwrap();
    for n in 1..10 {
        world.bus.publish(&[world.set(listing(n, "stoves", &format!("Peć broj{n}")))]).await.unwrap();
        eventually("it is found", || async { world.found(&format!("q=pec+broj{n}&sort=newest")).await == [n] }).await;
    }
}

fn wrong(of: &IndexDifference) -> (u64, u64, u64) {
    (of.missing, of.stale, of.surplus)
}

#[tokio::test(flavor = "multi_thread")]
async fn differences_are_told_and_mended() {
    let world = World::new().await;
    world.run();
    world.put((0..20).map(|n| listing(n, "stoves", "Šporet"))).await;
    let contract = world.contract();
    assert_eq!(wrong(&contract.verify(false).await.unwrap()), (0, 0, 0));
    *world.ads.page.lock() = 3;

    // Their events never came.
    world.set(listing(30, "stoves", "Šporet nov"));
    world.set(listing(1, "stoves", "Šporet promenjen").version(2));
    world.set(listing(2, "stoves", "Šporet").version(2).state(ListingState::Sold));
    world.ads.all.lock().remove(&ad(3));
    let found = contract.verify(false).await.unwrap();
    assert_eq!((found.compared, wrong(&found)), (21, (1, 1, 2)));
    assert_eq!(found.examples.len(), 4);
    assert!(found.examples.contains(&format!("{} stale", ad(1))), "{:?}", found.examples);
    assert_eq!(wrong(&contract.verify(true).await.unwrap()), (1, 1, 2));
    assert_eq!(wrong(&contract.verify(false).await.unwrap()), (0, 0, 0));
    assert_eq!(world.found("q=promenjen").await, [1]);

    // An index that is ahead of its owner, as after a restored backup, is built anew.
    let ahead = |n: u128| IndexDocument {
        id: ad(n).uuid(),
        version: 99,
        text: BTreeMap::new(),
        keywords: BTreeMap::new(),
        numbers: BTreeMap::new(),
        point: None,
        payload: Vec::new(),
    };
    world.index.upsert(vec![ahead(5)]).await.unwrap();
    world.index.delete(vec![(ad(6).uuid(), 99)]).await.unwrap();
    assert_eq!(wrong(&contract.verify(true).await.unwrap()), (1, 1, 0));
    assert_eq!(wrong(&contract.verify(false).await.unwrap()), (0, 0, 0));
    assert_eq!(world.found("q=sporet").await.len(), 19);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_rate_moves_prices() {
    let world = World::new().await;
    world
        .put([listing(1, "stoves", "Šporet").priced(eur(100)), listing(2, "stoves", "Šporet").priced(rsd(11_700))])
        .await;
    let search = world.save(1, "q=sporet&price_max=1200000&currency=RSD", "off").await;
    assert_eq!(world.found("price_max=1200000&currency=RSD&sort=newest").await.len(), 2);
    *world.ads.rate_micro.lock() = 130_000_000;
    let event = outbox::event(world.clock.now(), RATE_CHANGED, "listings", "rate", &serde_json::json!({})).unwrap();
    world.deliver(&[event]).await;
    assert_eq!(world.found("price_max=1200000&currency=RSD").await, [2]);
    // Saved searches see it too, also when it moves far.
    for (rate, euros) in [(117_000_000, true), (130_000_000, false), (400_000_000, false), (10_000_000, true)] {
        *world.ads.rate_micro.lock() = rate;
        let event = outbox::event(world.clock.now(), RATE_CHANGED, "listings", "rate", &serde_json::json!({})).unwrap();
        world.deliver(&[event]).await;
        let fits = world.search.searches_for(&listing(3, "stoves", "Šporet").priced(eur(100))).await.unwrap();
        assert_eq!(fits.iter().map(ToString::to_string).collect::<Vec<_>>() == [search.clone()], euros, "{rate}");
    }
}
