use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use axum::{Router, body::Body};
use http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use serde_json::{Value, json};
use svetu_contracts::{
    ContractError,
    geo::{GeoContract, Place, Point},
    identity::{
        ACCOUNT_CREATED, AccountEvent, Admission, IdentityContract, Mailbox, NewAccount, Presented, SiteMember,
    },
    listings::{BulkListing, Condition, ContactOptions, ListingState, ListingsContract, Price, SellerKind},
    media::{Attachment, MediaContract, Picture, PictureFacts, Visibility},
    users::{NewFavourite, UsersContract},
};
use svetu_db::{Db, Schema, Worker, outbox};
use svetu_embedded::MemoryCache;
use svetu_http::{Catalogue, ClientAddress, Kit, KitConfig};
use svetu_kernel::{
    AccountId, Actor, Clock, Currency, Language, ListingId, ManualClock, MediaId, PlaceId, Role, Strength, Timestamp,
};
use svetu_listings::{Listings, ListingsDeps};
use svetu_policy::CedarAuthorizer;
use svetu_ports::{Event, Mail, MailError, Mailer, Secret, SecretError, Secrets};
use svetu_testkit::{TestDb, clock};
use tower::ServiceExt;
use uuid::Uuid;

/// Places 1 to 9; the snapped point has two decimals.
struct Atlas;

#[async_trait]
impl GeoContract for Atlas {
    async fn place(&self, id: PlaceId) -> Result<Place, ContractError> {
        let n = id.uuid().as_u128();
        if !(1..=9).contains(&n) {
            return Err(ContractError::NotFound);
        }
        Ok(Place {
            id,
            name: "Čačak".to_owned(),
            name_cyrl: "Чачак".to_owned(),
            parent_name: Some("Moravički okrug".to_owned()),
            country: "RS".to_owned(),
            point: Point { lat: 43.89, lon: 20.35 },
            population: 70_000,
            postal_code: Some("32000".to_owned()),
        })
    }
    async fn find(&self, _: &str, _: u32) -> Result<Vec<Place>, ContractError> {
        panic!("listings does not ask for it")
    }
    async fn nearest(&self, _: Point) -> Result<Place, ContractError> {
        self.place(place(1)).await
    }
    fn snap(&self, point: Point) -> Point {
        let round = |degrees: f64| (degrees * 100.0).round() / 100.0;
        Point { lat: round(point.lat), lon: round(point.lon) }
    }
    async fn places(&self, _: Option<PlaceId>, _: u32) -> Result<Vec<Place>, ContractError> {
        panic!("listings does not ask for it")
    }
}

/// Photos by id, and who holds them.
#[derive(Default)]
pub struct Photos {
    known: Mutex<HashMap<MediaId, PictureFacts>>,
    pub held: Mutex<BTreeMap<String, (Vec<MediaId>, Visibility)>>,
}

impl Photos {
    pub fn add(&self, n: u128, owner: AccountId, perceptual_hash: u64) -> MediaId {
        let id = MediaId::from_uuid(Uuid::from_u128(n));
        let picture = Picture {
            id,
            width: 1920,
            height: 1280,
            thumbhash: "AAAA".to_owned(),
            base_url: format!("/media/{n:08x}"),
            widths: vec![160, 320, 640, 1280, 1920],
        };
        self.known.lock().insert(id, PictureFacts { picture, perceptual_hash, owner });
        id
    }

    pub fn of(&self, listing: &str) -> (usize, Visibility) {
        let held = self.held.lock();
        held.get(listing).map_or((0, Visibility::Owner), |(media, visibility)| (media.len(), *visibility))
    }
}

#[async_trait]
impl MediaContract for Photos {
    async fn describe(&self, ids: &[MediaId]) -> Result<Vec<PictureFacts>, ContractError> {
        let known = self.known.lock();
        Ok(ids.iter().filter_map(|id| known.get(id).cloned()).collect())
    }
    async fn attach(
        &self,
        holder: &str,
        _: AccountId,
        media: &[MediaId],
        visibility: Visibility,
    ) -> Result<(), ContractError> {
        self.held.lock().insert(holder.to_owned(), (media.to_vec(), visibility));
        Ok(())
    }
    async fn attach_many(&self, attachments: Vec<Attachment>) -> Result<(), ContractError> {
        for Attachment { holder, owner, media, visibility } in attachments {
            self.attach(&holder, owner, &media, visibility).await?;
        }
        Ok(())
    }
    async fn store(&self, _: AccountId, _: bytes::Bytes) -> Result<PictureFacts, ContractError> {
        panic!("listings does not ask for it")
    }
    async fn store_many(&self, _: Vec<(AccountId, bytes::Bytes)>) -> Result<Vec<PictureFacts>, ContractError> {
        panic!("listings does not ask for it")
    }
    async fn fetch(&self, _: AccountId, _: &str) -> Result<PictureFacts, ContractError> {
        panic!("listings does not ask for it")
    }
}

struct Accounts;

#[async_trait]
impl IdentityContract for Accounts {
    async fn authenticate(&self, _: &str) -> Result<Option<Actor>, ContractError> {
        panic!("listings does not ask for it")
    }
    /// The language follows the number: four people, four languages.
    async fn admit(&self, _: &Presented) -> Result<Admission, ContractError> {
        Err(ContractError::NotFound)
    }

    async fn site_member(&self, _: &str) -> Result<Option<SiteMember>, ContractError> {
        Ok(None)
    }

    async fn mailbox(&self, id: AccountId) -> Result<Mailbox, ContractError> {
        let n = id.uuid().as_u128();
        let language = Language::ALL[(n as usize + 3) % 4];
        Ok(Mailbox { email: format!("{n}@primer.rs"), display_name: format!("Prodavac {n}"), language })
    }
    async fn account_by_email(&self, _: &str) -> Result<Option<AccountId>, ContractError> {
        panic!("listings does not ask for it")
    }
    async fn create_accounts(&self, _: Vec<NewAccount>) -> Result<u64, ContractError> {
        panic!("listings does not ask for it")
    }
    async fn accounts(&self, _: Option<AccountId>, _: u32) -> Result<Vec<AccountEvent>, ContractError> {
        panic!("listings does not ask for it")
    }
}

/// Favourites, in the order that the contract promises.
#[derive(Default)]
pub struct Keepers(pub Mutex<Vec<(ListingId, AccountId)>>);

#[async_trait]
impl UsersContract for Keepers {
    async fn add_favourites(&self, _: Vec<NewFavourite>) -> Result<u64, ContractError> {
        panic!("listings does not ask for it")
    }
    async fn keepers(
        &self,
        listing: ListingId,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountId>, ContractError> {
        let mut keepers: Vec<AccountId> =
            self.0.lock().iter().filter(|(kept, _)| *kept == listing).map(|(_, who)| *who).collect();
        keepers.sort();
        keepers.retain(|who| after.is_none_or(|after| *who > after));
        keepers.truncate(limit as usize);
        Ok(keepers)
    }
}

#[derive(Default)]
pub struct Letters {
    pub sent: Mutex<Vec<Mail>>,
    pub down: Mutex<bool>,
}

impl Letters {
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.sent.lock())
    }
}

#[async_trait]
impl Mailer for Letters {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if *self.down.lock() {
            return Err(MailError::Unavailable("down".into()));
        }
        self.sent.lock().push(mail.clone());
        Ok(())
    }
}

struct OneSecret;

#[async_trait]
impl Secrets for OneSecret {
    async fn get(&self, _: &str) -> Result<Option<Secret>, SecretError> {
        Ok(None)
    }
    async fn put(&self, _: &str, _: &Secret) -> Result<(), SecretError> {
        Ok(())
    }
    async fn get_or_create(&self, _: &str, len: usize) -> Result<Secret, SecretError> {
        Ok(Secret::new(vec![7; len]))
    }
}

pub struct World {
    pub listings: Listings,
    pub clock: Arc<ManualClock>,
    pub db: Db,
    pub photos: Arc<Photos>,
    pub letters: Arc<Letters>,
    pub keepers: Arc<Keepers>,
    router: Router,
    _db: TestDb,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// Status, and the code of a problem.
    pub fn said(&self) -> String {
        format!("{} {}", self.status, self.body["code"].as_str().unwrap_or_default()).trim().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// `/title field.missing; …`
    pub fn faults(&self) -> String {
        let faults = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let fault = |fault: &Value| format!("{} {}", fault["field"].as_str().unwrap(), fault["code"].as_str().unwrap());
        faults.iter().map(fault).collect::<Vec<_>>().join("; ")
    }

    pub fn items(&self) -> &[Value] {
        self.body["items"].as_array().unwrap()
    }
}

pub fn account(n: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(n))
}

pub fn place(n: u128) -> PlaceId {
    PlaceId::from_uuid(Uuid::from_u128(n))
}

pub fn nobody() -> Actor {
    Actor::visitor()
}

pub fn member(n: u128) -> Actor {
    Actor::account(account(n), [Role::Member])
}

pub fn moderator(n: u128) -> Actor {
    proven(Actor::account(account(n), [Role::Member, Role::Moderator]))
}

/// Two factors, as the staff has to.
fn proven(actor: Actor) -> Actor {
    Actor { strength: Strength::MultiFactor, ..actor }
}

pub fn operator() -> Actor {
    proven(Actor::account(account(90), [Role::Member, Role::Operator]))
}

pub fn rsd(amount: i64) -> Value {
    json!({ "kind": "fixed", "amount_minor": amount * 100, "currency": "RSD" })
}

/// Complete, and like no other in its text.
pub fn sofa() -> Value {
    json!({
        "title": "Ugaona garnitura",
        "description": "Siva, malo korišćena.",
        "category": "sofas",
        "price": rsd(25_000),
        "condition": "used",
        "place_id": place(1),
        "language": "sr-Latn",
        "contact": { "phone": "064/123-45-67", "show_phone": true, "viber": true },
    })
}

/// The same with some fields changed.
pub fn with(mut base: Value, patch: Value) -> Value {
    for (name, value) in patch.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

impl World {
    /// With sellers 1 to 9, who have been here for a year; the ninth is a trader.
    pub async fn new() -> Self {
        let test_db = TestDb::new(&[Schema { name: "listings", migrator: &svetu_listings::MIGRATOR }]).await;
        let clock = clock();
        let db = test_db.db("listings");
        let (photos, letters, keepers) =
            (Arc::new(Photos::default()), Arc::new(Letters::default()), Arc::new(Keepers::default()));
        let listings = Listings::init(ListingsDeps {
            db: db.clone(),
            clock: clock.clone(),
            geo: Arc::new(Atlas),
            media: photos.clone(),
            identity: Arc::new(Accounts),
            cache: Arc::new(MemoryCache::new(1 << 20)),
            mailer: letters.clone(),
            secrets: Arc::new(OneSecret),
            site_url: "http://localhost:8080".to_owned(),
        })
        .await
        .unwrap();
        listings.connect_users(keepers.clone());
        let kit = Kit::new(KitConfig {
            authorizer: Arc::new(CedarAuthorizer::try_new().unwrap()),
            clock: clock.clone(),
            catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_listings::MESSAGES]).unwrap(),
            cursor_key: [7; 32],
            body_bytes_max: Kit::BODY_BYTES_MAX,
        });
        let router = kit.install(listings.routes().split_for_parts().0);
        let world = Self { listings, clock, db, photos, letters, keepers, router, _db: test_db };
        let year = world.clock.now() - chrono::Duration::days(365);
        let sellers: Vec<Event> = (1..=9).map(|n| world.account_event(n, year)).collect();
        world.deliver(&sellers).await;
        world
    }

    pub fn account_event(&self, n: u128, created_at: Timestamp) -> Event {
        let event = AccountEvent {
            id: account(n),
            display_name: format!("Prodavac {n}"),
            language: Language::SrLatn,
            roles: if n == 9 { vec![Role::Member, Role::Trader] } else { vec![Role::Member] },
            created_at,
            version: 1,
        };
        outbox::event(self.clock.now(), ACCOUNT_CREATED, "identity", account(n).to_string(), &event).unwrap()
    }

    /// Hands events to the groups that name their kind, as the bus does.
    pub async fn deliver(&self, events: &[Event]) {
        for group in self.listings.consumers() {
            let its: Vec<Event> =
                events.iter().filter(|event| group.kinds.contains(&event.kind.as_str())).cloned().collect();
            if !its.is_empty() {
                group.handler.handle(&its).await.map_err(|(at, error)| format!("{at}: {error}")).unwrap();
            }
        }
    }

    pub async fn send(&self, who: &Actor, line: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let mut request = request.body(Body::from(body.map(|body| body.to_string()).unwrap_or_default())).unwrap();
        request.extensions_mut().insert(who.clone());
        request.extensions_mut().insert(ClientAddress("203.0.113.9".parse().unwrap()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub async fn call(&self, who: &Actor, line: &str, body: Option<Value>) -> Answer {
        self.send(who, line, body, &[]).await
    }

    pub async fn said(&self, who: &Actor, line: &str) -> String {
        self.call(who, line, None).await.said()
    }

    pub async fn get(&self, who: &Actor, id: &str) -> Answer {
        self.call(who, &format!("GET /marketplace/listings/{id}"), None).await
    }

    /// A draft's id.
    pub async fn draft(&self, who: &Actor, input: Value) -> String {
        let answer = self.call(who, "POST /marketplace/listings", Some(input)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Published: its id and what became of it.
    pub async fn publish(&self, who: &Actor, input: Value) -> (String, String) {
        let id = self.draft(who, input).await;
        let answer = self.call(who, &format!("POST /marketplace/listings/{id}/publish"), None).await;
        let state = answer.body["state"].as_str().map_or_else(|| answer.said(), str::to_owned);
        (id, state)
    }

    pub async fn live(&self, who: &Actor) -> String {
        let (id, state) = self.publish(who, sofa()).await;
        assert_eq!(state, "live");
        id
    }

    /// An edit of whatever version is there.
    pub async fn edit(&self, who: &Actor, id: &str, patch: Value) -> Answer {
        self.send(who, &format!("PATCH /marketplace/listings/{id}"), Some(patch), &[("if-match", "*")]).await
    }

    /// An ad of seller 1 in any state but purged, as demo data brings it.
    pub async fn in_state(&self, key: &str, state: ListingState) -> String {
        let outcome = &self.load(vec![BulkListing { state, ..row(key, self.clock.now()) }], true).await[0];
        match outcome {
            svetu_contracts::listings::BulkOutcome::Created { id } => id.to_string(),
            other => panic!("{other:?}"),
        }
    }

    pub async fn load(&self, rows: Vec<BulkListing>, trusted: bool) -> Vec<svetu_contracts::listings::BulkOutcome> {
        let mode = svetu_contracts::listings::BulkMode { dry_run: false, trusted };
        self.contract().bulk_upsert(rows, mode).await.unwrap()
    }

    pub fn contract(&self) -> Arc<dyn ListingsContract> {
        self.listings.contract()
    }

    /// All timers that are due.
    pub async fn tick(&self) {
        Worker::new(self.db.clone(), self.clock.clone(), self.listings.jobs()).run_due().await.unwrap();
    }

    /// What waits to be published, oldest first.
    pub async fn events(&self) -> Vec<Event> {
        outbox::peek(&self.db, 10_000).await.unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.db.pool()).await.unwrap()
    }
}

/// A row of a shop's file, ten days old.
pub fn row(key: &str, now: Timestamp) -> BulkListing {
    BulkListing {
        source_key: key.to_owned(),
        seller: account(1),
        seller_kind: SellerKind::Person,
        seller_name: "Prodavac 1".to_owned(),
        category: "sofas".to_owned(),
        title: format!("Garnitura {key}"),
        description: "Siva.".to_owned(),
        language: Language::SrLatn,
        price: Price::Fixed { amount_minor: 2_500_000, currency: Currency::Rsd },
        condition: Some(Condition::Used),
        attributes: BTreeMap::new(),
        place: place(1),
        point: None,
        delivery: vec![],
        contact: ContactOptions { phone: Some("+381641234567".to_owned()), show_phone: true, ..Default::default() },
        media: vec![],
        state: ListingState::Live,
        created_at: now - chrono::Duration::days(10),
        reason: None,
    }
}
