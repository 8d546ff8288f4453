//! The same platform as processes: what it answers, whom it lets in, what is seen when processes die and are replaced.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use nix::unistd::Pid;
use serde_json::{Value, json};
use svetu_cluster::{
    Credentials, Peers, TlsFiles,
    contracts::{GeoClient, SearchClient},
};
use svetu_contracts::{ContractError, geo::GeoContract as _, search::SearchContract as _};
use tokio::task::JoinSet;

use crate::platform::{Api, Place, TRADER, bare, finish, kill_9};

/// Every role by itself, those that may run twice, twice. The embedded index has one process.
const PLAN: [(&str, &str); 9] = [
    ("gateway-1", "gateway"),
    ("gateway-2", "gateway"),
    ("identity", "identity"),
    ("media", "media"),
    ("geo", "geo"),
    ("listings-1", "listings"),
    ("listings-2", "listings"),
    ("users", "users"),
    ("search", "search"),
];
const LISTINGS: &str = "/api/v1/marketplace/listings";
const FOUND_WITHIN: Duration = Duration::from_secs(90);

fn plan(place: &Place) -> PathBuf {
    plan_with(place, &[])
}

fn plan_with(place: &Place, more: &[(&str, &str)]) -> PathBuf {
    let table = |(name, role): &(&str, &str)| format!("[[process]]\nname = \"{name}\"\nroles = [\"{role}\"]\n");
    let tables: String = PLAN.iter().chain(more).map(table).collect();
    place.write("cluster.toml", tables)
}

async fn status(place: &Place) -> BTreeMap<String, Value> {
    let told = place.run(&["cluster", "status", "--json"]).await.expect(0);
    let all: Vec<Value> = serde_json::from_str(&told.out).unwrap();
    all.into_iter().map(|process| (process["name"].as_str().unwrap().to_owned(), process)).collect()
}

fn pid(process: &Value) -> Pid {
    Pid::from_raw(i32::try_from(process["pid"].as_i64().unwrap()).unwrap())
}

fn ad(town: &str, title: &str) -> Value {
    json!({
        "title": title, "description": "", "category": "nonfiction", "condition": "new", "place_id": town,
        "price": { "kind": "agreement" }, "language": "sr-Latn",
    })
}

async fn found(api: &Api, word: &str) -> u64 {
    let found = api.get(&format!("/api/v1/marketplace/search?q={word}")).await.unwrap().expect(200);
    found["total"].as_u64().unwrap()
}

/// Asks again and again, as people do, until it is told to stop.
async fn read_on(
    api: Api,
    paths: Vec<String>,
    stop: Arc<AtomicBool>,
    good: Arc<AtomicU64>,
    bad: Arc<Mutex<Vec<String>>>,
) {
    while !stop.load(Ordering::Relaxed) {
        for path in &paths {
            match api.get(path).await {
                Ok(answer) if answer.is_success() => drop(good.fetch_add(1, Ordering::Relaxed)),
                Ok(answer) => bad.lock().unwrap().push(format!("{path}: {} {:?}", answer.status, answer.body)),
                Err(lost) => bad.lock().unwrap().push(format!("{path}: {lost:?}")),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_are_one_platform() {
    let place = Place::seeded().await;
    let plan = plan(&place);
    let cluster = place.cluster(&plan, &[]).await;
    let api = &cluster.api;

    // What everybody sees, and how a refusal is told: by the gateway, in the reader's language.
    assert!(found(api, "").await > 0);
    let refused = api.get(&format!("{LISTINGS}/none")).await.unwrap();
    assert!(refused.is_problem(), "{refused:?}");
    assert_eq!(refused.json()["code"], "request.path_invalid");
    assert_eq!(refused.json()["instance"], format!("{LISTINGS}/none"));
    let nobody = api.get("/api/v1/identity/me").await.unwrap();
    assert_eq!(nobody.status, 401);
    let document = api.get("/api/v1/openapi.json").await.unwrap().expect(200);
    let committed: Value = serde_json::from_str(include_str!("../../../../openapi/svetu.json")).unwrap();
    assert_eq!(document["paths"], committed["paths"]);

    // A member's way through all of them: identity, media, listings, the bus, search.
    let trader = api.signed_in(TRADER).await;
    let town = api.place("Zrenjanin").await;
    let body = ad(&town, "Cepidlaka iz klastera");
    let made = trader.post(LISTINGS, "cluster-1", &body).await.unwrap().expect(201);
    let id = made["id"].as_str().unwrap();
    let replayed = trader.post(LISTINGS, "cluster-1", &body).await.unwrap();
    assert!(replayed.replayed, "{replayed:?}");
    trader.post(&format!("{LISTINGS}/{id}/publish"), "cluster-2", &json!({})).await.unwrap().expect(200);
    let began = std::time::Instant::now();
    while found(api, "cepidlaka").await == 0 {
        assert!(began.elapsed() < FOUND_WITHIN, "the ad is not found");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Pictures: somebody's, as the door shows it, and the same one as an upload of the trader's.
    let seen = api.get("/api/v1/marketplace/search?limit=1&with_photo=true").await.unwrap().expect(200);
    let picture = &seen["items"][0]["picture"];
    let path = format!("{}/{}.jpg", picture["base_url"].as_str().unwrap(), picture["widths"][0]);
    let file = api.get(&path).await.unwrap();
    assert_eq!((file.status, file.kind.as_str()), (200, "image/jpeg"));
    let upload = trader.upload(file.body).await;
    trader.get(&format!("/api/v1/media/uploads/{upload}")).await.unwrap().expect(200);
    assert_eq!(api.get(&format!("/api/v1/media/uploads/{upload}")).await.unwrap().status, 404);
    // A stranger is refused by the owner's service as by one process.
    let stranger = api.signed_in("kupac@example.com").await;
    let refused = stranger.post(&format!("{LISTINGS}/{id}/pause"), "cluster-3", &json!({})).await.unwrap();
    assert!(refused.is_problem() && matches!(refused.status, 403 | 404), "{refused:?}");

    let verified = place.run(&["verify"]).await.expect(0);
    assert!(verified.out.contains("0 missing, 0 stale, 0 surplus"), "{}", verified.out);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_answers_those_alone_whom_it_knows() {
    let place = Place::seeded().await;
    let cluster = place.cluster(&plan(&place), &[]).await;
    let processes = status(&place).await;
    let keys = place.state().join("cluster");
    let as_whom = |name: &str| {
        let (certificate, key) = (keys.join(format!("{name}.pem")), keys.join(format!("{name}.key")));
        Credentials::load(&TlsFiles { certificate, key, authority: keys.join("authority.pem") }).unwrap()
    };
    let places = |name: &str| vec![processes[name]["listen"].as_str().unwrap().to_owned()];
    let geo = |credentials: &Credentials, at: &str| {
        let peers = Peers::new("geo", &places(at), credentials).unwrap();
        GeoClient::new(Arc::new(peers), svetu_geo::snap)
    };
    // Search may ask geo what a name means, and listings not; the operator may ask search, and geo not; geo may ask nobody.
    assert!(!geo(&as_whom("search"), "geo").find("Novi", 5).await.unwrap().is_empty());
    for name in ["operator", "listings-1"] {
        let refused = geo(&as_whom(name), "geo").find("Novi", 5).await.unwrap_err();
        assert!(
            matches!(&refused, ContractError::Unavailable(told) if told.contains("PermissionDenied")),
            "{refused:?}"
        );
    }
    let search = SearchClient::new(Arc::new(Peers::new("search", &places("search"), &as_whom("operator")).unwrap()));
    search.catch_up().await.unwrap();
    let search = SearchClient::new(Arc::new(Peers::new("search", &places("search"), &as_whom("geo")).unwrap()));
    assert!(search.catch_up().await.is_err());
    // Another machine has the keys and knows where search is, and no database: commands ask it, and start nothing of their own.
    let machine = |name: &str, arguments: &[&str]| {
        let mut command = bare(&place.work());
        command.arg("--state").arg(place.work().join("machine")).args(arguments);
        command
            .env("SVETU__CLUSTER__SERVICES", format!("{{search={}}}", json!(places("search"))))
            .env("SVETU__CLUSTER__CERTIFICATE", keys.join(format!("{name}.pem")))
            .env("SVETU__CLUSTER__KEY", keys.join(format!("{name}.key")))
            .env("SVETU__CLUSTER__AUTHORITY", keys.join("authority.pem"));
        finish(command)
    };
    let verified = machine("operator", &["verify"]).await.expect(0).out;
    assert!(verified.contains("0 missing, 0 stale, 0 surplus") && !verified.starts_with("0 ads"), "{verified}");
    let built = machine("operator", &["reindex"]).await.expect(0).out;
    assert!(built.contains("the index was built anew") && !built.contains(": 0 ads"), "{built}");
    machine("geo", &["verify"]).await.refused(&["PermissionDenied", "cluster.certificate"]);
    assert!(!place.work().join("machine/postgres").exists());
    // A process under another role's name is not taken for it.
    let impostor = geo(&as_whom("search"), "media").find("Novi", 5).await.unwrap_err();
    assert!(matches!(&impostor, ContractError::Unavailable(told) if told.contains("can be reached")), "{impostor:?}");
    // Somebody with an authority of their own, and somebody with none.
    let theirs = place.work().join("theirs");
    place
        .run(&["cluster", "keys", "--file", plan(&place).to_str().unwrap(), "--folder", theirs.to_str().unwrap()])
        .await
        .expect(0);
    let stranger = Credentials::load(&TlsFiles {
        certificate: theirs.join("search.pem"),
        key: theirs.join("search.key"),
        authority: keys.join("authority.pem"),
    });
    assert!(geo(&stranger.unwrap(), "geo").find("Novi", 5).await.is_err());
    let plain = Api::new(&format!("http://{}", places("geo")[0]));
    assert!(plain.get("/api/v1/marketplace/places?q=Novi").await.is_err());
    cluster.stop().await;
}

/// Posts and publishes until it is told to stop; answers how many were acknowledged.
async fn write_on(trader: Api, town: String, stop: Arc<AtomicBool>, bad: Arc<Mutex<Vec<String>>>) -> u64 {
    let mut acknowledged = 0;
    for n in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let made = trader.post(LISTINGS, &format!("rolled-{n}"), &ad(&town, &format!("Smotuljak {n}"))).await;
        let id = match made {
            Ok(answer) if answer.status == 201 => answer.json()["id"].as_str().unwrap().to_owned(),
            other => {
                bad.lock().unwrap().push(format!("create {n}: {other:?}"));
                continue;
            }
        };
        let path = format!("{LISTINGS}/{id}/publish");
        match trader.post(&path, &format!("rolled-{n}-publish"), &json!({})).await {
            Ok(answer) if answer.status == 200 => acknowledged += 1,
            other => bad.lock().unwrap().push(format!("publish {n}: {other:?}")),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "scripts/test-old-binary.sh names the binary of the release"]
async fn versions_are_rolled_forward_and_back_under_load() {
    #[allow(clippy::disallowed_methods, reason = "a program of the test, no configuration of the platform")]
    let (old, engines) = (std::env::var_os("SVETU_OLD_BINARY"), std::env::var_os("SVETU_ENGINES_TOML"));
    let old = PathBuf::from(old.expect("the path of a released binary"));
    let new = PathBuf::from(env!("CARGO_BIN_EXE_svetu"));
    let place = Place::fresh();
    let plan = match engines {
        Some(file) => {
            place.write("svetu.toml", std::fs::read(file).unwrap());
            plan_with(&place, &[("search-2", "search")])
        }
        None => plan(&place),
    };
    // The world is the old one's, and so is the schema.
    let cluster = place.cluster_of(&old, &plan, &["--demo", "24"]).await;
    let trader = cluster.api.signed_in(TRADER).await;
    let town = cluster.api.place("Zrenjanin").await;
    let some = cluster.api.get("/api/v1/marketplace/search?limit=1").await.unwrap().expect(200);
    let id = some["items"][0]["id"].as_str().unwrap().to_owned();
    let paths =
        ["/api/v1/marketplace/search?q=stan", &format!("{LISTINGS}/{id}"), "/api/v1/identity/me"].map(str::to_owned);
    let (stop, good, bad) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::default());
    let mut readers = JoinSet::new();
    for _ in 0..3 {
        let reader = trader.at(&Api::new(&cluster.api.url));
        readers.spawn(read_on(reader, paths.to_vec(), Arc::clone(&stop), Arc::clone(&good), Arc::clone(&bad)));
    }
    let writer = tokio::spawn(write_on(trader.at(&cluster.api), town, Arc::clone(&stop), Arc::clone(&bad)));

    let migrated = place.run(&["migrate"]).await.expect(0);
    for binary in [&new, &old, &new] {
        let before = good.load(Ordering::Relaxed);
        place.run(&["cluster", "restart", "--binary", binary.to_str().unwrap()]).await.expect(0);
        for process in status(&place).await.values() {
            let runs = std::fs::read_link(format!("/proc/{}/exe", pid(process))).unwrap();
            assert_eq!(runs, binary.canonicalize().unwrap());
        }
        assert_eq!(*bad.lock().unwrap(), Vec::<String>::new(), "nobody sees the rolling; {}", migrated.out);
        assert!(good.load(Ordering::Relaxed) > before);
    }
    stop.store(true, Ordering::Relaxed);
    while readers.join_next().await.is_some() {}
    let acknowledged = writer.await.unwrap();
    assert!(acknowledged > 0);
    assert_eq!(*bad.lock().unwrap(), Vec::<String>::new());
    let verified = place.run(&["verify"]).await.expect(0);
    assert!(verified.out.contains("0 missing, 0 stale, 0 surplus"), "{}", verified.out);
    assert_eq!(found(&cluster.api, "smotuljak").await, acknowledged);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_are_replaced_and_die_while_people_read() {
    let place = Place::seeded().await;
    let cluster = place.cluster(&plan(&place), &[]).await;
    let trader = cluster.api.signed_in(TRADER).await;
    let some = cluster.api.get("/api/v1/marketplace/search?limit=1").await.unwrap().expect(200);
    let id = some["items"][0]["id"].as_str().unwrap().to_owned();
    let paths = vec![
        "/api/v1/marketplace/search?q=stan".to_owned(),
        format!("{LISTINGS}/{id}"),
        "/api/v1/marketplace/places?q=Novi".to_owned(),
        "/api/v1/identity/me".to_owned(),
        "/api/v1/marketplace/favourites".to_owned(),
    ];
    let (stop, good, bad) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::default());
    let mut readers = JoinSet::new();
    for _ in 0..3 {
        // Connections of their own: each is opened and closed by whichever gateway takes it.
        let reader = trader.at(&Api::new(&cluster.api.url));
        readers.spawn(read_on(reader, paths.clone(), Arc::clone(&stop), Arc::clone(&good), Arc::clone(&bad)));
    }
    let before = status(&place).await;
    let replaced = place.run(&["cluster", "restart"]).await.expect(0);
    assert!(replaced.out.contains("search"), "{}", replaced.out);
    let after = status(&place).await;
    assert!(before.keys().all(|name| before[name]["pid"] != after[name]["pid"]));
    assert_eq!(*bad.lock().unwrap(), Vec::<String>::new(), "nobody saw the replacing");
    assert!(good.load(Ordering::Relaxed) > 0);

    // Whoever is killed is started again. Readers wait for it, and who would wait too long is told to come again, by 503 or 504 and
    // by nothing else (docs/operations/cluster.md, "Faults").
    for (name, process) in &after {
        if !name.starts_with("gateway") {
            kill_9(pid(process));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let began = std::time::Instant::now();
    while status(&place).await.values().any(|process| process["pid"].is_null()) {
        assert!(began.elapsed() < Duration::from_secs(60), "not all are back");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    stop.store(true, Ordering::Relaxed);
    while readers.join_next().await.is_some() {}
    let unclean: Vec<String> = bad
        .lock()
        .unwrap()
        .iter()
        .filter(|told| !told.contains(": 503 ") && !told.contains(": 504 "))
        .cloned()
        .collect();
    assert_eq!(unclean, Vec::<String>::new());
    // All is well again for everybody.
    for path in &paths {
        let began = std::time::Instant::now();
        while !trader.get(path).await.unwrap().is_success() {
            assert!(began.elapsed() < FOUND_WITHIN, "{path} is not answered again");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    cluster.stop().await;
}
