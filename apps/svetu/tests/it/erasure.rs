//! A person through all services: told everything, then gone from every one of them.

use std::{
    io::{Cursor, Read as _},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use svetu_kernel::AccountId;

use crate::platform::{Api, Place, TRADER};

const DONE_WITHIN: Duration = Duration::from_secs(60);

async fn eventually(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !done().await {
        assert!(began.elapsed() < DONE_WITHIN, "{what} does not come true");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Every table of every schema, as text, where somebody is named by id.
async fn mentions(database: &mut PgConnection, id: &str) -> Vec<String> {
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select table_schema::text, table_name::text from information_schema.tables
         where table_schema in ('identity', 'users', 'listings', 'search', 'media') and table_type = 'BASE TABLE'
         order by 1, 2",
    )
    .fetch_all(&mut *database)
    .await
    .unwrap();
    let mut found = Vec::new();
    for (schema, table) in tables {
        let sql = format!("select count(*) from {schema}.{table} t where strpos(t::text, $1) > 0");
        let count: i64 = sqlx::query_scalar(&sql).bind(id).fetch_one(&mut *database).await.unwrap();
        if count > 0 {
            found.push(format!("{schema}.{table}"));
        }
    }
    found
}

/// The second with a picture that somebody else's ad shows, for which it is looked at first.
async fn put_two_ads(api: &Api, trader: &Api) {
    let found = api.get("/api/v1/marketplace/search?limit=1&with_photo=true").await.unwrap().expect(200);
    let picture = &found["items"][0]["picture"];
    let width = picture["widths"].as_array().unwrap().last().unwrap();
    let file = api.get(&format!("{}/{width}.jpg", picture["base_url"].as_str().unwrap())).await.unwrap();
    let town = api.place("Zrenjanin").await;
    for n in 0..2 {
        let mut media = Vec::new();
        if n == 1 {
            media.push(trader.upload(file.body.clone()).await);
        }
        let body = json!({
            "title": format!("Knjiga {n}"), "description": "Stručna literatura.", "category": "nonfiction",
            "condition": "used", "place_id": town, "language": "sr-Latn", "media": media,
            "price": { "kind": "fixed", "amount_minor": 1_500, "currency": "EUR" },
        });
        let path = "/api/v1/marketplace/listings";
        let made = trader.post(path, &format!("ad-{n}"), &body).await.unwrap().expect(201);
        let publish = format!("{path}/{}/publish", made["id"].as_str().unwrap());
        let live = trader.post(&publish, &format!("live-{n}"), &json!({})).await.unwrap();
        assert!(live.is_success(), "{}", String::from_utf8_lossy(&live.body));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_takes_everything_along_and_leaves_nothing() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let api = &platform.api;
    let trader = api.signed_in(TRADER).await;
    let me = trader.get("/api/v1/identity/me").await.unwrap().expect(200);
    let seller = format!("/api/v1/marketplace/sellers/{}", me["user_id"].as_str().unwrap());
    put_two_ads(api, &trader).await;
    let ads = trader.all("/api/v1/marketplace/listings/mine").await;
    assert_eq!(ads.len(), 2);
    let live = ads.iter().find(|ad| ad["state"] == "live").unwrap()["id"].as_str().unwrap().to_owned();
    let ad = format!("/api/v1/marketplace/listings/{live}");

    trader.post("/api/v1/identity/me/export", "export", &json!({})).await.unwrap().expect(202);
    let privacy = async || trader.get("/api/v1/identity/me/privacy").await.unwrap().expect(200);
    eventually("the export", async || privacy().await["export"]["ready"] == true).await;
    let zip = trader.get("/api/v1/identity/me/export/file").await.unwrap();
    assert_eq!((zip.status, zip.kind.as_str()), (200, "application/zip"));
    let mut zip = zip::ZipArchive::new(Cursor::new(zip.body)).unwrap();
    let names: Vec<String> = zip.file_names().map(str::to_owned).collect();
    assert!(names.iter().any(|name| name.starts_with("media/") && name.ends_with(".jpg")), "{names:?}");
    let mut list = |name: &str| -> Vec<Value> {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    assert_eq!(list("listings/ads.json").len(), ads.len());
    assert_eq!(list("identity/account.json")[0]["email"], TRADER);
    assert_eq!(list("users/profile.json")[0]["kind"], "trader");

    trader.post("/api/v1/identity/me/erasure", "erasure", &json!({})).await.unwrap().expect(202);
    assert_eq!(api.get(&ad).await.unwrap().status, 200, "there is time to think");
    let mut database = place.database().await;
    // The month goes by.
    sqlx::raw_sql(
        "update identity.erasure set due_at = now(); update identity.job set run_at = now() where kind = 'identity.erase'",
    )
    .execute(&mut database)
    .await
    .unwrap();
    eventually("the ad", async || api.get(&ad).await.unwrap().status == 410).await;
    eventually("the seller", async || api.get(&seller).await.unwrap().status == 404).await;
    let wanted = format!("/api/v1/marketplace/search?seller={}", me["user_id"].as_str().unwrap());
    eventually("the index", async || {
        let found = api.get(&wanted).await.unwrap().expect(200);
        !found["items"].as_array().unwrap().iter().any(|card| card["seller"]["id"] == me["user_id"])
    })
    .await;
    let id = me["account_id"].as_str().unwrap().parse::<AccountId>().unwrap().uuid().to_string();
    eventually("what is left", async || {
        let left = mentions(&mut database, &id).await;
        let may = ["identity.security_event", "listings.audit", "listings.decision", "listings.listing"];
        let jobs = |name: &String| name.ends_with(".job") || name.ends_with(".outbox") || name.ends_with(".inbox");
        left.iter().all(|name| may.contains(&name.as_str()) || jobs(name))
    })
    .await;
    assert_eq!(trader.get("/api/v1/identity/me").await.unwrap().status, 401);

    // Keys are wrapped anew beside the running platform, and people go on.
    let wrapped = place.run(&["identity", "key", "rewrap"]).await.expect(0);
    assert!(wrapped.out.contains("keys of people are wrapped anew"), "{}", wrapped.out);
    api.signed_in("kupac@example.com").await;
    database.close().await.unwrap();
    platform.stop().await;
}
