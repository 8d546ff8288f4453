use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use async_trait::async_trait;
use axum::{
    Router,
    body::{Body, Bytes},
};

use http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use object_store::{ObjectStore, memory::InMemory};
use parking_lot::Mutex;
use serde_json::{Value, json};
use svetu_contracts::identity::{IdentityContract, NewAccount};
use svetu_db::{Db, Schema, Worker};
use svetu_embedded::SealedFile;
use svetu_http::{Catalogue, ClientAddress, Kit, KitConfig, Worked};
use svetu_identity::{HashCost, Identity, IdentityDeps, People, PhoneConfig, UpstreamConfig};
use svetu_kernel::{AccountId, Actor, Clock, Language, ManualClock, Role};
use svetu_policy::CedarAuthorizer;
use svetu_ports::{Mail, MailError, Mailer, Sms, SmsError, SmsSender};
use svetu_testkit::{TestDb, clock};
use tempfile::TempDir;
use tower::ServiceExt;

pub const PASSWORD: &str = "konj-baterija-spajalica";
pub const CHEAP: HashCost = HashCost { memory_kib: 64, passes: 1, parallel_max: 2, waiting_max: 64 };

#[derive(Default)]
pub struct Letters {
    pub sent: Mutex<Vec<Mail>>,
    /// What the server says instead of taking a letter.
    pub down: Mutex<Option<String>>,
}

#[async_trait]
impl Mailer for Letters {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if let Some(cause) = self.down.lock().clone() {
            return Err(MailError::Unavailable(cause.into()));
        }
        self.sent.lock().push(mail.clone());
        Ok(())
    }
}

/// Messages to telephones.
#[derive(Default)]
pub struct Texts {
    pub sent: Mutex<Vec<Sms>>,
    /// What the provider says instead of taking one.
    pub down: Mutex<Option<String>>,
}

#[async_trait]
impl SmsSender for Texts {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        if let Some(cause) = self.down.lock().clone() {
            return Err(SmsError::Unavailable(cause));
        }
        self.sent.lock().push(sms.clone());
        Ok(())
    }
}

pub struct World {
    pub texts: Arc<Texts>,
    pub identity: Identity,
    pub letters: Arc<Letters>,
    pub clock: Arc<ManualClock>,
    pub db: Db,
    pub router: Router,
    networks: AtomicU32,
    pub objects: Arc<dyn ObjectStore>,
    pub test_db: TestDb,
    pub secrets: Arc<TempDir>,
}

/// How a world is made.
pub struct Settings {
    pub secure: bool,
    pub hash_cost: HashCost,
    pub upstreams: Vec<UpstreamConfig>,
    pub phones: PhoneConfig,
    /// The staff proves two factors; elsewhere a password is enough, as in a demo world.
    pub staff_factor: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let phones = PhoneConfig::default();
        Self { secure: false, hash_cost: CHEAP, upstreams: Vec::new(), phones, staff_factor: false }
    }
}

/// Somebody's browser: it keeps the cookie and comes from one address.
pub struct Browser<'w> {
    world: &'w World,
    pub address: IpAddr,
    pub cookie: Option<String>,
    /// The others, by name.
    pub jar: BTreeMap<String, String>,
    /// The gateway saw work.
    pub worked: bool,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn body(&self) -> Value {
        if self.bytes.is_empty() { Value::Null } else { serde_json::from_slice(&self.bytes).unwrap() }
    }

    /// Status, and the code of a problem.
    pub fn said(&self) -> String {
        let body = self.body();
        format!("{} {}", self.status, body["code"].as_str().unwrap_or_default()).trim().to_owned()
    }

    pub fn set_cookie(&self) -> &str {
        self.headers.get(header::SET_COOKIE).map_or("", |value| value.to_str().unwrap())
    }

    pub fn retry_after_s(&self) -> i64 {
        self.headers.get(header::RETRY_AFTER).unwrap().to_str().unwrap().parse().unwrap()
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(false, CHEAP).await
    }

    pub async fn with(secure: bool, cost: HashCost) -> Self {
        Self::set(Settings { secure, hash_cost: cost, ..Settings::default() }).await
    }

    pub async fn set(settings: Settings) -> Self {
        let test_db = TestDb::new(&[Schema { name: "identity", migrator: &svetu_identity::MIGRATOR }]).await;
        Self::made(test_db, clock(), settings, Arc::new(TempDir::new().unwrap())).await
    }

    /// The same database under another binary's settings.
    pub async fn again(self, cost: HashCost) -> Self {
        Self::over(self.test_db, self.clock, false, cost, self.secrets).await
    }

    /// Everything anew but the database, the clock and the folder of the secrets.
    pub async fn over(
        test_db: TestDb,
        clock: Arc<ManualClock>,
        secure: bool,
        hash_cost: HashCost,
        secrets: Arc<TempDir>,
    ) -> Self {
        Self::made(test_db, clock, Settings { secure, hash_cost, ..Settings::default() }, secrets).await
    }

    async fn made(test_db: TestDb, clock: Arc<ManualClock>, settings: Settings, secrets: Arc<TempDir>) -> Self {
        let Settings { secure, hash_cost, upstreams, phones, staff_factor } = settings;
        let (letters, texts, db) = (Arc::new(Letters::default()), Arc::new(Texts::default()), test_db.db("identity"));
        let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let people = People::open(Arc::new(SealedFile::open(secrets.path(), None).unwrap())).await.unwrap();
        let identity = Identity::try_new(IdentityDeps {
            db: db.clone(),
            clock: clock.clone(),
            mailer: letters.clone(),
            site_url: "http://localhost:8080".to_owned(),
            secure,
            hash_cost,
            oauth_secret: [9; 32],
            api_scopes: svetu_policy::Scopes::try_new().unwrap().names().map(str::to_owned).collect(),
            people,
            objects: objects.clone(),
            upstreams,
            sms: texts.clone(),
            phones,
        })
        .unwrap();
        identity.connect_personal(vec![identity.personal()]);
        let kit = Kit::new(KitConfig {
            authorizer: Arc::new(CedarAuthorizer::try_new().unwrap().with_staff_factor(staff_factor)),
            clock: clock.clone(),
            catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_identity::MESSAGES]).unwrap(),
            cursor_key: [7; 32],
            body_bytes_max: Kit::BODY_BYTES_MAX,
        });
        let router = kit.install(identity.routes().split_for_parts().0.merge(identity.oauth_routes()));
        Self { texts, identity, letters, clock, db, router, networks: AtomicU32::new(0), objects, test_db, secrets }
    }

    /// The service as another process has it.
    pub async fn over_same(world: &Self) -> Identity {
        let secrets = SealedFile::open(world.secrets.path(), None).unwrap();
        Identity::try_new(IdentityDeps {
            db: world.db.clone(),
            clock: world.clock.clone(),
            mailer: world.letters.clone(),
            site_url: "http://localhost:8080".to_owned(),
            secure: false,
            hash_cost: CHEAP,
            oauth_secret: [9; 32],
            api_scopes: Vec::new(),
            people: People::open(Arc::new(secrets)).await.unwrap(),
            objects: world.objects.clone(),
            upstreams: Vec::new(),
            sms: world.texts.clone(),
            phones: PhoneConfig::default(),
        })
        .unwrap()
    }

    /// As who owns the database.
    pub fn owner_url(&self) -> &str {
        self.test_db.owner_url()
    }

    /// At an address of its own.
    pub fn browser(&self) -> Browser<'_> {
        let n = self.networks.fetch_add(1, Ordering::Relaxed);
        let address = IpAddr::V4(Ipv4Addr::from(u32::from(Ipv4Addr::new(203, 0, 0, 7)) + n * 256));
        Browser { world: self, address, cookie: None, jar: BTreeMap::new(), worked: false }
    }

    /// Runs what is due, as the worker of the process does.
    pub async fn work(&self) {
        let worker = Worker::new(self.db.clone(), self.clock.clone(), self.identity.jobs());
        worker.run_due().await.unwrap();
    }

    /// Sends what waits and answers the newest letter to the address.
    pub async fn letter(&self, to: &str) -> Mail {
        self.work().await;
        self.letters.sent.lock().iter().rfind(|mail| mail.to == to).expect("a letter").clone()
    }

    pub async fn token(&self, to: &str) -> String {
        self.work().await;
        let sent = self.letters.sent.lock();
        let texts = sent.iter().filter(|mail| mail.to == to).map(|mail| &mail.text);
        let (_, token) = texts.filter_map(|text| text.split_once("?token=")).next_back().expect("a link");
        token.split_whitespace().next().unwrap().to_owned()
    }

    /// How many letters went to the address so far.
    pub async fn letters_to(&self, to: &str) -> usize {
        self.work().await;
        self.letters.sent.lock().iter().filter(|mail| mail.to == to).count()
    }

    /// Signed up, proven, signed in.
    pub async fn member(&self, email: &str) -> Browser<'_> {
        let mut browser = self.browser();
        assert_eq!(browser.sign_up(email, PASSWORD).await.said(), "202");
        let token = self.token(email).await;
        assert_eq!(browser.send("POST /identity/verify-email", json!({ "token": token })).await.said(), "200");
        browser
    }

    /// Made by the bulk contract, with these roles beside `member`, and signed in.
    pub async fn staff(&self, email: &str, roles: &[Role]) -> (AccountId, Browser<'_>) {
        let account = self.new_account(email, roles);
        let id = account.id;
        let contract: &dyn IdentityContract = &self.identity;
        assert_eq!(contract.create_accounts(vec![account]).await.unwrap(), 1);
        let mut browser = self.browser();
        assert_eq!(browser.sign_in(email, PASSWORD).await.said(), "200");
        (id, browser)
    }

    pub fn new_account(&self, email: &str, roles: &[Role]) -> NewAccount {
        NewAccount {
            id: AccountId::new(self.clock.now()),
            email: email.to_owned(),
            display_name: "Olga".to_owned(),
            language: Language::SrLatn,
            roles: roles.to_vec(),
            password: Some(PASSWORD.to_owned()),
            created_at: self.clock.now(),
        }
    }

    pub async fn id(&self, sql: &str) -> uuid::Uuid {
        sqlx::query_scalar(sql).fetch_one(self.db.pool()).await.unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(self.db.pool()).await.unwrap()
    }
}

impl Browser<'_> {
    pub const fn world(&self) -> &World {
        self.world
    }

    pub async fn sign_up(&mut self, email: &str, password: &str) -> Answer {
        let form = json!({
            "email": email, "password": password, "display_name": "Pera Perić", "language": "en", "accept_terms": true,
        });
        self.send("POST /identity/sign-up", form).await
    }

    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.send("POST /identity/sign-in", json!({ "email": email, "password": password })).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), Value::Null).await
    }

    /// As the staff finds people.
    pub async fn find(&mut self, text: &str) -> Answer {
        self.send("POST /identity/accounts/search", json!({ "text": text })).await
    }

    pub async fn send(&mut self, line: &str, body: Value) -> Answer {
        self.try_send(line, body).await.expect("a whole answer")
    }

    pub async fn try_get(&mut self, path: &str) -> Option<Answer> {
        self.try_send(&format!("GET {path}"), Value::Null).await
    }

    /// As the gateway does: the cookie becomes an actor, an unknown one a visitor. None: the answer broke off.
    async fn try_send(&mut self, line: &str, body: Value) -> Option<Answer> {
        let (method, path) = line.split_once(' ').unwrap();
        let body = match body {
            Value::Null => String::new(),
            // A form, as it is written.
            Value::String(form) => form,
            json => json.to_string(),
        };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .header("x-request-id", "fixed")
            .body(Body::from(body))
            .unwrap();
        if !self.jar.is_empty() {
            let line = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            request.headers_mut().insert(header::COOKIE, line.parse().unwrap());
        }
        request.extensions_mut().insert(ClientAddress(self.address));
        if self.worked {
            request.extensions_mut().insert(Worked);
        }
        if let Some(token) = &self.cookie {
            let actor = self.world.identity.authenticate(token).await.unwrap().unwrap_or_else(Actor::visitor);
            request.extensions_mut().insert(actor);
        }
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let Ok(body) = body.collect().await else { return None };
        let bytes = body.to_bytes();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, bytes };
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = Some(rest.split(';').next().unwrap().to_owned()).filter(|value| !value.is_empty());
            match (name.ends_with("svetu_sso"), value) {
                (true, value) => self.cookie = value,
                (false, Some(value)) => drop(self.jar.insert(name.to_owned(), value)),
                (false, None) => drop(self.jar.remove(name)),
            }
        }
        Some(answer)
    }

    pub async fn me(&mut self) -> String {
        let answer = self.get("/identity/me").await;
        if answer.status == 200 { answer.body()["email"].as_str().unwrap().to_owned() } else { answer.said() }
    }
}
