//! The service on a real PostgreSQL, behind its real HTTP kit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use axum::{Router, body::Body};
use http::Request;
use http_body_util::BodyExt;
use svetu_contracts::{ContractError, geo::Point};
use svetu_db::Schema;
use svetu_geo::Geo;
use svetu_http::{Catalogue, Kit, KitConfig};
use svetu_kernel::Actor;
use svetu_ports::{Authorizer, Decision, Resource};
use svetu_testkit::{Expect, TestDb, clock, expect};
use tower::ServiceExt;

/// Places are for everybody; what the policy says of the rest is tested where it is written.
struct Everybody;

impl Authorizer for Everybody {
    fn authorize(&self, _: &Actor, action: &str, _: &Resource) -> Decision {
        if action.starts_with("geo.") { Decision::Allow } else { Decision::Deny { reason: action.to_owned() } }
    }
}

struct World {
    geo: Geo,
    router: Router,
    _db: TestDb,
}

async fn world() -> World {
    let test_db = TestDb::new(&[Schema { name: "geo", migrator: &svetu_geo::MIGRATOR }]).await;
    let db = test_db.db("geo");
    let loaded = svetu_geo::load_gazetteer(&db).await.unwrap();
    assert!(loaded > 1_900, "{loaded}");
    // Again: nothing changes, and nothing is refused.
    assert_eq!(svetu_geo::load_gazetteer(&db).await.unwrap(), loaded);
    let geo = Geo::init(db).await.unwrap();
    let kit = Kit::new(KitConfig {
        authorizer: Arc::new(Everybody),
        clock: clock(),
        catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_geo::MESSAGES]).unwrap(),
        cursor_key: [7; 32],
        body_bytes_max: Kit::BODY_BYTES_MAX,
    });
    let router = kit.install(geo.routes().split_for_parts().0);
    World { geo, router, _db: test_db }
}

impl World {
    async fn get(&self, path: &str) -> (u16, serde_json::Value) {
        let response = self.router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn check(&self, path: &str, expected: Expect) {
        let (status, body) = self.get(path).await;
        let said = if status >= 400 {
            format!(
                "{status} {} {}",
                body["code"].as_str().unwrap(),
                body["errors"][0]["field"].as_str().unwrap_or_default()
            )
        } else if let Some(items) = body["items"].as_array() {
            let names = items.iter().map(|item| item["name"].as_str().unwrap()).collect::<Vec<_>>();
            format!("{status} {} {}", names.len(), names.into_iter().take(5).collect::<Vec<_>>().join(", "))
        } else {
            format!("{status} {}, {}", body["name"].as_str().unwrap(), body["parent_name"].as_str().unwrap_or_default())
        };
        expected.assert_eq(said.trim());
    }
}

#[tokio::test]
async fn the_api() {
    let world = world().await;
    world.check("/marketplace/places?q=novi%20be&limit=2", expect!["200 2 Novi Beograd, Novi Bečej"]).await;
    world
        .check(
            "/marketplace/places?q=%D0%BD%D0%BE%D0%B2%D0%B8%20%D0%B1%D0%B5&limit=2&lang=sr-Cyrl",
            expect!["200 2 Нови Београд, Нови Бечеј"],
        )
        .await;
    world.check("/marketplace/places?q=belgrad&limit=1&lang=ru", expect!["200 1 Белград"]).await;
    world.check("/marketplace/places?q=", expect!["200 0"]).await;
    world.check("/marketplace/places", expect!["200 0"]).await;
    world.check("/marketplace/places?q=a&limit=51", expect!["400 request.query_invalid limit"]).await;
    world.check("/marketplace/places/reverse?lat=44.8176&lon=20.4633", expect!["200 Stari Grad, Beograd"]).await;
    world.check("/marketplace/places/reverse?lat=45.25&lon=19.85&lang=en", expect!["200 Grbavica, Novi Sad"]).await;
    world.check("/marketplace/places/reverse?lat=0&lon=0", expect!["404 geo.far_away"]).await;
    world.check("/marketplace/places/reverse?lat=91&lon=0", expect!["400 request.query_invalid lat"]).await;
    world.check("/marketplace/places/reverse?lat=NaN&lon=0", expect!["400 request.query_invalid lat"]).await;
    world
        .check(
            "/marketplace/places/labels?bbox=18.8,41.8,23.1,46.2&zoom=7",
            expect!["200 116 Beograd, Priština, Skoplje, Temišvar, Novi Sad"],
        )
        .await;
    world
        .check(
            "/marketplace/places/labels?bbox=20.3,44.7,20.6,44.9&zoom=12&lang=sr-Cyrl",
            expect!["200 72 Београд, Нови Београд, Палилула, Земун, Чукарица"],
        )
        .await;
    world.check("/marketplace/places/labels?bbox=1,2,3&zoom=7", expect!["400 request.query_invalid bbox"]).await;
    world.check("/marketplace/places/labels?bbox=18,41,24,47&zoom=99", expect!["400 request.query_invalid zoom"]).await;
    world
        .check("/marketplace/places/municipalities", expect!["200 145 Ada, Aleksandrovac, Aleksinac, Alibunar, Apatin"])
        .await;
    world.check("/marketplace/places/nonsense", expect!["400 request.path_invalid id"]).await;
    world.check("/marketplace/places/place_00000000000000000000000000", expect!["404 geo.no_such_place"]).await;

    let (_, found) = world.get("/marketplace/places?q=nis&limit=1").await;
    assert_eq!(found["attribution"], svetu_geo::ATTRIBUTION);
    let nis = found["items"][0]["id"].as_str().unwrap();
    world.check(&format!("/marketplace/places/{nis}?lang=sr-Cyrl"), expect!["200 Ниш,"]).await;
    world
        .check(
            &format!("/marketplace/places/municipalities?city={nis}"),
            expect!["200 5 Crveni Krst, Medijana, Niška Banja, Palilula, Pantelej"],
        )
        .await;
}

#[tokio::test]
async fn the_contract() {
    let world = world().await;
    let contract = world.geo.contract();
    let found = contract.find("Zemun", 1).await.unwrap();
    assert_eq!((found[0].name.as_str(), found[0].parent_name.as_deref()), ("Zemun", Some("Beograd")));
    assert_eq!(contract.place(found[0].id).await.unwrap(), found[0]);
    assert_eq!(contract.nearest(found[0].point).await.unwrap(), found[0]);
    assert_eq!(contract.nearest(Point { lat: 0.0, lon: 0.0 }).await, Err(ContractError::NotFound));

    let mut all = Vec::new();
    loop {
        let page = contract.places(all.last().copied(), 1_000).await.unwrap();
        if page.is_empty() {
            break;
        }
        all.extend(page.into_iter().map(|place| place.id));
    }
    assert!(all.len() > 1_900 && all.is_sorted());
}
