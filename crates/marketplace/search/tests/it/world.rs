use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use svetu_contracts::{
    geo::Place,
    listings::{
        LISTING_CHANGED, ListingPlace, ListingSnapshot, ListingState, PRICE_DROPPED, Price, PriceDropped, SellerKind,
    },
    search::SearchContract,
};
use svetu_db::{Job, Schema, outbox};
use svetu_embedded::{BusOptions, MemoryQueue, PostgresBus};
use svetu_http::{Catalogue, Kit, KitConfig};
use svetu_kernel::{AccountId, Actor, Clock, Currency, Language, ListingId, ManualClock, Money, Role};
use svetu_policy::CedarAuthorizer;
use svetu_ports::{Bus, Event, SearchIndex};
use svetu_search::{Search, SearchDeps, TEXT_FIELDS};
use svetu_tantivy::TantivyIndex;
use svetu_testkit::{TestDb, clock};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;
use uuid::Uuid;

pub use crate::others::place;
use crate::others::{Accounts, Ads, Gazetteer, Letters, OneSecret, TAXONOMY};

pub struct World {
    pub search: Search,
    pub index: Arc<TantivyIndex>,
    pub bus: Arc<PostgresBus>,
    pub ads: Arc<Ads>,
    pub letters: Arc<Letters>,
    pub clock: Arc<ManualClock>,
    pub db: svetu_db::Db,
    deps: SearchDeps,
    router: Router,
    stop: watch::Sender<bool>,
    _folder: Arc<TempDir>,
    _db: Arc<TestDb>,
}

pub fn account(n: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(n))
}

pub fn ad(n: u128) -> ListingId {
    ListingId::from_uuid(Uuid::from_u128(0x1000 + n))
}

pub fn rsd(whole: i64) -> Price {
    Price::Fixed { amount_minor: whole * 100, currency: Currency::Rsd }
}

pub fn eur(whole: i64) -> Price {
    Price::Fixed { amount_minor: whole * 100, currency: Currency::Eur }
}

/// A live ad in Belgrade for 1,000 RSD, by account 9.
pub fn listing(n: u128, category: &str, title: &str) -> ListingSnapshot {
    let now = clock().now();
    assert!(TAXONOMY.is_leaf(category), "{category}");
    ListingSnapshot {
        id: ad(n),
        version: 1,
        state: ListingState::Live,
        seller: account(9),
        seller_kind: SellerKind::Person,
        seller_name: "Mika".to_owned(),
        category: category.to_owned(),
        title: title.to_owned(),
        description: String::new(),
        language: Language::SrLatn,
        price: rsd(1_000),
        price_rsd_minor: Some(100_000),
        previous_price: None,
        condition: None,
        attributes: BTreeMap::new(),
        place: at("Beograd"),
        delivery: vec![],
        pictures: vec![],
        created_at: now,
        published_at: Some(now),
        refreshed_at: now,
        expires_at: None,
        completeness: 50,
    }
}

pub fn at(name: &str) -> ListingPlace {
    let Place { id, name, name_cyrl, parent_name, country, point, .. } = place(name);
    ListingPlace { id, name, name_cyrl, parent_name, country, point }
}

pub trait With: Sized {
    fn priced(self, price: Price) -> Self;
    fn in_place(self, name: &str) -> Self;
    fn with(self, key: &str, value: Value) -> Self;
    fn version(self, version: i64) -> Self;
    fn state(self, state: ListingState) -> Self;
    fn says(self, description: &str) -> Self;
}

impl With for ListingSnapshot {
    fn priced(mut self, price: Price) -> Self {
        self.price = price;
        self.price_rsd_minor = price.money().map(|money| match money.currency {
            Currency::Rsd => money.amount_minor,
            Currency::Eur => money.amount_minor * 117,
        });
        self
    }
    fn in_place(mut self, name: &str) -> Self {
        self.place = at(name);
        self
    }
    fn with(mut self, key: &str, value: Value) -> Self {
        assert!(TAXONOMY.attribute(key).is_some(), "{key}");
        self.attributes.insert(key.to_owned(), value);
        self
    }
    fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }
    fn state(mut self, state: ListingState) -> Self {
        self.state = state;
        self
    }
    fn says(mut self, description: &str) -> Self {
        self.description = description.to_owned();
        self
    }
}

impl World {
    pub async fn new() -> Self {
        let test_db = TestDb::new(&[
            Schema { name: "search", migrator: &svetu_search::MIGRATOR },
            Schema { name: "bus", migrator: &svetu_embedded::MIGRATOR },
        ])
        .await;
        let folder = TempDir::new().unwrap();
        let (ads, letters, clock) = (Arc::new(Ads::default()), Arc::new(Letters::default()), clock());
        let db = test_db.db("search");
        let index = Arc::new(TantivyIndex::open(folder.path(), TEXT_FIELDS).unwrap());
        let options = BusOptions { lease: Duration::from_secs(2), ..BusOptions::default() };
        let bus = PostgresBus::new(test_db.db("bus"), options);
        let deps = SearchDeps {
            db: db.clone(),
            clock: clock.clone(),
            index: index.clone(),
            bus: bus.clone(),
            queue: Arc::new(MemoryQueue::default()),
            listings: ads.clone(),
            geo: Arc::new(Gazetteer),
            identity: Arc::new(Accounts),
            mailer: letters.clone(),
            secrets: Arc::new(OneSecret),
            site_url: "http://localhost:8080".to_owned(),
            synonyms: None,
        };
        let search = Search::init(deps.clone()).await.unwrap();
        let router = router(&search, &clock);
        let stop = watch::channel(false).0;
        let (folder, db_of_test) = (Arc::new(folder), Arc::new(test_db));
        Self { search, index, bus, ads, letters, clock, db, deps, router, stop, _folder: folder, _db: db_of_test }
    }

    /// Another process on the same engines.
    pub async fn another(&self) -> Self {
        let search = Search::init(self.deps.clone()).await.unwrap();
        Self {
            router: router(&search, &self.clock),
            search,
            index: self.index.clone(),
            bus: self.bus.clone(),
            ads: self.ads.clone(),
            letters: self.letters.clone(),
            clock: self.clock.clone(),
            db: self.db.clone(),
            deps: self.deps.clone(),
            stop: watch::channel(false).0,
            _folder: self._folder.clone(),
            _db: self._db.clone(),
        }
    }

    /// Runs the bus and all consumers, as the platform does.
    pub fn run(&self) {
        let (bus, stopped) = (self.bus.clone(), self.stop.subscribe());
        tokio::spawn(async move { bus.maintain(stopped).await });
        for group in self.search.consumers() {
            let (bus, stopped) = (self.bus.clone(), self.stop.subscribe());
            tokio::spawn(async move { bus.consume(group, stopped).await });
        }
    }

    pub fn contract(&self) -> Arc<dyn SearchContract> {
        self.search.contract()
    }

    /// The owner's change and its event.
    pub fn set(&self, listing: ListingSnapshot) -> Event {
        let event =
            outbox::event(self.clock.now(), LISTING_CHANGED, "listings", listing.id.to_string(), &listing).unwrap();
        self.ads.all.lock().insert(listing.id, listing);
        event
    }

    /// The same, with what it says about the price's fall.
    pub fn cheaper(&self, listing: ListingSnapshot, before: Money) -> [Event; 2] {
        let after = listing.price.money().unwrap();
        let fall = PriceDropped { id: listing.id, version: listing.version, before, after };
        let fall = outbox::event(self.clock.now(), PRICE_DROPPED, "listings", listing.id.to_string(), &fall).unwrap();
        [self.set(listing), fall]
    }

    pub async fn put(&self, listings: impl IntoIterator<Item = ListingSnapshot>) {
        let events: Vec<Event> = listings.into_iter().map(|listing| self.set(listing)).collect();
        self.deliver(&events).await;
    }

    /// Hands events to the groups that name their kind, as the bus does.
    pub async fn deliver(&self, events: &[Event]) {
        for group in self.search.consumers() {
            let its: Vec<Event> =
                events.iter().filter(|event| group.kinds.contains(&event.kind.as_str())).cloned().collect();
            for some in its.chunks(group.batch_max) {
                group.handler.handle(some).await.map_err(|(at, error)| format!("{at}: {error}")).unwrap();
            }
        }
        self.index.refresh().await.unwrap();
    }

    pub async fn run_job(&self, name: &str) {
        let job = Job {
            id: 1,
            kind: String::new(),
            key: String::new(),
            run_at: self.clock.now(),
            payload: Value::Null,
            attempts: 1,
        };
        let kind = self.search.jobs().into_iter().find(|kind| kind.name == name).unwrap();
        kind.handler.run(&job).await.unwrap();
    }

    pub async fn raw(
        &self,
        who: Option<AccountId>,
        line: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> (u16, Vec<u8>) {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(format!("/marketplace{path}"));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let mut request = request.body(Body::from(body)).unwrap();
        if let Some(id) = who {
            request.extensions_mut().insert(Actor::account(id, [Role::Member]));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, response.into_body().collect().await.unwrap().to_bytes().to_vec())
    }

    pub async fn call(&self, who: Option<AccountId>, line: &str, body: Option<Value>) -> (u16, Value) {
        let (status, bytes) = self.raw(who, line, body, None).await;
        (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() })
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(None, &format!("GET {path}"), None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Status, the code of a problem, and the field it names.
    pub async fn said(&self, who: Option<AccountId>, line: &str, body: Option<Value>) -> String {
        let (status, body) = self.call(who, line, body).await;
        let (code, field) = (body["code"].as_str(), body["errors"][0]["field"].as_str());
        [Some(status.to_string().as_str()), code, field].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Numbers of the ads that a query finds, in order, without what was given up or mended.
    pub async fn found(&self, query: &str) -> Vec<u128> {
        numbers(&self.get(&format!("/search?limit=100&{query}")).await)
    }

    /// The same as a set of words.
    pub async fn finds(&self, words: &str) -> Vec<u128> {
        let query = serde_html_form::to_string([("q", words)]).unwrap();
        let mut found = self.found(&query).await;
        found.sort_unstable();
        found
    }

    /// Saves a search of account `n`.
    pub async fn save(&self, n: u128, query: &str, frequency: &str) -> String {
        let body = json!({"query": query, "frequency": frequency});
        let (status, saved) = self.call(Some(account(n)), "POST /saved-searches", Some(body)).await;
        assert_eq!(status, 201, "{query}: {saved}");
        saved["id"].as_str().unwrap().to_owned()
    }
}

fn router(search: &Search, clock: &Arc<ManualClock>) -> Router {
    let kit = Kit::new(KitConfig {
        authorizer: Arc::new(CedarAuthorizer::try_new().unwrap()),
        clock: clock.clone(),
        catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_search::MESSAGES]).unwrap(),
        cursor_key: [7; 32],
        body_bytes_max: Kit::BODY_BYTES_MAX,
    });
    kit.install(search.routes().split_for_parts().0)
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

pub fn numbers(answer: &Value) -> Vec<u128> {
    let items = answer["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| {
            let card = if item["listing"].is_object() { &item["listing"] } else { item };
            card["id"].as_str().unwrap().parse::<ListingId>().unwrap().uuid().as_u128() - 0x1000
        })
        .collect()
}
