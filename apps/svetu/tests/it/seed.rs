//! The demo world: the same seed is the same world, whatever happened on the way.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;

use crate::{import::exported, platform::Place};

/// A small world in which every state and every language occurs.
const WORLD: [&str; 4] = ["--listings", "60", "--seed", "628"];

/// What follows from the seed alone, by key: not ids, nor when.
async fn told(place: &Place) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    for mut row in exported(place, None).await {
        let fields = row.as_object_mut().unwrap();
        for field in ["id", "created_at", "photos", "seller_key"] {
            fields.remove(field);
        }
        let key = row["key"].as_str().unwrap().to_owned();
        assert!(rows.insert(key.clone(), row).is_none(), "{key} is there twice");
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_is_the_same_world_also_when_it_was_interrupted() {
    let (whole, torn) = (Place::fresh(), Place::fresh());
    let seed = [&["seed"][..], &WORLD].concat();
    let first = whole.run(&seed).await.expect(0).out;
    assert!(first.starts_with("60 ads created, 0 updated, 0 unchanged"), "{first}");
    let expected = told(&whole).await;
    // The others are drafts, which are nobody else's business.
    assert_eq!(expected.len(), 58);
    let states: BTreeSet<&str> = expected.values().map(|row| row["state"].as_str().unwrap()).collect();
    let all = ["archived", "expired", "in_review", "live", "paused", "refused", "removed", "reserved", "sold"];
    assert_eq!(states, BTreeSet::from(all));
    let languages: BTreeSet<&str> = expected.values().map(|row| row["language"].as_str().unwrap()).collect();
    assert_eq!(languages, BTreeSet::from(["en", "ru", "sr-Cyrl", "sr-Latn"]));

    let again = whole.run(&seed).await.expect(0).out;
    assert!(
        again.starts_with("0 ads created, 0 updated, 0 unchanged; 0 sellers, 0 favourites, 0 saved searches"),
        "{again}"
    );

    for wait_ms in [5_000, 8_000] {
        let mut command = torn.command();
        command.args(&seed).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        child.kill().await.unwrap();
    }
    torn.run(&seed).await.expect(0);
    let found = told(&torn).await;
    assert_eq!(found.len(), expected.len());
    for (key, row) in &expected {
        assert_eq!(found.get(key), Some(row), "{key}");
    }
    // Another seed is another world.
    torn.run(&["seed", "--listings", "20", "--seed", "12"]).await.expect(0);
    torn.run(&["verify"]).await.expect(0);
}
