use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use axum::{Router, body::Body};
use http::{Request, header};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use serde_json::Value;
use svetu_contracts::{
    ContractError,
    geo::Point,
    identity::{
        ACCOUNT_CREATED, AccountEvent, Admission, IdentityContract, Mailbox, NewAccount, Presented, SiteMember,
    },
    listings::{
        BulkListing, BulkMode, BulkOutcome, LISTING_CHANGED, ListingPlace, ListingSnapshot, ListingState,
        ListingsContract, Price, SellerKind,
    },
    taxonomy::Taxonomy,
};
use svetu_db::{Schema, outbox};
use svetu_http::{Catalogue, Kit, KitConfig};
use svetu_kernel::{
    AccountId, Actor, Clock, Currency, ExchangeRate, Language, ListingId, ManualClock, PlaceId, Role, Subject,
    Timestamp,
};
use svetu_ports::{Authorizer, Decision, Event, Mail, MailError, Mailer, Resource, Secret, SecretError, Secrets};
use svetu_testkit::{TestDb, clock};
use svetu_users::{Users, UsersDeps};
use tower::ServiceExt;
use uuid::Uuid;

/// The rules of `policy` as far as they concern this service: visitors see sellers, members have their own things.
struct Rules;

impl Authorizer for Rules {
    fn authorize(&self, actor: &Actor, action: &str, _: &Resource) -> Decision {
        let open = matches!(action, "users.seller" | "users.unsubscribe");
        let member = actor.has(Role::Member) && action.starts_with("users.");
        if open || member { Decision::Allow } else { Decision::Deny { reason: action.to_owned() } }
    }
}

/// What the owner of ads would answer.
#[derive(Default)]
pub struct Ads(Mutex<BTreeMap<ListingId, ListingSnapshot>>);

#[async_trait]
impl ListingsContract for Ads {
    fn taxonomy(&self) -> Arc<Taxonomy> {
        panic!("users does not ask for it")
    }
    async fn rate(&self) -> Result<ExchangeRate, ContractError> {
        panic!("users does not ask for it")
    }
    async fn listing(&self, id: ListingId) -> Result<ListingSnapshot, ContractError> {
        self.0.lock().get(&id).cloned().ok_or(ContractError::NotFound)
    }
    async fn snapshots(&self, _: Option<ListingId>, _: u32) -> Result<Vec<ListingSnapshot>, ContractError> {
        panic!("users does not ask for it")
    }
    async fn versions(&self, _: Option<ListingId>, _: u32) -> Result<Vec<(ListingId, i64)>, ContractError> {
        panic!("users does not ask for it")
    }
    async fn handed_on(&self) -> Result<bool, ContractError> {
        panic!("users does not ask for it")
    }
    async fn bulk_upsert(&self, _: Vec<BulkListing>, _: BulkMode) -> Result<Vec<BulkOutcome>, ContractError> {
        panic!("users does not ask for it")
    }
    async fn bulk_close_vanished(&self, _: AccountId, _: &str, _: Timestamp, _: bool) -> Result<u64, ContractError> {
        panic!("users does not ask for it")
    }
    async fn export(
        &self,
        _: Option<AccountId>,
        _: Option<ListingId>,
        _: u32,
    ) -> Result<Vec<(ListingId, BulkListing)>, ContractError> {
        panic!("users does not ask for it")
    }
}

struct Accounts;

#[async_trait]
impl IdentityContract for Accounts {
    async fn authenticate(&self, _: &str) -> Result<Option<Actor>, ContractError> {
        panic!("users does not ask for it")
    }
    async fn admit(&self, _: &Presented) -> Result<Admission, ContractError> {
        Err(ContractError::NotFound)
    }

    async fn site_member(&self, _: &str) -> Result<Option<SiteMember>, ContractError> {
        Ok(None)
    }

    async fn mailbox(&self, id: AccountId) -> Result<Mailbox, ContractError> {
        Ok(Mailbox { email: format!("{id}@primer.rs"), display_name: "Pera".to_owned(), language: Language::SrLatn })
    }
    async fn account_by_email(&self, _: &str) -> Result<Option<AccountId>, ContractError> {
        panic!("users does not ask for it")
    }
    async fn create_accounts(&self, _: Vec<NewAccount>) -> Result<u64, ContractError> {
        panic!("users does not ask for it")
    }
    async fn accounts(&self, _: Option<AccountId>, _: u32) -> Result<Vec<AccountEvent>, ContractError> {
        panic!("users does not ask for it")
    }
}

#[derive(Default)]
pub struct Letters {
    pub sent: Mutex<Vec<Mail>>,
    pub down: Mutex<bool>,
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
    pub users: Users,
    pub ads: Arc<Ads>,
    pub letters: Arc<Letters>,
    pub clock: Arc<ManualClock>,
    pub db: svetu_db::Db,
    router: Router,
    _db: TestDb,
}

pub fn account(n: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(n))
}

pub fn ad(n: u128) -> ListingId {
    ListingId::from_uuid(Uuid::from_u128(0x1000 + n))
}

pub fn rsd(amount_minor: i64) -> Price {
    Price::Fixed { amount_minor, currency: Currency::Rsd }
}

impl World {
    pub async fn new() -> Self {
        let test_db = TestDb::new(&[Schema { name: "users", migrator: &svetu_users::MIGRATOR }]).await;
        let (ads, letters, clock) = (Arc::new(Ads::default()), Arc::new(Letters::default()), clock());
        let db = test_db.db("users");
        let users = Users::init(UsersDeps {
            db: db.clone(),
            clock: clock.clone(),
            listings: ads.clone(),
            identity: Arc::new(Accounts),
            mailer: letters.clone(),
            secrets: Arc::new(OneSecret),
            site_url: "http://localhost:8080".to_owned(),
        })
        .await
        .unwrap();
        let kit = Kit::new(KitConfig {
            authorizer: Arc::new(Rules),
            clock: clock.clone(),
            catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_users::MESSAGES]).unwrap(),
            cursor_key: [7; 32],
            body_bytes_max: Kit::BODY_BYTES_MAX,
        });
        let router = kit.install(users.routes().split_for_parts().0);
        Self { users, ads, letters, clock, db, router, _db: test_db }
    }

    pub fn snapshot(&self, id: ListingId, version: i64, state: ListingState, price: Price) -> ListingSnapshot {
        let now = self.clock.now();
        let snapshot = ListingSnapshot {
            id,
            version,
            state,
            seller: account(9),
            seller_kind: SellerKind::Person,
            seller_name: "Mika".to_owned(),
            category: "sporet".to_owned(),
            title: "Šporet na drva".to_owned(),
            description: String::new(),
            language: Language::SrLatn,
            price,
            price_rsd_minor: None,
            previous_price: None,
            condition: None,
            attributes: BTreeMap::new(),
            place: ListingPlace {
                id: PlaceId::from_uuid(Uuid::nil()),
                name: "Čačak".to_owned(),
                name_cyrl: "Чачак".to_owned(),
                parent_name: None,
                country: "RS".to_owned(),
                point: Point { lat: 43.89, lon: 20.35 },
            },
            delivery: vec![],
            pictures: vec![],
            created_at: now,
            published_at: Some(now),
            refreshed_at: now,
            expires_at: None,
            completeness: 50,
        };
        self.ads.0.lock().insert(id, snapshot.clone());
        snapshot
    }

    pub fn changed(&self, listing: &ListingSnapshot) -> Event {
        outbox::event(self.clock.now(), LISTING_CHANGED, "listings", listing.id.to_string(), listing).unwrap()
    }

    pub fn created(&self, id: AccountId, name: &str, version: i64, roles: Vec<Role>) -> Event {
        let event = AccountEvent {
            id,
            display_name: name.to_owned(),
            language: Language::SrLatn,
            roles,
            created_at: self.clock.now(),
            version,
        };
        outbox::event(self.clock.now(), ACCOUNT_CREATED, "identity", id.to_string(), &event).unwrap()
    }

    /// Hands events to the group that names their kind, as the bus does.
    pub async fn deliver(&self, events: &[Event]) {
        for group in self.users.consumers() {
            let its: Vec<Event> =
                events.iter().filter(|event| group.kinds.contains(&event.kind.as_str())).cloned().collect();
            if !its.is_empty() {
                group.handler.handle(&its).await.map_err(|(at, error)| format!("{at}: {error}")).unwrap();
            }
        }
    }

    pub async fn call(&self, who: Option<AccountId>, line: &str, body: Option<Value>) -> (u16, Value) {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/marketplace{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.map(|body| body.to_string()).unwrap_or_default()))
            .unwrap();
        if let Some(id) = who {
            let actor = Actor::account(id, [Role::Member]);
            assert!(matches!(actor.subject, Subject::Account { .. }));
            request.extensions_mut().insert(actor);
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() })
    }

    /// Status, and the code of a problem.
    pub async fn said(&self, who: Option<AccountId>, line: &str) -> String {
        let (status, body) = self.call(who, line, None).await;
        format!("{status} {}", body["code"].as_str().unwrap_or_default()).trim().to_owned()
    }
}
