//! Two versions of the binary on one schema: what `scripts/test-old-binary.sh` shows.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use svetu_testkit::{TestDb, eventually};

use crate::platform::{Api, Place, TRADER, bare};

const LISTINGS: &str = "/api/v1/marketplace/listings";

/// The binary serves with all its roles until it is dropped.
struct Serving {
    child: tokio::process::Child,
    api: Api,
}

impl Serving {
    async fn start(program: Option<&PathBuf>, place: &Place) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ours = bare(&place.work());
        let mut command = Command::new(program.map_or(ours.get_program(), |path| path.as_os_str()));
        command.current_dir(place.work()).args(["serve", "--port", &port.to_string(), "--state"]).arg(place.state());
        command.args(["--roles", "gateway,identity,media,geo,listings,users,search"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(place.log()).unwrap());
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
        let api = Api::new(&format!("http://localhost:{port}"));
        let began = Instant::now();
        while !api.get("/health/ready").await.is_ok_and(|answer| answer.status == 200) {
            assert!(began.elapsed() < Duration::from_secs(60), "it is not ready:\n{}", place.log_tail());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { child, api }
    }

    /// Posts an ad and waits until the search finds it: the whole way through outbox, bus and index.
    async fn post(&self, word: &str) {
        let trader = self.api.signed_in(TRADER).await;
        let draft = json!({
            "title": format!("Knjiga {word}"),
            "description": "Stručna literatura, kao nova.",
            "category": "nonfiction",
            "condition": "used",
            "price": { "kind": "fixed", "amount_minor": 1_500, "currency": "EUR" },
            "place_id": trader.place("Subotica").await,
            "language": "sr-Latn",
        });
        let listing = trader.post(LISTINGS, &format!("create-{word}"), &draft).await.unwrap().expect(201);
        let id = listing["id"].as_str().unwrap();
        trader
            .post(&format!("{LISTINGS}/{id}/publish"), &format!("publish-{word}"), &json!({}))
            .await
            .unwrap()
            .expect(200);
        self.api.get(&format!("{LISTINGS}/{id}")).await.unwrap().expect(200);
        eventually("the search finds it", || async {
            let found = self.api.get(&format!("/api/v1/marketplace/search?q={word}")).await.unwrap().expect(200);
            found.to_string().contains(id)
        })
        .await;
    }

    async fn stop(mut self) {
        kill(Pid::from_raw(self.child.id().unwrap() as i32), Signal::SIGTERM).unwrap();
        assert!(self.child.wait().await.unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "scripts/test-old-binary.sh names the binary of the release"]
async fn the_released_binary_serves_on_the_new_schema_and_the_new_one_goes_on() {
    #[allow(clippy::disallowed_methods, reason = "a program of the test, no configuration of the platform")]
    let old = PathBuf::from(std::env::var("SVETU_OLD_BINARY").expect("the path of a released binary"));
    let database = TestDb::new(&[]).await;
    let place = Place::fresh();
    let limits = "[limits]\naddress_per_minute = 1000000\naccount_per_minute = 1000000\n";
    let config = format!("{limits}[postgres]\nurl = \"{}\"\n[site]\nenabled = false\n", database.owner_url());
    place.write("svetu.toml", config);
    // The world is made by the new one, then rolled back.
    place.run(&["seed", "--listings", "24"]).await.expect(0);
    place.run(&["reindex"]).await.expect(0);
    let serving = Serving::start(Some(&old), &place).await;
    serving.post("starodrevna").await;
    serving.stop().await;
    let serving = Serving::start(None, &place).await;
    serving.post("novovekovna").await;
    serving.stop().await;
    let compared = place.run(&["verify"]).await.expect(0).out;
    assert!(compared.contains("0 missing, 0 stale, 0 surplus"), "{compared}");
}
