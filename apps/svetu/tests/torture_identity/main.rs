//! Killed at random moments while people sign up, prove and recover their accounts, clients exchange and refresh, devices wait
//! and keys rotate: what was acknowledged is there, what works once works once, and the same keys serve.
//!
//! `SVETU_TORTURE_ROUNDS` says how often (4), `SVETU_TORTURE_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../platform/mod.rs"]
mod platform;

mod device;
mod family;
mod person;

use std::{collections::BTreeSet, net::TcpListener, process::Stdio, time::Duration};

use device::Television;
use family::{App, Client};
use nix::unistd::Pid;
use person::Person;
use platform::{Answer, Api, Place, TRADER, api::Lost, kill_9};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};

const ROUNDS_DEFAULT: u32 = 4;
/// The kill falls somewhere between the start of all and this.
const KILLED_WITHIN_MS: u64 = 2_500;

/// Who dies at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Platform,
    /// And PostgreSQL with it.
    Everything,
    /// And a command that rotates the signing keys.
    Rotation,
}

impl Victim {
    const fn drawn(number: u32) -> Self {
        match number % 3 {
            0 => Self::Platform,
            1 => Self::Everything,
            _ => Self::Rotation,
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "how long to torture is no configuration of the platform")]
fn asked<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}: a number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_every_flow() {
    let rounds: u32 = asked("SVETU_TORTURE_ROUNDS", ROUNDS_DEFAULT);
    let seed: u64 = asked("SVETU_TORTURE_SEED", u64::from(std::process::id()));
    println!("SVETU_TORTURE_SEED={seed} SVETU_TORTURE_ROUNDS={rounds}");
    let mut rng = StdRng::seed_from_u64(seed);

    let place = Place::seeded().await;
    // Tokens name their issuer: it stays where it is.
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port().to_string();
    let up = ["--port", port.as_str()];
    let mut platform = place.up(&up).await;
    let trader = platform.api.signed_in(TRADER).await;
    let client = Client::register(&place, "app", &["--redirect", family::CALLBACK]).await;
    let tv = Client::register(&place, "tv", &["--device"]).await;
    let mut app = App::new(client.clone(), false, rng.random());
    let mut pushing = App::new(client, true, rng.random());
    let mut television = Television::new(tv);
    let mut person = Person::new(&place, seed);
    let mut keys = kids(&platform.api).await;

    for round in 0..rounds {
        let victim = Victim::drawn(rng.random());
        let after = Duration::from_millis(rng.random_range(0..KILLED_WITHIN_MS));
        println!("round {round}: {victim:?} dies after {} ms", after.as_millis());
        let api = platform.api.clone();
        let work = async {
            tokio::join!(
                app.work_until_lost(&trader),
                pushing.work_until_lost(&trader),
                television.work_until_lost(&trader),
                person.work_until_lost(&api),
            )
        };
        let strike = strike(&place, victim, after);
        tokio::join!(
            async {
                // Whoever waits for something else than an answer has lost it as well.
                let _ = tokio::time::timeout(after + Duration::from_secs(2), work).await;
            },
            async {
                let rotation = strike.await;
                platform.kill().await;
                if let Some(mut rotation) = rotation {
                    let _ = rotation.kill().await;
                }
            }
        );
        platform = place.up(&up).await;
        assert_eq!(platform.api.url, api.url);
        assert_eq!(trader.get("/api/v1/identity/me").await.unwrap().status, 200, "an acknowledged session is gone");
        let now = kids(&platform.api).await;
        assert!(now.is_superset(&keys), "keys of before are gone: {keys:?} {now:?}");
        keys = now;
        app.settle(&trader).await;
        pushing.settle(&trader).await;
        television.settle(&trader).await;
        person.settle(&platform.api).await;
        place.run(&["audit", "verify"]).await.expect(0);
        println!(
            "  {} families, {} devices, {} accounts, {} keys",
            app.count() + pushing.count(),
            television.count(),
            person.count(),
            keys.len()
        );
    }
    app.replay(&trader).await;
    pushing.replay(&trader).await;
    place.run(&["audit", "verify"]).await.expect(0);
    platform.stop().await;
}

/// Waits and strikes everything but the platform itself; answers a command that is at work.
async fn strike(place: &Place, victim: Victim, after: Duration) -> Option<tokio::process::Child> {
    let rotation = (victim == Victim::Rotation).then(|| {
        let mut command = place.command();
        command.args(["identity", "key", "rotate"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap()
    });
    let postmaster = place.postmaster().expect("PostgreSQL runs");
    tokio::time::sleep(after).await;
    if victim == Victim::Everything {
        kill_9(Pid::from_raw(postmaster.as_raw()));
    }
    rotation
}

async fn kids(api: &Api) -> BTreeSet<String> {
    let set = api.get("/.well-known/jwks.json").await.unwrap().expect(200);
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// What says nothing about what was done: PostgreSQL dies a moment before the platform does, and hurry is refused unseen.
fn told(answer: Answer) -> Result<Answer, Lost> {
    match answer.status {
        429 | 500 | 503 => Err(Lost(format!("{}", answer.status))),
        _ => Ok(answer),
    }
}
