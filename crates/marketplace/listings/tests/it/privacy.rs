use serde_json::{Value, json};

use crate::world::{World, member, moderator, nobody, operator, sofa, with};

/// Digits that are nowhere else.
const EXACT: [&str; 2] = ["44.81277", "20.46123"];

async fn everything_stored(world: &World) -> String {
    let tables: Vec<String> =
        sqlx::query_scalar("select table_name from information_schema.tables where table_schema = 'listings' and table_type = 'BASE TABLE' and table_name <> '_sqlx_migrations'")
            .fetch_all(world.db.pool())
            .await
            .unwrap();
    assert!(tables.len() > 15, "{tables:?}");
    let mut all = String::new();
    for table in tables {
        let rows: Vec<String> = sqlx::query_scalar(&format!("select row_to_json(t)::text from listings.{table} t"))
            .fetch_all(world.db.pool())
            .await
            .unwrap();
        all.push_str(&rows.join("\n"));
    }
    all
}

#[tokio::test]
async fn the_exact_point_of_a_private_seller_is_nowhere() {
    let world = World::new().await;
    let input = with(sofa(), json!({ "point": { "lat": 44.81277, "lon": 20.46123 } }));
    let owner = member(1);
    let (id, state) = world.publish(&owner, input.clone()).await;
    assert_eq!(state, "live");
    let answer =
        world.edit(&owner, &id, json!({ "point": { "lat": 44.81277, "lon": 20.46123 }, "title": "Kauč" })).await;
    assert_eq!(answer.body["place"]["point"], json!({ "lat": 44.81, "lon": 20.46 }));
    let held = with(input.clone(), json!({ "title": "Fotelja", "description": "Zovite 064 123 45 67" }));
    assert_eq!(world.publish(&owner, held).await.1, "in_review");
    let mut seen = Vec::new();
    for (who, line) in [
        (nobody(), format!("GET /marketplace/listings/{id}")),
        (owner.clone(), format!("GET /marketplace/listings/{id}")),
        (owner.clone(), "GET /marketplace/listings/mine".to_owned()),
        (moderator(80), "GET /moderation/queue".to_owned()),
        (moderator(80), "GET /moderation/audit".to_owned()),
        (operator(), format!("GET /marketplace/listings/{id}")),
    ] {
        let answer = world.call(&who, &line, None).await;
        assert_eq!(answer.status, 200);
        seen.push(answer.body.to_string());
    }
    seen.push(serde_json::to_string(&world.events().await).unwrap());
    seen.push(serde_json::to_string(&world.contract().snapshots(None, 10).await.unwrap()).unwrap());
    seen.push(serde_json::to_string(&world.contract().export(None, None, 10).await.unwrap()).unwrap());
    seen.push(everything_stored(&world).await);
    for text in &seen {
        assert!(EXACT.iter().all(|digits| !text.contains(digits)), "{text}");
    }

    // A trader's address is public.
    let (shop, _) = world.publish(&member(9), input).await;
    let point = &world.get(&nobody(), &shop).await.body["place"]["point"];
    assert_eq!(point, &json!({ "lat": 44.81277, "lon": 20.46123 }));
}

/// The number of an ad is in its row and nowhere beside it.
#[tokio::test]
async fn a_phone_number_stays_in_its_row() {
    let world = World::new().await;
    let id = world.live(&member(1)).await;
    world.call(&member(2), &format!("POST /marketplace/listings/{id}/contact"), None).await;
    let told = serde_json::to_string(&world.events().await).unwrap();
    let log: Vec<Value> =
        sqlx::query_scalar("select details from listings.audit").fetch_all(world.db.pool()).await.unwrap();
    assert!(!told.contains("1234567") && !serde_json::to_string(&log).unwrap().contains("1234567"));
}
