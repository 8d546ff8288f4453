//! Somebody who posts without a pause and remembers what was acknowledged.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::platform::{Answer, Api, Place, api::Lost};

const LISTINGS: &str = "/api/v1/marketplace/listings";

pub struct Poster {
    name: String,
    town: String,
    count: u64,
    /// By title.
    posted: BTreeMap<String, Posted>,
    /// Requests that nobody answered: sent again under their keys.
    open: Vec<Request>,
}

/// What was acknowledged of an ad.
#[derive(Debug, Clone, Default)]
struct Posted {
    id: Option<String>,
    version: i64,
    state: String,
    price: i64,
    /// An edit without an answer: this price or the acknowledged one.
    perhaps: Option<i64>,
}

#[derive(Debug, Clone)]
struct Request {
    title: String,
    path: String,
    key: String,
    body: Value,
}

impl Poster {
    pub fn new(seed: u64, number: u64, town: &str) -> Self {
        Self {
            name: format!("{seed}-{number}"),
            town: town.to_owned(),
            count: 0,
            posted: BTreeMap::new(),
            open: Vec::new(),
        }
    }

    pub fn acknowledged(&self) -> usize {
        self.posted.values().filter(|posted| posted.id.is_some()).count()
    }

    pub fn unanswered(&self) -> usize {
        self.open.len()
    }

    /// Create, publish, change the price; again and again, until a connection is lost.
    pub async fn post_until_lost(&mut self, api: &Api) {
        while self.post(api).await.is_ok() {}
    }

    async fn post(&mut self, api: &Api) -> Result<(), Lost> {
        self.count += 1;
        let title = format!("Knjiga broj {} iz {}", self.count, self.name);
        let price = 1_000 + i64::try_from(self.count % 50).unwrap() * 100;
        let create = Request {
            title: title.clone(),
            path: LISTINGS.to_owned(),
            key: format!("create-{}-{}", self.name, self.count),
            body: json!({
                "title": title,
                "description": format!("Stručna literatura, primerak {}.", self.count),
                "category": "nonfiction",
                "condition": "used",
                "price": { "kind": "fixed", "amount_minor": price, "currency": "EUR" },
                "place_id": self.town,
                "language": "sr-Latn",
            }),
        };
        let created = self.send(api, create).await?;
        assert_eq!(created.status, 201, "{}", String::from_utf8_lossy(&created.body));
        let id = created.json()["id"].as_str().unwrap().to_owned();
        self.acknowledge(&title, &created);

        let publish = Request {
            title: title.clone(),
            path: format!("{LISTINGS}/{id}/publish"),
            key: format!("publish-{}-{}", self.name, self.count),
            body: json!({}),
        };
        let published = self.send(api, publish).await?;
        assert!(published.is_success(), "{}", String::from_utf8_lossy(&published.body));
        self.acknowledge(&title, &published);

        let etag = format!("\"{}\"", self.posted[&title].version);
        let price = price + 1;
        let patch = json!({ "price": { "kind": "fixed", "amount_minor": price, "currency": "EUR" } });
        self.posted.get_mut(&title).unwrap().perhaps = Some(price);
        let edited = told(api.patch(&format!("{LISTINGS}/{id}"), &etag, &patch).await?)?;
        assert!(edited.is_success(), "{}", String::from_utf8_lossy(&edited.body));
        self.acknowledge(&title, &edited);
        Ok(())
    }

    async fn send(&mut self, api: &Api, request: Request) -> Result<Answer, Lost> {
        self.open.push(request.clone());
        let answer = told(api.post(&request.path, &request.key, &request.body).await?)?;
        self.open.pop();
        Ok(answer)
    }

    fn acknowledge(&mut self, title: &str, answer: &Answer) {
        let listing = answer.json();
        let posted = self.posted.entry(title.to_owned()).or_default();
        posted.id = Some(listing["id"].as_str().unwrap().to_owned());
        posted.version = listing["version"].as_i64().unwrap();
        posted.state = listing["state"].as_str().unwrap().to_owned();
        posted.price = listing["price"]["amount_minor"].as_i64().unwrap();
        posted.perhaps = None;
    }

    /// Everything acknowledged is as it was acknowledged, or newer where an answer is missing.
    pub async fn check_acknowledged(&self, api: &Api) {
        let mine = self.mine(api).await;
        for (title, posted) in &self.posted {
            let found = mine.get(title).unwrap_or_else(|| panic!("«{title}» was acknowledged and is gone"));
            assert_eq!(found.len(), 1, "«{title}» is there {} times", found.len());
            let listing = &found[0];
            assert_eq!(listing["id"].as_str(), posted.id.as_deref(), "{title}");
            assert!(listing["version"].as_i64().unwrap() >= posted.version, "{title}: {listing} {posted:?}");
            let price = listing["price"]["amount_minor"].as_i64().unwrap();
            assert!(price == posted.price || Some(price) == posted.perhaps, "{title}: {price}, {posted:?}");
            let in_doubt = posted.perhaps.is_some() || self.open.iter().any(|request| request.title == *title);
            assert!(in_doubt || listing["state"] == posted.state.as_str(), "{title}: {listing} {posted:?}");
        }
    }

    /// Sends again what got no answer, until each has one.
    pub async fn repeat_unanswered(&mut self, api: &Api, within: Duration, place: &Place) {
        let deadline = Instant::now() + within;
        for request in std::mem::take(&mut self.open) {
            let answer = loop {
                let answer = api.post(&request.path, &request.key, &request.body).await.unwrap();
                let waits = answer.status == 409 && answer.json()["code"] == "request.idempotency_key_running";
                if !waits {
                    break answer;
                }
                assert!(Instant::now() < deadline, "the key {} is not free again", request.key);
                tokio::time::sleep(Duration::from_millis(500)).await;
            };
            // It was published, and the answer to that was lost with the process.
            let done = answer.status == 409 && request.path.ends_with("/publish");
            let told = String::from_utf8_lossy(&answer.body);
            assert!(answer.is_success() || done, "{}: {told}\n{}", request.path, place.log_tail());
            if answer.is_success() {
                self.acknowledge(&request.title, &answer);
            }
        }
    }

    /// After all repeats: each title once, nothing that nobody posted.
    pub async fn check_once(&self, api: &Api) {
        let mine = self.mine(api).await;
        for (title, found) in &mine {
            assert_eq!(found.len(), 1, "«{title}» is there {} times", found.len());
            assert!(self.posted.contains_key(title), "«{title}» was never acknowledged");
        }
        assert_eq!(mine.len(), self.posted.len());
    }

    async fn mine(&self, api: &Api) -> HashMap<String, Vec<Value>> {
        let own = format!(" iz {}", self.name);
        let mut mine: HashMap<String, Vec<Value>> = HashMap::new();
        for listing in api.all(&format!("{LISTINGS}/mine")).await {
            let title = listing["title"].as_str().unwrap().to_owned();
            if title.ends_with(&own) {
                mine.entry(title).or_default().push(listing);
            }
        }
        mine
    }
}

/// PostgreSQL may die a moment before the platform does: what is then answered says nothing about what was done.
fn told(answer: Answer) -> Result<Answer, Lost> {
    if answer.status == 503 { Err(Lost("the database is gone".to_owned())) } else { Ok(answer) }
}
