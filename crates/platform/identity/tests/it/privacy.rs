//! What is personal is sealed, told to its owner, and gone for good when they are erased.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{Cursor, Read as _},
    process::{Command, Stdio},
    sync::{Arc, LazyLock},
};

use chrono::Duration;
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::{Connection as _, migrate::Migrator};
use svetu_contracts::{ContractError, identity::ACCOUNT_ERASED};
use svetu_db::{Db, Schema};
use svetu_identity::IdentityError;
use svetu_kernel::{AccountId, Clock, Role};
use svetu_testkit::{TestDb, expect};
use tempfile::TempDir;

use crate::{
    oauth::app::App,
    world::{CHEAP, PASSWORD, World},
};

/// The whole database as an operator keeps it.
fn backup(db: &TestDb) -> String {
    let done = Command::new("pg_dump").args(["--schema=identity", address(db)]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Without what the driver alone understands.
fn address(db: &TestDb) -> &str {
    db.owner_url().split('?').next().unwrap()
}

async fn restore(backup: &str) -> TestDb {
    let db = TestDb::new(&[]).await;
    let mut psql = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", address(&db)])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut psql.stdin.take().unwrap(), backup.as_bytes()).unwrap();
    assert!(psql.wait().unwrap().success());
    db
}

fn copy(folder: &TempDir) -> Arc<TempDir> {
    let copy = TempDir::new().unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    Arc::new(copy)
}

async fn id_of(world: &World, email: &str) -> AccountId {
    world.identity.contract().account_by_email(email).await.unwrap().unwrap()
}

#[tokio::test]
async fn nothing_personal_lies_in_clear() {
    let world = World::new().await;
    let mut pera = world.member("Tajna.Adresa@primer.rs").await;
    world.browser().sign_up("nepotvrdjena@primer.rs", PASSWORD).await;
    pera.send("POST /identity/recovery", json!({ "email": "tajna.adresa@primer.rs" })).await;
    world.work().await;
    let app = App::public(&world).await;
    let mut request = app.request("openid email");
    request.push(("login_hint", "neko.drugi@primer.rs".to_owned()));
    pera.authorize(&request).await.waiting();
    let dump = backup(&world.test_db).to_lowercase();
    assert!(dump.contains("pera perić"), "the name that the person shows everybody is there");
    for personal in ["tajna.adresa", "nepotvrdjena", "neko.drugi", "203.0.0.7"] {
        let hex: String = personal.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!dump.contains(personal) && !dump.contains(&hex), "{personal}");
    }
    assert_eq!(pera.me().await, "Tajna.Adresa@primer.rs");
}

#[tokio::test]
async fn an_address_opens_in_its_own_place_alone() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    let mut mika = world.member("mika@primer.rs").await;
    // Whoever can write to the database gives Mika's letters to Pera: the key and what it seals, or what it seals alone.
    for table in ["email set sealed", "person_key set wrapped"] {
        let column = table.rsplit(' ').next().unwrap();
        let name = table.split(' ').next().unwrap();
        let swap = format!(
            "update identity.{name} a set {column} = b.{column} from identity.{name} b where a.account <> b.account"
        );
        sqlx::query(&swap).execute(world.db.pool()).await.unwrap();
        assert_eq!((pera.me().await, mika.me().await), ("500 internal".to_owned(), "500 internal".to_owned()));
    }
    sqlx::query("update identity.email a set account = b.account from identity.email b where a.account <> b.account")
        .execute(world.db.pool())
        .await
        .expect_err("one address, one account");
}

#[tokio::test]
async fn operators_find_by_address_id_or_name() {
    let world = World::new().await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    world.member("pera@primer.rs").await;
    let id = id_of(&world, "pera@primer.rs").await.to_string();
    let mut found = String::new();
    for q in ["PERA@primer.rs", "pera@primer", "pera", "PERA Per", "olg", "%", "_", &id, "niko@primer.rs"] {
        let body = olga.find(q).await.body();
        let emails: Vec<&str> =
            body["items"].as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap()).collect();
        found.push_str(&format!("{} {emails:?}\n", if q == id { "id" } else { q }));
    }
    expect![[r#"
        PERA@primer.rs ["pera@primer.rs"]
        pera@primer []
        pera ["pera@primer.rs"]
        PERA Per ["pera@primer.rs"]
        olg ["olga@primer.rs"]
        % []
        _ []
        id ["pera@primer.rs"]
        niko@primer.rs []
    "#]]
    .assert_eq(&found);
}

static BEFORE: LazyLock<Migrator> = LazyLock::new(|| {
    let before = svetu_identity::MIGRATOR.iter().filter(|one| one.version < 6).cloned().collect();
    Migrator { migrations: Cow::Owned(before), ..Migrator::DEFAULT }
});

#[tokio::test]
async fn addresses_of_before_are_sealed_at_the_start() {
    let before = LazyLock::force(&BEFORE);
    let db = TestDb::new(&[Schema { name: "identity", migrator: before }]).await;
    let service = db.db("identity");
    for n in 0..2_500_u128 {
        lay_plain(&service, n).await;
    }
    svetu_db::migrate(db.config(), &[Schema { name: "identity", migrator: &svetu_identity::MIGRATOR }]).await.unwrap();
    let secrets = Arc::new(TempDir::new().unwrap());
    let world = World::over(db, svetu_testkit::clock(), false, CHEAP, secrets).await;
    assert_eq!(world.count("select count(*) from identity.email_plain").await, 2_500);
    let again = world.identity.clone();
    let (one, other) = tokio::join!(world.identity.prepare(), again.prepare());
    one.unwrap();
    other.unwrap();
    assert_eq!(world.count("select count(*) from pg_class where relname = 'email_plain'").await, 0);
    assert_eq!(world.count("select count(distinct wrapped) from identity.person_key").await, 2_500);
    assert!(!backup(&world.test_db).to_lowercase().contains("pera.7@"));
    let contract = world.identity.contract();
    let id = contract.account_by_email("PERA.2499@primer.rs").await.unwrap().unwrap();
    assert_eq!(contract.mailbox(id).await.unwrap().email, "Pera.2499@primer.rs");
    assert_eq!(world.count("select count(*) from identity.consent_log where subject = 'terms' and given").await, 2_500);
    world.identity.prepare().await.unwrap();
}

/// An account whose address lies in clear, as before addresses were sealed.
async fn lay_plain(service: &Db, n: u128) {
    let id = uuid::Uuid::from_u128(n + 1);
    sqlx::query(
        "insert into identity.account (id, display_name, language, state, created_at, terms_accepted_at)
         values ($1, 'Pera', 'en', 'active', now(), now())",
    )
    .bind(id)
    .execute(service.pool())
    .await
    .unwrap();
    sqlx::query("insert into identity.email (account, address, normal) values ($1, $2, $3)")
        .bind(id)
        .bind(format!("Pera.{n}@primer.rs"))
        .bind(format!("pera.{n}@primer.rs"))
        .execute(service.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn who_comes_too_late_to_seal_addresses_finds_nothing_to_do() {
    let before = LazyLock::force(&BEFORE);
    let db = TestDb::new(&[Schema { name: "identity", migrator: before }]).await;
    lay_plain(&db.db("identity"), 0).await;
    svetu_db::migrate(db.config(), &[Schema { name: "identity", migrator: &svetu_identity::MIGRATOR }]).await.unwrap();
    let mut owner = sqlx::PgConnection::connect(db.owner_url()).await.unwrap();
    let secrets = Arc::new(TempDir::new().unwrap());
    let world = World::over(db, svetu_testkit::clock(), false, CHEAP, secrets).await;
    // Another process is about to end: this one saw the table and waits for it.
    let mut ends = owner.begin().await.unwrap();
    sqlx::query("drop table identity.email_plain").execute(&mut *ends).await.unwrap();
    let (prepared, ()) = tokio::join!(world.identity.prepare(), async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        ends.commit().await.unwrap();
    });
    prepared.unwrap();
}

#[tokio::test]
async fn keys_are_wrapped_anew() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    world.member("mika@primer.rs").await;
    let before = backup(&world.test_db);
    let beside = World::over_same(&world).await;
    assert_eq!(beside.rewrap_people().await.unwrap(), 2);
    assert_eq!(world.count("select count(*) from identity.person_key where epoch = 2").await, 2);
    assert_eq!(pera.me().await, "pera@primer.rs");
    // Other processes may not have heard of it yet.
    assert_eq!(world.identity.forget_old_wrappings().await.unwrap(), 0);
    let old = World::over(restore(&before).await, world.clock.clone(), false, CHEAP, world.secrets.clone()).await;
    old.identity.prepare().await.unwrap();
    let pera_id = id_of(&old, "pera@primer.rs").await;
    assert_eq!(old.identity.contract().mailbox(pera_id).await.unwrap().email, "pera@primer.rs");

    world.clock.advance(Duration::hours(2));
    assert_eq!(world.identity.forget_old_wrappings().await.unwrap(), 1);
    assert_eq!(pera.me().await, "pera@primer.rs");
    let dead = World::over(restore(&before).await, world.clock.clone(), false, CHEAP, world.secrets.clone()).await;
    assert!(matches!(dead.identity.prepare().await, Err(IdentityError::Person(_))));
    assert_eq!(dead.count("select count(*) from identity.account").await, 2, "nobody is taken for erased");
}

#[tokio::test]
async fn secrets_of_another_database_are_refused() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    let dump = backup(&world.test_db);
    let secrets = Arc::new(TempDir::new().unwrap());
    let other = World::over(restore(&dump).await, world.clock.clone(), false, CHEAP, secrets).await;
    assert!(matches!(other.identity.prepare().await, Err(IdentityError::Person(_))));
    assert_eq!(other.count("select count(*) from identity.account").await, 1);
}

#[tokio::test]
async fn an_erasure_is_asked_thought_over_and_done() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    let mut mika = world.member("mika@primer.rs").await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let id = id_of(&world, "pera@primer.rs").await;
    const ASK: &str = "POST /identity/me/erasure";
    const CANCEL: &str = "DELETE /identity/me/erasure";
    assert_eq!(world.browser().send(ASK, json!({})).await.said(), "401 auth.required");
    assert_eq!(olga.send(ASK, json!({})).await.said(), "409 identity.last_operator");

    // A session that somebody left open is not enough.
    world.clock.advance(Duration::minutes(11));
    let fault =
        |answer: crate::world::Answer| answer.body()["errors"][0]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(fault(pera.send(ASK, json!({})).await), "identity.password_needed");
    assert_eq!(fault(pera.send(ASK, json!({ "password": "pogrešna lozinka" })).await), "identity.wrong_password");
    assert_eq!(pera.get("/identity/me/privacy").await.body()["erasure"], Value::Null);
    let asked = pera.send(ASK, json!({ "password": PASSWORD })).await;
    assert_eq!(asked.said(), "202");
    let due = asked.body()["due_at"].as_str().unwrap().to_owned();
    assert_eq!(due, (world.clock.now() + Duration::days(30)).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
    let letter = world.letter("pera@primer.rs").await;
    let day = (world.clock.now() + Duration::days(30)).format("%-d %B %Y").to_string();
    assert!(letter.subject == "Your account will be erased" && letter.text.contains(&day), "{}", letter.text);
    assert!(letter.text.contains("http://localhost:8080/en/account/privacy"), "{}", letter.text);

    // Others cannot take it back, its owner can, and what was due does not happen.
    assert_eq!(mika.send(CANCEL, Value::Null).await.said(), "404 identity.no_erasure");
    world.clock.advance(Duration::days(20));
    // Whoever signs in meanwhile is told at once.
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.body()["erasure_due_at"], json!(due));
    assert_eq!(mika.sign_in("mika@primer.rs", PASSWORD).await.body()["erasure_due_at"], Value::Null);
    assert_eq!(pera.get("/identity/me/privacy").await.body()["erasure"]["due_at"], json!(due));
    assert_eq!(pera.send(CANCEL, Value::Null).await.said(), "204");
    assert_eq!(pera.send(CANCEL, Value::Null).await.said(), "404 identity.no_erasure");
    world.clock.advance(Duration::days(11));
    world.work().await;
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);

    // Asked twice it is due when it was first; then it is done.
    let first = pera.send(ASK, json!({})).await.body();
    world.clock.advance(Duration::days(2));
    assert_eq!(pera.send(ASK, json!({ "password": PASSWORD })).await.body()["due_at"], first["due_at"]);
    world.clock.advance(Duration::days(27));
    world.work().await;
    assert_eq!(pera.me().await, "pera@primer.rs");
    world.clock.advance(Duration::days(1));
    let letters = world.letters_to("pera@primer.rs").await;
    assert_eq!(world.letter("pera@primer.rs").await.subject, "Your account is erased");
    assert_eq!(pera.me().await, "401 auth.required");
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.said(), "401 identity.wrong_credentials");
    assert!(matches!(world.identity.contract().mailbox(id).await, Err(ContractError::NotFound)));
    for table in ["email", "person_key", "session", "consent_log", "erasure", "link"] {
        let left = world.count(&format!("select count(*) from identity.{table} where account = '{}'", id.uuid())).await;
        assert_eq!(left, 0, "{table}");
    }
    let event: Value = sqlx::query_scalar("select event from identity.outbox order by id desc limit 1")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert_eq!((&event["kind"], &event["data"]), (&json!(ACCOUNT_ERASED), &json!({ "id": id })));
    // Nothing more is written to them, and the address is free.
    pera.send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    assert_eq!(world.letters_to("pera@primer.rs").await, letters);
    let mut anew = world.member("pera@primer.rs").await;
    assert_eq!(anew.me().await, "pera@primer.rs");
    assert_ne!(id_of(&world, "pera@primer.rs").await, id);
    assert_eq!(mika.sign_in("mika@primer.rs", PASSWORD).await.status, 200);
}

/// A mail server that is down, and a process that dies between the key and the rows.
#[tokio::test]
async fn an_erasure_is_done_whatever_fails() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    pera.send("POST /identity/me/erasure", json!({})).await;
    world.work().await;
    world.clock.advance(Duration::days(29));
    pera.sign_in("pera@primer.rs", PASSWORD).await;
    world.clock.advance(Duration::days(1));
    *world.letters.down.lock() = Some("450 later <pera@primer.rs>".to_owned());
    for _ in 0..3 {
        world.work().await;
        world.clock.advance(Duration::minutes(1));
        assert_eq!(world.count("select count(*) from identity.email").await, 1);
    }
    let reason: String = sqlx::query_scalar("select reason from identity.job where kind = 'identity.erase'")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert!(reason.contains('…') && !reason.contains("pera@"), "{reason}");
    // The rows cannot go: the key is gone already.
    sqlx::raw_sql(
        "create function identity.no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
         create trigger no before delete on identity.account for each row execute function identity.no();",
    )
    .execute(&mut owner(&world).await)
    .await
    .unwrap();
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.email").await, 1);
    assert_eq!(pera.me().await, "404 identity.no_such_account");
    sqlx::raw_sql("drop trigger no on identity.account").execute(&mut owner(&world).await).await.unwrap();
    world.clock.advance(Duration::hours(1));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.account").await, 0);
}

async fn owner(world: &World) -> sqlx::PgConnection {
    sqlx::Connection::connect(world.test_db.owner_url()).await.unwrap()
}

/// A backup of before an erasure, restored, with the secrets of today: the person cannot be read by anybody.
#[tokio::test]
async fn an_erasure_is_final_in_backups_too() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    world.member("mika@primer.rs").await;
    let (pera_id, mika_id) = (id_of(&world, "pera@primer.rs").await, id_of(&world, "mika@primer.rs").await);
    let dump = backup(&world.test_db);
    let secrets_then = copy(&world.secrets);

    pera.send("POST /identity/me/erasure", json!({})).await;
    world.clock.advance(Duration::days(30));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.account").await, 1);

    let over = |secrets| async { World::over(restore(&dump).await, world.clock.clone(), false, CHEAP, secrets).await };
    // What is in the backup is the person indeed: with the secrets of then they are read.
    let then = over(secrets_then).await;
    assert_eq!(then.identity.contract().mailbox(pera_id).await.unwrap().email, "pera@primer.rs");

    let today = over(copy(&world.secrets)).await;
    assert_eq!(today.count("select count(*) from identity.email").await, 2, "the rows are back");
    let contract = today.identity.contract();
    assert!(matches!(contract.mailbox(pera_id).await, Err(ContractError::NotFound)));
    assert_eq!(contract.mailbox(mika_id).await.unwrap().email, "mika@primer.rs");
    // And the service does not go on before the rows are gone again, and others are told.
    today.identity.prepare().await.unwrap();
    assert_eq!(today.count("select count(*) from identity.account").await, 1);
    assert_eq!(today.browser().sign_in("pera@primer.rs", PASSWORD).await.said(), "401 identity.wrong_credentials");
    let told: Vec<Value> = sqlx::query_scalar("select event->'data' from identity.outbox where event->>'kind' = $1")
        .bind(ACCOUNT_ERASED)
        .fetch_all(today.db.pool())
        .await
        .unwrap();
    assert_eq!(told, [json!({ "id": pera_id })]);
    // Later people have the numbers of those who came after the backup, and never that of somebody erased.
    let mut ana = today.member("ana@primer.rs").await;
    assert_eq!(ana.me().await, "ana@primer.rs");
}

#[tokio::test]
async fn an_export_tells_everything_to_its_owner() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    let mut mika = world.member("mika@primer.rs").await;
    const ASK: &str = "POST /identity/me/export";
    const FILE: &str = "/identity/me/export/file";
    assert_eq!(world.browser().send(ASK, json!({})).await.said(), "401 auth.required");
    assert_eq!(pera.get(FILE).await.said(), "404 identity.no_export");
    assert_eq!(pera.send(ASK, json!({})).await.said(), "202");
    assert_eq!(pera.get("/identity/me/privacy").await.body()["export"]["ready"], json!(false));
    assert_eq!(pera.get(FILE).await.said(), "404 identity.no_export");
    let letter = world.letter("pera@primer.rs").await;
    assert_eq!(letter.subject, "Your data is ready");
    assert!(letter.text.contains("/en/account/privacy") && !letter.text.contains("token"), "{}", letter.text);

    let answer = pera.get(FILE).await;
    assert_eq!(answer.headers["content-type"], "application/zip");
    assert_eq!(answer.headers["content-length"], answer.bytes.len().to_string());
    let files = unzip(&answer.bytes);
    let names: Vec<&String> = files.keys().collect();
    assert_eq!(
        names,
        [
            "about.json",
            "identity/account.json",
            "identity/api_keys.json",
            "identity/applications.json",
            "identity/consents.json",
            "identity/factor_resets.json",
            "identity/impersonations.json",
            "identity/passkeys.json",
            "identity/security_events.json",
            "identity/sessions.json",
            "identity/shop_invitations.json",
            "identity/shops.json",
            "identity/trusted_devices.json",
            "identity/upstream_logins.json"
        ]
    );
    assert_eq!(files["identity/account.json"][0]["email"], "pera@primer.rs");
    assert_eq!(files["identity/consents.json"][0]["to"], "terms");
    assert_eq!(files["identity/sessions.json"][0]["device"], "Firefox, Linux");
    assert_eq!(files["identity/security_events.json"][0]["by"], "you");

    // Nobody else's, and nothing that lies in the store can be read without the person's key.
    assert_eq!(mika.get(FILE).await.said(), "404 identity.no_export");
    assert_eq!(world.browser().get(FILE).await.said(), "401 auth.required");
    let stored: Vec<_> = world.objects.list(None).try_collect().await.unwrap();
    assert_eq!(stored.len(), 1);
    let sealed = world.objects.get(&stored[0].location).await.unwrap().bytes().await.unwrap();
    assert_eq!(sealed.len(), answer.bytes.len() + 28);
    assert!(!sealed.starts_with(b"PK") && !sealed.windows(5).any(|part| part == b".json"));
    // Changed there, it is not handed out.
    let mut broken = sealed.to_vec();
    broken[100] ^= 1;
    world.objects.put(&stored[0].location, broken.into()).await.unwrap();
    assert!(pera.try_get(FILE).await.is_none());
    world.objects.put(&stored[0].location, sealed.into()).await.unwrap();

    world.clock.advance(Duration::days(7));
    assert_eq!(pera.get(FILE).await.said(), "404 identity.no_export");
    world.work().await;
    assert_eq!(world.objects.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 0);
    assert_eq!(world.count("select count(*) from identity.export").await, 0);

    // An account that goes takes its file along.
    pera.sign_in("pera@primer.rs", PASSWORD).await;
    pera.send("POST /identity/me/erasure", json!({})).await;
    world.clock.advance(Duration::days(29));
    pera.sign_in("pera@primer.rs", PASSWORD).await;
    assert_eq!(pera.send(ASK, json!({})).await.said(), "202");
    world.work().await;
    assert_eq!(world.objects.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 1);
    world.clock.advance(Duration::days(1));
    world.work().await;
    assert_eq!(world.objects.list(None).try_collect::<Vec<_>>().await.unwrap().len(), 0);
}

fn unzip(bytes: &[u8]) -> BTreeMap<String, Value> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|n| {
            let mut file = zip.by_index(n).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().to_owned(), serde_json::from_str(&text).unwrap())
        })
        .collect()
}

#[tokio::test]
async fn consents_are_given_and_taken_back() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    let mut mika = world.member("mika@primer.rs").await;
    let mut app = App::public(&world).await;
    let tokens = app.tokens(&mut pera, "openid offline_access").await;
    let listed = pera.get("/identity/me/privacy").await.body()["applications"].clone();
    assert_eq!(listed[0]["scopes"], json!(["openid", "offline_access"]));
    let line = format!("DELETE /identity/me/applications/{}", listed[0]["client_id"].as_str().unwrap());
    assert_eq!(mika.send(&line, Value::Null).await.said(), "404 identity.no_such_application");
    assert_eq!(pera.send(&line, Value::Null).await.said(), "204");
    let refused = app.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!((refused.status, &refused.body()["error"]), (400, &json!("invalid_grant")));
    assert_eq!(pera.get("/identity/me/privacy").await.body()["applications"], json!([]));
    let log: Vec<(String, String, bool)> = sqlx::query_as(
        "select case when subject = 'terms' then subject else 'application' end, version, given
         from identity.consent_log c where account = $1 order by id",
    )
    .bind(id_of(&world, "pera@primer.rs").await.uuid())
    .fetch_all(world.db.pool())
    .await
    .unwrap();
    let row = |subject: &str, version: &str, given| (subject.to_owned(), version.to_owned(), given);
    assert_eq!(
        log,
        [
            row("terms", "1", true),
            row("application", "openid offline_access", true),
            row("application", "openid offline_access", false)
        ]
    );
}

#[tokio::test]
async fn the_job_obeys_the_table() {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    let rules = pera.get("/identity/me/privacy").await.body()["retention"].clone();
    assert!(
        rules.as_array().unwrap().contains(&json!({ "what": "security_event", "kept_days": 400, "why": "security" }))
    );
    world.clock.advance(Duration::days(9));
    world.work().await;
    assert!(world.count("select count(*) from identity.security_event").await > 0);
    sqlx::query("update identity.retention set kept_days = 8 where what = 'security_event'")
        .execute(world.db.pool())
        .await
        .unwrap();
    world.clock.advance(Duration::hours(2));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.security_event").await, 0);
}
