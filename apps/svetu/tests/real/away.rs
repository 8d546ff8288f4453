//! OpenSearch goes away under a running platform and comes back.

use std::time::{Duration, Instant};

use serde_json::json;
use svetu_testkit::{Engine, eventually};

use crate::platform::{Api, Place, TRADER};

const LISTINGS: &str = "/api/v1/marketplace/listings";
const SEARCH: &str = "/api/v1/marketplace/search?q=harmonika&lang=sr-Cyrl";
/// What a reader may wait, with what a busy machine adds.
const REFUSED_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_searches_is_refused_while_it_is_away_and_nothing_is_lost() {
    let mut engine = Engine::start("opensearch");
    let place = Place::seeded().await;
    place.write("svetu.toml", format!("[search]\nurl = \"{}\"\n", engine.url()));
    let platform = place.up(&[]).await;
    place.run(&["reindex"]).await.expect(0);
    let api = platform.api.signed_in(TRADER).await;
    let town = api.place("Kikinda").await;
    assert_eq!(api.get(SEARCH).await.unwrap().status, 200);

    for silent in [false, true] {
        if silent {
            engine.freeze()
        } else {
            engine.kill()
        }
        let mut times = Vec::new();
        for _ in 0..12 {
            let began = Instant::now();
            let answer = api.get(SEARCH).await.unwrap();
            assert!(answer.status == 503 && answer.is_problem(), "{}", answer.status);
            let title = answer.json()["title"].as_str().unwrap().to_owned();
            assert!(title.chars().any(|c| ('а'..='я').contains(&c)), "in the reader's script: {title}");
            times.push(began.elapsed());
        }
        assert!(times.iter().all(|time| *time < REFUSED_WITHIN), "{times:?}");
        assert_eq!(left_alone(&api).await, Some("1".to_owned()), "who asks later does not wait");
        // Whatever does not search goes on, and what changes is found later.
        let body = json!({
            "title": format!("Harmonika {silent}"), "description": "", "category": "nonfiction", "condition": "new",
            "place_id": town, "price": { "kind": "agreement" }, "language": "sr-Latn",
        });
        let created = api.post(LISTINGS, &format!("away-{silent}"), &body).await.unwrap();
        assert!(created.is_success(), "{}", created.json());
        let id = created.json()["id"].as_str().unwrap().to_owned();
        for path in
            [format!("{LISTINGS}/{id}"), format!("{LISTINGS}/mine"), "/api/v1/marketplace/categories".to_owned()]
        {
            assert_eq!(api.get(&path).await.unwrap().status, 200, "{path}");
        }
        assert_eq!(api.get("/health/ready").await.unwrap().status, 200);

        if silent {
            engine.thaw()
        } else {
            engine.up()
        }
        eventually("searches are answered again", || async { api.get(SEARCH).await.unwrap().status == 200 }).await;
        assert_eq!(left_alone(&api).await, Some("0".to_owned()));
        platform_caught_up(&place).await;
    }
    platform.stop().await;
}

/// The breaker's figure.
async fn left_alone(api: &Api) -> Option<String> {
    let figures = api.get("/metrics").await.unwrap();
    let text = String::from_utf8_lossy(&figures.body).into_owned();
    let value = text.lines().find_map(|line| line.strip_prefix("svetu_breaker_open{engine=\"opensearch\"} "));
    value.map(str::to_owned)
}

async fn platform_caught_up(place: &Place) {
    let verified = place.run(&["verify"]).await.expect(0).out;
    assert!(verified.contains("0 missing, 0 stale, 0 surplus"), "{verified}");
}
