use serde_json::{Value, json};

use crate::world::{World, member, nobody, operator, sofa};

#[tokio::test]
async fn the_tree_in_four_languages() {
    let world = World::new().await;
    let tree = world.call(&nobody(), "GET /marketplace/categories?lang=sr-Cyrl", None).await;
    let categories = tree.body["categories"].as_array().unwrap();
    assert!(categories.iter().filter(|category| category["depth"] == 0).count() >= 18);
    let sofas = categories.iter().find(|category| category["id"] == "sofas").unwrap();
    assert_eq!(
        (&sofas["name"], &sofas["parent"], &sofas["slug"]),
        (&json!("Гарнитуре, каучи и фотеље"), &json!("furniture"), &json!("garniture-kauci-i-fotelje"))
    );
    assert_eq!(sofas["slugs"]["en"], "sofas-and-armchairs");
    assert_eq!((&sofas["term_days"], &sofas["has_condition"]), (&json!(30), &json!(true)));
    assert!(tree.header("vary").contains("accept-language"));
    let seen = [("if-none-match", tree.header("etag"))];
    assert_eq!(world.send(&nobody(), "GET /marketplace/categories?lang=sr-Cyrl", None, &seen).await.status, 304);

    let cars = world.call(&nobody(), "GET /marketplace/categories/cars?lang=en", None).await.body;
    let names: Vec<&str> = cars["path"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Vehicles", "Cars"]);
    let attribute =
        |key: &str| cars["attributes"].as_array().unwrap().iter().find(|one| one["key"] == key).cloned().unwrap();
    let mileage = attribute("mileage_km");
    assert_eq!(
        (&mileage["unit"], &mileage["max"], &mileage["required"]),
        (&json!("km"), &json!(2_000_000.0), &json!(true))
    );
    assert_eq!(attribute("model")["depends_on"], "make");
    let golfs = &attribute("model")["models"]["volkswagen"];
    assert!(golfs.as_array().unwrap().iter().any(|model| model["name"] == "Golf 7"));
    assert!(attribute("colour")["options"][0]["hex"].is_string());
    // What is inherited is there, too.
    let sofas = world.call(&nobody(), "GET /marketplace/categories/sofas", None).await.body;
    let keys: Vec<&str> =
        sofas["attributes"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert!(keys.contains(&"furniture_material") && keys.contains(&"seats_count"));
    assert_eq!(world.said(&nobody(), "GET /marketplace/categories/gold").await, "404 taxonomy.not_found");
}

#[tokio::test]
async fn a_title_names_its_category() {
    let world = World::new().await;
    for (title, expected) in [("golf 7 dizel", "cars"), ("iphone 13 pro", "smartphones"), ("диван угловой", "sofas")]
    {
        let encoded: String = title.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let line = format!("GET /marketplace/categories/guess?title={encoded}&lang=en");
        let guesses = world.call(&nobody(), &line, None).await;
        let ids: Vec<&str> = guesses.items().iter().map(|guess| guess["category_id"].as_str().unwrap()).collect();
        assert!(ids.contains(&expected) && ids.len() <= 5, "{title}: {ids:?}");
        assert_eq!(guesses.items()[0]["score"], 1.0);
    }
    // Of what fits alike the first of the taxonomy: a flat is for sale unless the title says otherwise.
    let line = "GET /marketplace/categories/guess?title=Dvosoban%20stan&lang=en";
    assert_eq!(world.call(&nobody(), line, None).await.items()[0]["category_id"], "flats-sale");
    assert_eq!(world.call(&nobody(), "GET /marketplace/categories/guess", None).await.items().len(), 0);
}

#[tokio::test]
async fn an_operators_work_survives_a_release() {
    let world = World::new().await;
    let edit = |id: &'static str, patch: Value| {
        let world = &world;
        async move { world.call(&operator(), &format!("PATCH /marketplace/categories/{id}?lang=en"), Some(patch)).await }
    };
    let line = "PATCH /marketplace/categories/sofas";
    assert_eq!(world.call(&member(1), line, Some(json!({ "term_days": 60 }))).await.said(), "403 auth.forbidden");
    let before = world.call(&nobody(), "GET /marketplace/categories", None).await.body["version"].as_i64().unwrap();
    let edited =
        edit("sofas", json!({ "names": { "en": "Settees" }, "term_days": 60, "forbidden_words": ["buđa"] })).await;
    assert_eq!((&edited.body["name"], &edited.body["term_days"]), (&json!("Settees"), &json!(60)));
    assert_eq!(edited.body["forbidden_words"], json!(["buđa"]));
    assert!(edited.header("etag") > format!("\"{before}\"").as_str());
    let seen = world.call(&nobody(), "GET /marketplace/categories/sofas", None).await.body;
    assert_eq!(seen.get("forbidden_words"), None);

    // The files say something else than what was loaded: a release.
    sqlx::query("update listings.taxonomy_version set files_hash = 'old'").execute(world.db.pool()).await.unwrap();
    sqlx::query(
        "update listings.taxonomy_item set source = jsonb_set(source, '{icon}', '\"old\"') where key = 'sofas'",
    )
    .execute(world.db.pool())
    .await
    .unwrap();
    assert!(svetu_listings::load_taxonomy(&world.db).await.unwrap());
    assert!(!svetu_listings::load_taxonomy(&world.db).await.unwrap());
    world.tick().await;
    let after = world.call(&nobody(), "GET /marketplace/categories/sofas?lang=en", None).await.body;
    assert_eq!((&after["name"], &after["term_days"], &after["icon"]), (&json!("Settees"), &json!(60), &json!("sofa")));
    // The category's own words and term are in force.
    let ad = crate::world::with(sofa(), json!({ "description": "Ima malo buđe, buđa." }));
    assert_eq!(world.publish(&member(1), ad).await.1, "in_review");
    let id = world.live(&member(1)).await;
    assert_eq!(world.get(&member(1), &id).await.body["expires_at"], "2026-03-16T12:00:00Z");
    // Null takes an edit back.
    assert_eq!(edit("sofas", json!({ "names": null, "term_days": null })).await.body["term_days"], 30);
    assert_eq!(world.count("select count(*) from listings.audit where action = 'taxonomy.edit_category'").await, 2);
}

#[tokio::test]
async fn an_edit_that_breaks_the_whole_changes_nothing() {
    let world = World::new().await;
    let edit = |line: &'static str, patch: Value| {
        let world = &world;
        async move { world.call(&operator(), line, Some(patch)).await }
    };
    for (line, patch, expected) in [
        ("PATCH /marketplace/categories/sofas", json!({ "term_days": 0 }), "422 taxonomy.broken"),
        ("PATCH /marketplace/categories/sofas", json!({ "attributes": [{ "key": "wings" }] }), "422 taxonomy.broken"),
        ("PATCH /marketplace/categories/sofas", json!({ "id": "x" }), "422 validation.failed"),
        ("PATCH /marketplace/categories/gold", json!({ "term_days": 9 }), "404 taxonomy.not_found"),
        ("PATCH /marketplace/attributes/wings", json!({ "names": {} }), "404 taxonomy.not_found"),
        ("PATCH /marketplace/attributes/mileage_km", json!({ "min": 5, "max": 1 }), "422 taxonomy.broken"),
    ] {
        assert_eq!(edit(line, patch.clone()).await.said(), expected, "{line} {patch}");
    }
    let answer = edit("PATCH /marketplace/attributes/mileage_km", json!({ "max": 900_000 })).await;
    assert_eq!((answer.status, &answer.body["max"]), (200, &json!(900_000)));
    // A category that is put away takes no ads.
    assert_eq!(edit("PATCH /marketplace/categories/beds", json!({ "active": false })).await.said(), "204");
    assert_eq!(world.said(&nobody(), "GET /marketplace/categories/beds").await, "404 taxonomy.not_found");
    assert_eq!(edit("PATCH /marketplace/categories/beds", json!({ "active": true })).await.body["id"], "beds");
}
