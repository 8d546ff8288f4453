use std::collections::BTreeMap;

use chrono::Duration;
use svetu_contracts::listings::{BulkListing, BulkMode, BulkOutcome, ListingState, Price};
use svetu_kernel::{Clock, Currency};

use crate::world::{World, account, member, moderator, place, row};

fn named(outcomes: &[BulkOutcome]) -> Vec<String> {
    let name = |outcome: &BulkOutcome| match outcome {
        BulkOutcome::Created { .. } => "created".to_owned(),
        BulkOutcome::Updated { .. } => "updated".to_owned(),
        BulkOutcome::Unchanged { .. } => "unchanged".to_owned(),
        BulkOutcome::Refused { problems } => {
            problems.iter().map(|problem| format!("{} {}", problem.field, problem.code)).collect::<Vec<_>>().join("; ")
        }
    };
    outcomes.iter().map(name).collect()
}

fn id_of(outcome: &BulkOutcome) -> String {
    match outcome {
        BulkOutcome::Created { id } | BulkOutcome::Updated { id } | BulkOutcome::Unchanged { id } => id.to_string(),
        BulkOutcome::Refused { problems } => panic!("{problems:?}"),
    }
}

fn cheaper(row: BulkListing) -> BulkListing {
    BulkListing { price: Price::Fixed { amount_minor: 2_000_000, currency: Currency::Rsd }, ..row }
}

#[tokio::test]
async fn the_source_key_is_the_ad() {
    let world = World::new().await;
    let rows = || vec![row("shop:1", world.clock.now()), row("shop:2", world.clock.now())];
    let first = world.load(rows(), true).await;
    assert_eq!(named(&first), ["created", "created"]);
    let (events, versions) = (world.events().await.len(), "select sum(version)::bigint from listings.listing");
    let before = world.count(versions).await;
    world.clock.advance(Duration::days(1));
    // The same again is not written, whatever the moment it was made.
    assert_eq!(named(&world.load(rows(), true).await), ["unchanged", "unchanged"]);
    assert_eq!((world.events().await.len(), world.count(versions).await), (events, before));
    let changed = world.load(vec![cheaper(row("shop:1", world.clock.now())), rows().remove(1)], true).await;
    assert_eq!(named(&changed), ["updated", "unchanged"]);
    assert_eq!(id_of(&changed[0]), id_of(&first[0]));
    let ad = world.get(&member(2), &id_of(&first[0])).await.body;
    assert_eq!(
        (&ad["price"]["amount_minor"], &ad["previous_price"]["amount_minor"]),
        (&2_000_000.into(), &2_500_000.into())
    );
    // Another seller's key is another ad.
    let other = BulkListing { seller: account(2), ..row("shop:1", world.clock.now()) };
    assert_eq!(named(&world.load(vec![other], true).await), ["created"]);
}

#[tokio::test]
async fn a_bad_row_spoils_no_other() {
    let world = World::new().await;
    let good = || row("a", world.clock.now());
    let rows = vec![
        good(),
        good(),
        BulkListing { source_key: String::new(), ..good() },
        BulkListing { source_key: "b".to_owned(), category: "furniture".to_owned(), ..good() },
        BulkListing { source_key: "c".to_owned(), place: place(50), title: "x".to_owned(), ..good() },
        BulkListing {
            source_key: "d".to_owned(),
            attributes: BTreeMap::from([("seats_count".to_owned(), "many".into())]),
            ..good()
        },
        BulkListing { source_key: "e".to_owned(), state: ListingState::Purged, ..good() },
    ];
    let mode = |dry_run| BulkMode { dry_run, trusted: true };
    let expected = [
        "created",
        "source_key listing.source_key_twice",
        "source_key listing.source_key_length",
        "category listing.category_not_leaf",
        "place listing.place_unknown; title listing.title_short; place field.missing",
    ];
    let dry = world.contract().bulk_upsert(rows.clone(), mode(true)).await.unwrap();
    assert_eq!(named(&dry)[..5], expected);
    assert_eq!(world.count("select count(*) from listings.listing").await, 0);
    let wet = world.contract().bulk_upsert(rows, mode(false)).await.unwrap();
    assert_eq!(named(&wet), named(&dry));
    assert!(named(&wet)[5].starts_with("attributes.seats_count attribute."), "{:?}", named(&wet)[5]);
    assert_eq!(named(&wet)[6], "state listing.state_not_imported");
    assert_eq!(world.count("select count(*) from listings.listing").await, 1);
    let too_many = vec![good(); 1_001];
    assert!(world.contract().bulk_upsert(too_many, mode(false)).await.is_err());
}

#[tokio::test]
async fn what_vanished_is_closed_and_comes_back() {
    let world = World::new().await;
    let rows = |keys: &[&str]| keys.iter().map(|key| row(key, world.clock.now())).collect::<Vec<_>>();
    let first = world.load(rows(&["shop:1", "shop:2", "other:1"]), true).await;
    let ids: Vec<String> = first.iter().map(id_of).collect();
    world.clock.advance(Duration::days(1));
    let since = world.clock.now();
    world.load(rows(&["shop:1"]), true).await;
    let contract = world.contract();
    assert_eq!(contract.bulk_close_vanished(account(1), "shop:", since, true).await, Ok(1));
    let state = |at: usize| {
        let (world, id) = (&world, ids[at].clone());
        async move { world.get(&moderator(80), &id).await.body["state"].as_str().unwrap().to_owned() }
    };
    assert_eq!(state(1).await, "live");
    assert_eq!(contract.bulk_close_vanished(account(1), "shop:", since, false).await, Ok(1));
    assert_eq!(contract.bulk_close_vanished(account(1), "shop:", since, false).await, Ok(0));
    assert_eq!(
        (state(0).await.as_str(), state(1).await.as_str(), state(2).await.as_str()),
        ("live", "expired", "live")
    );
    let back = world.load(rows(&["shop:2"]), true).await;
    assert_eq!((named(&back), id_of(&back[0])), (vec!["updated".to_owned()], ids[1].clone()));
    assert_eq!(state(1).await, "live");

    // One whose term ended while its shop still names it is renewed by the next run.
    world.clock.advance(Duration::days(40));
    world.tick().await;
    assert_eq!(state(0).await, "expired");
    world.load(rows(&["shop:1"]), true).await;
    assert_eq!(state(0).await, "live");
}

#[tokio::test]
async fn a_shop_is_judged_and_an_operator_trusted() {
    let world = World::new().await;
    let weapon = |key: &str| BulkListing { description: "pištolj".to_owned(), ..row(key, world.clock.now()) };
    let state = |outcome: BulkOutcome| {
        let world = &world;
        async move { world.get(&moderator(80), &id_of(&outcome)).await.body["state"].clone() }
    };
    assert_eq!(state(world.load(vec![weapon("a")], false).await.remove(0)).await, "refused");
    assert_eq!(state(world.load(vec![weapon("b")], true).await.remove(0)).await, "live");
    let number = BulkListing { description: "064 123 45 67".to_owned(), ..row("c", world.clock.now()) };
    assert_eq!(state(world.load(vec![number], false).await.remove(0)).await, "in_review");
    assert_eq!(world.call(&moderator(80), "GET /moderation/queue", None).await.items().len(), 1);
}

#[tokio::test]
async fn what_goes_out_comes_in_again_unchanged() {
    let world = World::new().await;
    world.load((0..5).map(|n| row(&format!("k{n}"), world.clock.now())).collect(), true).await;
    let contract = world.contract();
    let exported = contract.export(Some(account(1)), None, 100).await.unwrap();
    assert_eq!(exported.len(), 5);
    let rows: Vec<BulkListing> = exported.iter().map(|(_, row)| row.clone()).collect();
    let mut keys: Vec<&str> = rows.iter().map(|row| row.source_key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["k0", "k1", "k2", "k3", "k4"]);
    let again = world.load(rows, true).await;
    assert!(again.iter().zip(&exported).all(|(outcome, (id, _))| id_of(outcome) == id.to_string()));
    let page = contract.export(None, Some(exported[1].0), 2).await.unwrap();
    assert_eq!(page.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [exported[2].0, exported[3].0]);
    let snapshots = contract.snapshots(None, 100).await.unwrap();
    let versions = contract.versions(None, 100).await.unwrap();
    assert_eq!(snapshots.iter().map(|ad| (ad.id, ad.version)).collect::<Vec<_>>(), versions);
}
