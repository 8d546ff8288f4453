use serde_json::{Value, json};

use crate::world::{World, account, member, rsd, sofa, with};

#[tokio::test]
async fn a_draft_begins_with_anything() {
    let world = World::new().await;
    let owner = member(1);
    let answer = world.call(&owner, "POST /marketplace/listings", Some(json!({}))).await;
    assert_eq!((answer.status, answer.header("etag")), (201, "\"1\""));
    let id = answer.body["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/v1/marketplace/listings/{id}"));
    assert_eq!(
        (&answer.body["state"], &answer.body["title"], &answer.body["own"]),
        (&json!("draft"), &json!(""), &json!(true))
    );
    assert_eq!(answer.body["category"], Value::Null);

    let draft = world.call(&owner, "GET /marketplace/listings/latest-draft", None).await;
    assert_eq!((draft.status, &draft.body["id"]), (200, &json!(id)));
    assert_eq!(world.said(&member(2), "GET /marketplace/listings/latest-draft").await, "204");
}

#[tokio::test]
async fn sent_again_it_is_the_same_ad() {
    let world = World::new().await;
    let create = |body: Value, key: &'static str| {
        let world = &world;
        async move { world.send(&member(1), "POST /marketplace/listings", Some(body), &[("idempotency-key", key)]).await }
    };
    let first = create(sofa(), "a").await;
    let again = create(sofa(), "a").await;
    assert_eq!((again.status, &again.body["id"]), (201, &first.body["id"]));
    assert_eq!((again.header("idempotency-replayed"), again.header("location")), ("true", first.header("location")));
    let other = create(with(sofa(), json!({ "title": "Fotelja" })), "a").await;
    assert_eq!(other.said(), "422 request.idempotency_key_reused");
    assert_ne!(create(sofa(), "b").await.body["id"], first.body["id"]);
    // A refused request may be mended and sent again under its key.
    assert_eq!(create(with(sofa(), json!({ "title": "a".repeat(201) })), "c").await.status, 422);
    assert_eq!(create(sofa(), "c").await.status, 201);
    assert_eq!(world.count("select count(*) from listings.listing").await, 3);
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_seen() {
    let world = World::new().await;
    let owner = member(1);
    let id = world.draft(&owner, sofa()).await;
    let line = format!("PATCH /marketplace/listings/{id}");
    let patch = |title: &str| Some(json!({ "title": title }));
    assert_eq!(world.send(&owner, &line, patch("Kauč"), &[]).await.said(), "428 request.if_match_required");
    let edited = world.send(&owner, &line, patch("Kauč"), &[("if-match", "\"1\"")]).await;
    assert_eq!((edited.status, &edited.body["title"]), (200, &json!("Kauč")));
    let stale = world.send(&owner, &line, patch("Fotelja"), &[("if-match", "\"1\"")]).await;
    assert_eq!(stale.said(), "412 request.changed_meanwhile");
    assert_eq!(world.get(&owner, &id).await.header("etag"), edited.header("etag"));
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let world = World::new().await;
    let owner = member(1);
    let photo = world.photos.add(1, account(1), 0);
    let car = json!({
        "title": "Golf 7", "category": "cars", "language": "sr-Latn", "place_id": crate::world::place(1),
        "attributes": { "make": "volkswagen", "model": "golf-7", "mileage_km": 180_000 }, "media": [photo],
    });
    let id = world.draft(&owner, car).await;
    assert_eq!(world.photos.of(&id).0, 1);
    let patch = json!({
        "attributes": { "mileage_km": null, "fuel": "diesel" }, "description": "Prvi vlasnik.", "media": null,
        "price": { "kind": "fixed", "amount_minor": 850_000, "currency": "EUR" },
    });
    let answer = world.edit(&owner, &id, patch).await;
    let keys: Vec<&str> =
        answer.body["attributes"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["make", "model", "fuel"]);
    assert_eq!((&answer.body["title"], answer.body["pictures"].as_array().unwrap().len()), (&json!("Golf 7"), 0));
    assert_eq!(world.photos.of(&id).0, 0);
    // Another category leaves behind what it does not know.
    let answer = world.edit(&owner, &id, json!({ "category": "sofas" })).await;
    assert_eq!(answer.body["attributes"], json!([]));
}

#[tokio::test]
async fn faults_name_their_fields() {
    let world = World::new().await;
    let owner = member(1);
    let foreign = world.photos.add(5, account(2), 0);
    let own = world.photos.add(6, account(1), 0);
    let many: Vec<Value> = (0..21).map(|_| json!(own)).collect();
    for (input, expected) in [
        (json!({ "title": "a".repeat(201) }), "/title field.too_long"),
        (json!({ "description": "š".repeat(10_001) }), "/description field.too_long"),
        (json!({ "category": "boats-of-gold" }), "/category listing.category_unknown"),
        (json!({ "price": rsd(0) }), "/price/amount_minor field.out_of_range"),
        (json!({ "price": { "kind": "fixed", "amount_minor": 1.5, "currency": "RSD" } }), "/price field.invalid"),
        (json!({ "condition": "broken" }), "/condition field.invalid"),
        (json!({ "place_id": crate::world::place(77) }), "/place_id listing.place_unknown"),
        (json!({ "point": { "lat": 91, "lon": 0 } }), "/point field.out_of_range"),
        (json!({ "contact": { "phone": "zovi me" } }), "/contact/phone listing.phone_invalid"),
        (json!({ "media": [own, foreign] }), "/media/1 listing.picture_unknown"),
        (json!({ "media": many }), "/media listing.too_many_pictures"),
        (json!({ "owner": "me" }), "/owner field.unknown"),
        (
            json!({ "category": "cars", "attributes": { "mileage_km": -1, "fuel": "wood", "wings": 2 } }),
            "/attributes/mileage_km attribute.too_small; /attributes/fuel attribute.unknown_option",
        ),
    ] {
        let answer = world.call(&owner, "POST /marketplace/listings", Some(input.clone())).await;
        assert_eq!((answer.status, answer.faults().as_str()), (422, expected), "{input}");
    }
    assert_eq!(world.count("select count(*) from listings.listing").await, 0);

    // What is published is complete.
    let id = world.draft(&owner, json!({ "category": "cars" })).await;
    let answer = world.call(&owner, &format!("POST /marketplace/listings/{id}/publish?lang=ru"), None).await;
    let faults = answer.faults();
    for expected in
        ["/title field.missing", "/place_id field.missing", "/price field.missing", "/attributes/make field.missing"]
    {
        assert!(faults.contains(expected), "{faults}");
    }
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.chars().any(|letter| ('а'..='я').contains(&letter)), "{message}");
    let id = world.draft(&owner, with(sofa(), json!({ "category": "furniture" }))).await;
    let answer = world.call(&owner, &format!("POST /marketplace/listings/{id}/publish"), None).await;
    assert_eq!(answer.faults(), "/category listing.category_not_leaf");
}

/// Every code that a person may read has its sentence.
#[test]
fn every_code_has_a_sentence() {
    let catalogue = svetu_http::Catalogue::try_new([svetu_http::MESSAGES, svetu_listings::MESSAGES]).unwrap();
    let sources = concat!(
        include_str!("../../src/error.rs"),
        include_str!("../../src/model/draft.rs"),
        include_str!("../../src/model/lifecycle.rs"),
        include_str!("../../src/bulk.rs"),
        include_str!("../../src/service/edit.rs"),
        include_str!("../../src/service/moderate.rs"),
        include_str!("../../src/service/facts.rs"),
    );
    let prefixes = ["listing.", "moderation.", "taxonomy.", "attribute.", "field.", "statement."];
    let codes = sources.split('"').filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix)));
    let codes = codes.filter(|text| text.bytes().all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte)));
    let missing: Vec<&str> = codes.filter(|code| !catalogue.has(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
