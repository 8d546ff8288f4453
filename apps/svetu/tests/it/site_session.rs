//! The site as a client of the provider: a real gateway, identity and database, and a clock that is moved by hand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use object_store::memory::InMemory;
use serde_json::json;
use sqlx::Row as _;
use svetu_contracts::identity::{NewAccount, SITE_CLIENT};
use svetu_db::{Db, Schema, Worker};
use svetu_embedded::SealedFile;
use svetu_gateway::{Gateway, GatewayConfig, GatewayLimits, GatewayParts};
use svetu_http::{Catalogue, Kit, KitConfig};
use svetu_identity::{HashCost, Identity, IdentityDeps, People, PhoneConfig, SiteClient};
use svetu_kernel::{AccountId, Clock as _, Language, ManualClock, Role};
use svetu_policy::CedarAuthorizer;
use svetu_sessions::{Sessions, SessionsDeps, paths};
use svetu_testkit::{TestDb, clock};
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
};

use crate::platform::{Answer, Api, PASSWORD};

const ANA: &str = "ana@example.com";
const BOBAN: &str = "boban@example.com";
const VERA: &str = "vera@example.com";
/// As long as every secret of a client.
const SECRET: &str = "a-secret-of-the-site-a-secret-of-the-site-1";
const ME: &str = "/api/v1/identity/me";

/// Between the site and the provider: what comes back of tokens is held, or nothing comes.
#[derive(Default)]
struct Wire {
    held: AtomicBool,
    cut: AtomicBool,
    released: Notify,
}

impl Wire {
    async fn carry(State(wire): State<Arc<Self>>, request: Request, next: Next) -> Response {
        if wire.cut.load(Ordering::SeqCst) {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        let is_exchange = request.uri().path() == "/oauth/token";
        let response = next.run(request).await;
        if is_exchange && wire.held.load(Ordering::SeqCst) {
            wire.released.notified().await;
        }
        response
    }

    fn release(&self) {
        self.held.store(false, Ordering::SeqCst);
        self.released.notify_waiters();
    }
}

struct World {
    url: String,
    wire: Arc<Wire>,
    sessions: Sessions,
    clock: Arc<ManualClock>,
    identity: Identity,
    db: Db,
    test_db: TestDb,
    _stop: watch::Sender<bool>,
    _secrets: TempDir,
}

impl World {
    async fn new() -> Self {
        let test_db =
            TestDb::new(&[Schema { name: "identity", migrator: &svetu_identity::MIGRATOR }, svetu_sessions::SCHEMA])
                .await;
        let (clock, secrets) = (clock(), TempDir::new().unwrap());
        let public = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://127.0.0.1:{}", public.local_addr().unwrap().port());
        let mail = TempDir::new().unwrap();
        let identity = Identity::try_new(IdentityDeps {
            db: test_db.db("identity"),
            clock: clock.clone(),
            mailer: Arc::new(svetu_embedded::FileOutbox::open(mail.path(), clock.clone()).unwrap()),
            site_url: url.clone(),
            secure: false,
            hash_cost: HashCost { memory_kib: 64, passes: 1, parallel_max: 2, waiting_max: 64 },
            oauth_secret: [9; 32],
            api_scopes: Vec::new(),
            people: People::open(Arc::new(SealedFile::open(secrets.path(), None).unwrap())).await.unwrap(),
            objects: Arc::new(InMemory::new()),
            upstreams: Vec::new(),
            sms: Arc::new(svetu_embedded::FileOutbox::open(mail.path(), clock.clone()).unwrap()),
            phones: PhoneConfig::default(),
        })
        .unwrap();
        let account = |email: &str| NewAccount {
            id: AccountId::new(clock.now()),
            email: email.to_owned(),
            display_name: "Neko".to_owned(),
            language: Language::En,
            roles: Vec::new(),
            password: Some(PASSWORD.to_owned()),
            created_at: clock.now(),
        };
        let vera = NewAccount { roles: vec![Role::Support], ..account(VERA) };
        identity.contract().create_accounts(vec![account(ANA), account(BOBAN), vera]).await.unwrap();
        let site = SiteClient {
            secret: SECRET.to_owned(),
            redirect_uri: format!("{url}{}", paths::CALLBACK),
            post_logout_redirect_uris: vec![format!("{url}/"), format!("{url}/en/")],
            backchannel_logout_uri: format!("{url}{}", paths::BACKCHANNEL),
        };
        // As at every start.
        for _ in 0..2 {
            identity.set_site_client(&site).await.unwrap();
        }
        let wire = Arc::new(Wire::default());
        let sessions = Sessions::try_new(SessionsDeps {
            db: test_db.db("sessions"),
            clock: clock.clone(),
            identity: identity.contract(),
            provider: identity.oauth_routes().layer(middleware::from_fn_with_state(Arc::clone(&wire), Wire::carry)),
            site_url: url.clone(),
            client_id: SITE_CLIENT.to_owned(),
            client_secret: SECRET.to_owned(),
            key: [3; 32],
        })
        .unwrap();
        let limits = GatewayLimits {
            address_per_minute: 100_000,
            account_per_minute: 100_000,
            body_bytes_max: 64 * 1024,
            concurrent_max: 64,
            request_ms_max: 20_000,
        };
        let config = GatewayConfig {
            public_url: url.clone(),
            tls: None,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            metrics_allow: Vec::new(),
            limits,
            drain_s_max: 10,
        };
        let kit = Kit::new(KitConfig {
            authorizer: Arc::new(CedarAuthorizer::try_new().unwrap()),
            clock: clock.clone(),
            catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_identity::MESSAGES, svetu_gateway::MESSAGES])
                .unwrap(),
            cursor_key: [7; 32],
            body_bytes_max: Kit::BODY_BYTES_MAX,
        });
        let parts = GatewayParts {
            api: identity.routes().into(),
            media: Router::new(),
            oauth: identity.oauth_routes(),
            signing: sessions.routes(),
            kit,
            identity: identity.contract(),
            sessions: sessions.contract(),
            clock: clock.clone(),
            site: None,
            openapi: json!({ "openapi": "3.1.0", "info": { "title": "Test", "version": "1" }, "paths": {} }),
            dev_mail: None,
            work_key: [5; 32],
            shared_limits: None,
            ready: watch::channel(true).1,
        };
        let (stop, stopped) = watch::channel(false);
        let gateway = Gateway::try_new(config, parts).unwrap();
        tokio::spawn(async move { gateway.serve(public, None, stopped).await.unwrap() });
        let db = test_db.db("sessions");
        Self { url, wire, sessions, clock, identity, db, test_db, _stop: stop, _secrets: secrets }
    }

    fn browser(&self) -> Api {
        Api::new(&self.url)
    }

    /// At the provider alone.
    async fn known(&self, email: &str) -> Api {
        let browser = self.browser();
        let form = json!({ "email": email, "password": PASSWORD });
        let answer = browser.post("/api/v1/identity/sign-in", "", &form).await.unwrap();
        assert_eq!(answer.status, 200);
        browser.as_told(&answer)
    }

    /// At the site as well.
    async fn member(&self, email: &str) -> Api {
        self.known(email).await.entered().await.unwrap()
    }

    async fn sessions(&self) -> i64 {
        sqlx::query_scalar("select count(*) from sessions.site_session").fetch_one(self.db.pool()).await.unwrap()
    }

    /// What the site's sessions have to do in the background.
    async fn work(&self) {
        Worker::new(self.db.clone(), self.clock.clone(), self.sessions.jobs()).run_due().await.unwrap();
    }

    async fn living_grants(&self) -> i64 {
        let living = "select count(*) from identity.oauth_grant where revoked_at is null";
        sqlx::query_scalar(living).fetch_one(self.test_db.db("identity").pool()).await.unwrap()
    }

    fn pass(&self, minutes: i64) {
        self.clock.advance(chrono::TimeDelta::minutes(minutes));
    }
}

/// Where a sign-in goes, hop by hop, until it comes back to the site with an answer.
async fn returning(browser: &mut Api) -> String {
    let mut path = "/session/sign-in?next=/account".to_owned();
    loop {
        let answer = browser.hop(&path).await;
        path = answer.location.unwrap();
        if path.starts_with(paths::CALLBACK) {
            return path;
        }
    }
}

async fn who(browser: &Api) -> String {
    let answer = browser.only("svetu_session").get(ME).await.unwrap();
    if answer.status == 200 { answer.json()["email"].as_str().unwrap().to_owned() } else { answer.status.to_string() }
}

fn leads(answer: &Answer) -> &str {
    answer.location.as_deref().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_the_provider_knows_is_signed_in_to_the_site() {
    let world = World::new().await;
    let mut ana = world.known(ANA).await;
    assert_eq!(who(&ana).await, "401", "the site does not know her yet");
    let back = returning(&mut ana).await;
    let answer = ana.hop(&back).await;
    assert_eq!((answer.status, leads(&answer)), (303, "/account"));
    assert_eq!(who(&ana).await, ANA);
    assert!(!ana.has("svetu_away"), "what it kept on the way is gone");

    // The one cookie stands for her at the site, and at the provider for nobody.
    let nobody = ana.only("svetu_session").get("/oauth/authorize?client_id=svetu-site").await.unwrap();
    assert!(!leads(&nobody).starts_with(paths::CALLBACK), "{}", leads(&nobody));
    // Again in the same browser: the session of before ends.
    let before = ana.clone();
    let again = ana.entered().await.unwrap();
    assert_eq!((who(&again).await.as_str(), who(&before).await.as_str(), world.sessions().await), (ANA, "401", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ones_answer_signs_nobody_in() {
    let world = World::new().await;
    let mut boban = world.known(BOBAN).await;
    let his = returning(&mut boban).await;
    let failed = "/sign-in?failed=1&next=%2Faccount";

    // A browser that went nowhere.
    let answer = world.browser().get(&his).await.unwrap();
    assert_eq!((answer.status, leads(&answer)), (303, "/sign-in?failed=1&next=%2F"));
    // Ana is led to Boban's answer: her own sign-in begins anew, once.
    let mut ana = world.known(ANA).await;
    returning(&mut ana).await;
    let answer = ana.hop(&his).await;
    assert_eq!(leads(&answer), "/session/sign-in?again=1&next=%2Faccount");
    ana.hop(leads(&answer)).await;
    assert_eq!(leads(&ana.hop(&his).await), failed, "not for ever");
    // His code under her state.
    let mut ana = world.known(ANA).await;
    let hers_now = returning(&mut ana).await;
    let code = |path: &str| path.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let crossed = hers_now.replace(&code(&hers_now), &code(&his));
    assert_eq!(leads(&ana.hop(&crossed).await), failed, "it was given for another challenge");
    // Another provider's answer, and one that names none.
    for (from, to) in [("iss=", "iss=http%3A%2F%2Fevil.test&x="), ("iss=", "x=")] {
        let mut ana = world.known(ANA).await;
        let answer = returning(&mut ana).await.replace(from, to);
        assert_eq!(leads(&ana.hop(&answer).await), failed);
    }
    assert_eq!(world.sessions().await, 0);

    // An answer works once: shown again it ends what it began (RFC 6749 §4.1.2).
    let mut ana = world.known(ANA).await;
    let answer = returning(&mut ana).await;
    let before = ana.clone();
    ana.hop(&answer).await;
    assert_eq!(who(&ana).await, ANA);
    assert_eq!(leads(&before.clone().hop(&answer).await), failed);
    assert_eq!(who(&ana).await, "401");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_away() {
    let world = World::new().await;
    for next in ["//evil.test", "https://evil.test/", "/%5Cevil.test", "/a%0d%0ax:y"] {
        let mut ana = world.known(ANA).await;
        let mut path = format!("/session/sign-in?next={next}");
        for _ in 0..3 {
            path = leads(&ana.hop(&path).await).to_owned();
        }
        assert_eq!(path, "/", "{next}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_before_they_are_over() {
    let world = World::new().await;
    let ana = world.member(ANA).await;
    let heads = "select count(*) from identity.oauth_refresh";
    let families = "select count(*) from identity.oauth_grant where revoked_at is null";
    let count = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(world.test_db.db("identity").pool()).await.unwrap()
    };
    assert_eq!(count(heads).await, 1);
    world.pass(8);
    assert_eq!((who(&ana).await.as_str(), count(heads).await), (ANA, 1), "they are still good");
    // Over for an hour, and a page asks twelve things at once.
    world.pass(60);
    let all = futures::future::join_all((0..12).map(|_| who(&ana))).await;
    assert!(all.iter().all(|who| who == ANA), "{all:?}");
    assert_eq!((count(heads).await, count(families).await), (2, 1), "renewed once, and no token was used twice");
    // Day after day, until the session itself is over: half a year.
    for _ in 0..3 {
        world.pass(20 * 24 * 60);
        assert_eq!(who(&ana).await, ANA);
    }
    world.pass(31 * 24 * 60);
    assert_eq!((who(&ana).await.as_str(), world.sessions().await), ("401", 0), "unused for a month");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_cost_is_had_again_without_a_question() {
    let world = World::new().await;
    let mut ana = world.member(ANA).await;
    let kept = sqlx::query("select sealed, access_expires_at from sessions.site_session")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    world.pass(30);
    assert_eq!(who(&ana).await, ANA);
    // Killed after the provider's answer: the row is as it was, its refresh token used up.
    sqlx::query("update sessions.site_session set sealed = $1, access_expires_at = $2")
        .bind(kept.get::<Vec<u8>, _>(0))
        .bind(kept.get::<chrono::DateTime<chrono::Utc>, _>(1))
        .execute(world.db.pool())
        .await
        .unwrap();
    world.pass(30);
    assert_eq!(who(&ana).await, "401");
    let mut path = "/session/sign-in?silent=1&next=/en/account".to_owned();
    for _ in 0..3 {
        path = leads(&ana.hop(&path).await).to_owned();
    }
    assert_eq!((path.as_str(), who(&ana).await.as_str()), ("/en/account", ANA));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_try_leaves_a_visitor_a_visitor() {
    let world = World::new().await;
    let mut browser = world.member(ANA).await.only("svetu_session");
    let mut path = "/session/sign-in?silent=1&next=/ru/post".to_owned();
    for _ in 0..3 {
        path = leads(&browser.hop(&path).await).to_owned();
    }
    assert_eq!((path.as_str(), browser.has("svetu_session")), ("/ru/post", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_at_the_provider_ends_here() {
    let world = World::new().await;
    let (desk, phone) = (world.member(ANA).await, world.member(ANA).await);
    let boban = world.member(BOBAN).await;
    let sessions = desk.get("/api/v1/identity/sessions").await.unwrap().expect(200);
    let other = sessions["items"].as_array().unwrap().iter().find(|one| one["current"] == false).unwrap();
    let path = format!("/api/v1/identity/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(desk.delete(&path).await.unwrap().status, 204);
    // The provider calls; nobody asks in between.
    assert_eq!(world.sessions().await, 3);
    let identity = world.test_db.db("identity");
    Worker::new(identity, world.clock.clone(), world.identity.jobs()).run_due().await.unwrap();
    assert_eq!(world.sessions().await, 2);
    assert_eq!((who(&phone).await.as_str(), who(&desk).await.as_str()), ("401", ANA));

    // Not told yet, as when the call is lost: known with the next request.
    assert_eq!(desk.post("/api/v1/identity/sign-out", "", &json!({})).await.unwrap().status, 204);
    assert_eq!((who(&desk).await.as_str(), who(&boban).await.as_str(), world.sessions().await), ("401", BOBAN, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_is_a_press_of_our_own_button() {
    let world = World::new().await;
    let mut ana = world.member(ANA).await;
    let other = world.member(ANA).await;
    let form = |headers: &'static [(&'static str, &'static str)]| {
        let ana = ana.clone();
        async move { ana.send_form(paths::END, headers, &[("next", "/en/listings")]).await }
    };
    assert_eq!(ana.get(paths::END).await.unwrap().status, 405, "a link");
    assert_eq!(form(&[("sec-fetch-site", "cross-site")]).await.status, 403, "another site's form");
    let without = world.browser().send_form(paths::END, &[("sec-fetch-site", "cross-site")], &[]).await;
    assert_eq!((without.status, without.cookies.len()), (303, 0), "which brings no cookie and takes none away");
    assert_eq!(who(&ana).await, ANA);

    let answer = form(&[]).await;
    assert!(leads(&answer).starts_with(&format!("{}/oauth/logout?", world.url)), "{}", leads(&answer));
    ana.keep(&answer);
    assert!(!ana.has("svetu_session"));
    let home = ana.hop(leads(&answer)).await;
    assert_eq!((leads(&home), ana.has("svetu_sso")), ("/en/", false));
    assert_eq!((who(&other).await.as_str(), world.sessions().await), (ANA, 1), "elsewhere she stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_provider_says_that_a_session_is_over() {
    let world = World::new().await;
    let ana = world.member(ANA).await;
    // The site's own ID token, which is signed for it by the same key.
    let mut known = world.known(ANA).await;
    let verifier = "v".repeat(43);
    let challenge = {
        use base64::Engine as _;
        use sha2::Digest as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(&verifier))
    };
    let redirect = format!("{}{}", world.url, paths::CALLBACK);
    let query = serde_html_form::to_string([
        ("client_id", SITE_CLIENT),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", &redirect),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", "s"),
    ])
    .unwrap();
    let back = known.hop(&format!("/oauth/authorize?{query}")).await;
    let code = leads(&back).split("code=").nth(1).unwrap().split('&').next().unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect),
        ("code_verifier", &verifier),
    ];
    let tokens = world.browser().form("/oauth/token", (SITE_CLIENT, SECRET), &fields).await.unwrap().expect(200);
    let id_token = tokens["id_token"].as_str().unwrap();
    let access = tokens["access_token"].as_str().unwrap();
    let cut = id_token.rfind('.').unwrap();
    for (what, token) in [
        ("an ID token", id_token),
        ("an access token", access),
        ("no signature", &id_token[..=cut]),
        ("no token", "a.b.c"),
        ("nothing", ""),
    ] {
        let answer = world.browser().send_form(paths::BACKCHANNEL, &[], &[("logout_token", token)]).await;
        assert_eq!(answer.status, 400, "{what}");
    }
    assert_eq!(world.browser().send_form(paths::BACKCHANNEL, &[], &[("x", "y")]).await.status, 400);
    assert_eq!(who(&ana).await, ANA);
    // What the site was given is worth nothing in another's hands: it has no scope.
    let shown = world.browser().get_as("/api/v1/identity/me", access).await.unwrap();
    assert_eq!(shown.status, 403, "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_a_hundred_at_most() {
    let world = World::new().await;
    let at_provider = world.known(ANA).await;
    let first = at_provider.clone().entered().await.unwrap();
    world.clock.advance(chrono::TimeDelta::milliseconds(1));
    let boban = world.member(BOBAN).await;
    let oldest = async || -> uuid::Uuid {
        let sql = "select id from sessions.site_session where subject = (select subject from sessions.site_session
             order by id limit 1) order by created_at, id limit 1";
        sqlx::query_scalar(sql).fetch_one(world.db.pool()).await.unwrap()
    };
    for _ in 0..99 {
        world.clock.advance(chrono::TimeDelta::milliseconds(1));
        at_provider.clone().entered().await.unwrap();
    }
    let before = oldest().await;
    assert_eq!((world.sessions().await, who(&first).await.as_str()), (101, ANA));
    world.clock.advance(chrono::TimeDelta::milliseconds(1));
    let last = at_provider.entered().await.unwrap();
    assert_eq!((who(&last).await.as_str(), who(&boban).await.as_str(), world.sessions().await), (ANA, BOBAN, 101));
    let left = "select count(*) from sessions.site_session where id = $1";
    let left: i64 = sqlx::query_scalar(left).bind(before).fetch_one(world.db.pool()).await.unwrap();
    assert_eq!(left, 0, "the oldest of hers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_away_for_a_moment_ends_nothing() {
    let world = World::new().await;
    let ana = world.member(ANA).await;
    let row = async || -> (String, String) {
        sqlx::query_as("select sid, subject from sessions.site_session").fetch_one(world.db.pool()).await.unwrap()
    };
    let before = row().await;
    let owner = sqlx::PgPool::connect(world.test_db.owner_url()).await.unwrap();
    sqlx::query("alter table identity.oauth_refresh rename to away").execute(&owner).await.unwrap();
    world.pass(30);
    let answer = ana.only("svetu_session").get(ME).await.unwrap();
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(row().await, before);
    sqlx::query("alter table identity.away rename to oauth_refresh").execute(&owner).await.unwrap();
    assert_eq!(who(&ana).await, ANA);
}

/// The browser goes while its session is renewed: the tokens that the provider gave for the old ones are not lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_outlives_the_request_that_began_it() {
    let world = World::new().await;
    let ana = world.member(ANA).await;
    world.pass(30);
    world.wire.held.store(true, Ordering::SeqCst);
    let heads = "select count(*) from identity.oauth_refresh";
    let cut = async {
        while sqlx::query_scalar::<_, i64>(heads).fetch_one(world.test_db.db("identity").pool()).await.unwrap() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        answer = who(&ana) => panic!("answered {answer} before the provider did"),
        () = cut => {}
    }
    // The door hears of it.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let ended = tokio::spawn({
        let sessions = world.sessions.clone();
        async move { sessions.settle().await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!ended.is_finished(), "a process that ends waits for it");
    world.wire.release();
    ended.await.unwrap();
    world.pass(1);
    assert_eq!((who(&ana).await.as_str(), world.living_grants().await), (ANA, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_here_is_good_for_nothing_at_the_provider() {
    let world = World::new().await;
    // Another sign-in in the same browser takes the place of the one before.
    let at_provider = world.known(ANA).await;
    let first = at_provider.clone().entered().await.unwrap();
    let mut again = first.entered().await.unwrap();
    assert_eq!((world.sessions().await, world.living_grants().await), (1, 2));
    world.work().await;
    assert_eq!(world.living_grants().await, 1);

    // Signing out, with a provider that does not answer: people are out, and it is told later.
    let kept = "select string_agg(payload::text, ' ') from sessions.job where kind = 'sessions.let_go'";
    let boban = world.member(BOBAN).await;
    world.wire.cut.store(true, Ordering::SeqCst);
    let answer = again.send_form(paths::END, &[], &[("next", "/")]).await;
    assert!(leads(&answer).starts_with(&format!("{}/oauth/logout?", world.url)), "{answer:?}");
    again.keep(&answer);
    world.work().await;
    assert_eq!((world.sessions().await, world.living_grants().await), (1, 2));
    let kept: String = sqlx::query_scalar(kept).fetch_one(world.db.pool()).await.unwrap();
    assert!(kept.contains("sealed") && !kept.contains("refresh"), "{kept}");
    world.wire.cut.store(false, Ordering::SeqCst);
    world.pass(5);
    world.work().await;
    assert_eq!((world.living_grants().await, who(&boban).await.as_str()), (1, BOBAN));
    let told = "select count(*) from identity.security_event where kind = 'grant_revoked'";
    let told: i64 = sqlx::query_scalar(told).fetch_one(world.test_db.db("identity").pool()).await.unwrap();
    assert_eq!(told, 0, "that she signed out is in the log already");
}

/// Support at the site in Ana's place.
async fn stands_in(world: &World) -> Api {
    let ana = world.member(ANA).await.get(ME).await.unwrap().json();
    let mut vera = world.member(VERA).await;
    // As an authenticator would have left it.
    let proven = "update identity.session set strength = 'multi_factor'";
    sqlx::query(proven).execute(world.test_db.db("identity").pool()).await.unwrap();
    let path = format!("/api/v1/identity/accounts/{}/impersonation", ana["account_id"].as_str().unwrap());
    let answer = vera.post(&path, "", &json!({ "reason": "Ne vidi svoj oglas." })).await.unwrap();
    assert_eq!(answer.status, 201, "{answer:?}");
    vera.keep(&answer);
    assert_eq!(who(&vera).await, ANA);
    vera
}

/// Whatever is renewed meanwhile, the quarter of an hour shows the person and nothing beyond it.
#[tokio::test(flavor = "multi_thread")]
async fn who_stands_in_for_somebody_goes_on_for_their_time() {
    let world = World::new().await;
    let vera = stands_in(&world).await;
    // The site's tokens are over before that.
    world.pass(9);
    world.clock.advance(chrono::TimeDelta::seconds(30));
    assert_eq!(who(&vera).await, ANA);
    // The site's session is lost: had again without a question, and it shows the same person.
    let mut vera = vera.only("svetu_sso");
    assert_eq!(who(&vera).await, "401");
    let mut path = "/session/sign-in?silent=1&next=/en/account".to_owned();
    for _ in 0..3 {
        path = leads(&vera.hop(&path).await).to_owned();
    }
    assert_eq!((path.as_str(), who(&vera).await.as_str()), ("/en/account", ANA));
    let acting = vera.only("svetu_session").get(ME).await.unwrap().json();
    assert!(acting["support_until"].is_string(), "{acting}");
    // Its tokens are support's own: of Ana's nothing was given.
    let of_ana = "select count(*) from identity.oauth_grant g join identity.session s on s.id = g.session
        where g.account <> s.account";
    let of_ana: i64 = sqlx::query_scalar(of_ana).fetch_one(world.test_db.db("identity").pool()).await.unwrap();
    assert_eq!(of_ana, 0);
    // The time is over: support again, in the same session.
    world.pass(6);
    assert_eq!(who(&vera).await, VERA);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stands_in_for_somebody_leaves_for_good() {
    let world = World::new().await;
    let mut vera = stands_in(&world).await;
    let answer = vera.send_form(paths::END, &[], &[("next", "/en/")]).await;
    vera.keep(&answer);
    let home = vera.hop(leads(&answer)).await;
    assert_eq!((leads(&home), vera.has("svetu_sso"), who(&vera).await.as_str()), ("/en/", false, "401"));
    world.work().await;
    let open = "select count(*) from identity.impersonation where ended_at is null";
    let open: i64 = sqlx::query_scalar(open).fetch_one(world.test_db.db("identity").pool()).await.unwrap();
    assert_eq!(open, 0);
}
