//! PostgreSQL dies under load: requests fail cleanly, then it is back, and nothing acknowledged is lost.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use crate::platform::{Answer, Api, Place, TRADER, kill_9};

const LISTINGS: &str = "/api/v1/marketplace/listings";
const HEALED_WITHIN: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Seen {
    stop: AtomicBool,
    good: AtomicU64,
    refused: AtomicU64,
    /// Titles by the id that was acknowledged.
    acknowledged: Mutex<BTreeMap<String, String>>,
    unclean: Mutex<Vec<String>>,
}

impl Seen {
    fn note(&self, what: &str, answer: &Answer) {
        if answer.is_success() {
            self.good.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        let clean = answer.is_problem() && matches!(answer.status, 503 | 504);
        if !clean {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            self.unclean.lock().unwrap().push(format!("{what}: {} {} {text}", answer.status, answer.kind));
        }
    }
}

async fn write(api: Api, seen: Arc<Seen>, writer: u64, town: String) {
    let mut count = 0;
    while !seen.stop.load(Ordering::Relaxed) {
        count += 1;
        let title = format!("Knjiga {count} pisca {writer}");
        let body = json!({
            "title": title, "description": "", "category": "nonfiction", "condition": "new", "place_id": town,
            "price": { "kind": "agreement" }, "language": "sr-Latn",
        });
        // Under its own key, until somebody answers.
        let key = format!("outage-{writer}-{count}");
        while !seen.stop.load(Ordering::Relaxed) {
            let answer = api.post(LISTINGS, &key, &body).await.expect("the door stays open");
            let waits = answer.status == 409 && answer.json()["code"] == "request.idempotency_key_running";
            if !waits {
                seen.note("create", &answer);
            }
            if answer.is_success() {
                let id = answer.json()["id"].as_str().unwrap().to_owned();
                seen.acknowledged.lock().unwrap().insert(id, title);
                break;
            }
            if waits {
                // The answer to the first one is lost with the database: another ad meanwhile.
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn read(api: Api, seen: Arc<Seen>) {
    while !seen.stop.load(Ordering::Relaxed) {
        for path in ["/api/v1/identity/me", "/api/v1/marketplace/listings/mine?limit=5"] {
            let answer = api.get(path).await.expect("the door stays open");
            seen.note(path, &answer);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_dies_under_load_and_comes_back() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let api = platform.api.signed_in(TRADER).await;
    let town = api.place("Kikinda").await;
    let seen = Arc::new(Seen::default());
    let mut load = tokio::task::JoinSet::new();
    for writer in 0..3 {
        load.spawn(write(api.clone(), Arc::clone(&seen), writer, town.clone()));
    }
    load.spawn(read(api.clone(), Arc::clone(&seen)));

    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let victim = place.postmaster().expect("PostgreSQL runs");
        kill_9(victim);
        let killed = Instant::now();
        let healed = loop {
            let heard = api.get("/api/v1/identity/me").await.expect("the door stays open");
            if heard.status == 200 && place.postmaster().is_some_and(|pid| pid != victim) {
                break killed.elapsed();
            }
            assert!(killed.elapsed() < HEALED_WITHIN, "not healed: {}", place.log_tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        println!("healed after {:.1} s", healed.as_secs_f64());
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    seen.stop.store(true, Ordering::Relaxed);
    while let Some(ended) = load.join_next().await {
        ended.unwrap();
    }

    let unclean = seen.unclean.lock().unwrap().clone();
    assert!(
        unclean.is_empty(),
        "{} answers were no clean refusal, such as\n{}",
        unclean.len(),
        unclean[..unclean.len().min(5)].join("\n")
    );
    let acknowledged = seen.acknowledged.lock().unwrap().clone();
    println!(
        "{} good answers, {} refused, {} ads acknowledged",
        seen.good.load(Ordering::Relaxed),
        seen.refused.load(Ordering::Relaxed),
        acknowledged.len()
    );
    // Whether anybody was refused is a matter of luck: a new PostgreSQL may stand before a request is tired of waiting.
    assert!(acknowledged.len() > 20);
    let mine = api.all(&format!("{LISTINGS}/mine")).await;
    let titles: BTreeMap<&str, &str> =
        mine.iter().map(|listing| (listing["id"].as_str().unwrap(), listing["title"].as_str().unwrap())).collect();
    for (id, title) in &acknowledged {
        assert_eq!(titles.get(id.as_str()), Some(&title.as_str()), "{id} was acknowledged");
    }
    assert!(place.run(&["verify"]).await.expect(0).out.contains("0 missing, 0 stale, 0 surplus"));
    platform.stop().await;
}
