//! Killed at random moments while people post, a shop's file comes in and the index follows: what was acknowledged is there,
//! once; what was interrupted can be taken up; the index tells the same as the database.
//!
//! `SVETU_TORTURE_ROUNDS` says how often (8), `SVETU_TORTURE_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../platform/mod.rs"]
mod platform;

mod poster;
mod shop;

use std::time::{Duration, Instant};

use nix::unistd::Pid;
use platform::{Api, Place, Platform, TRADER, kill_9};
use poster::Poster;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use shop::Shop;

const ROUNDS_DEFAULT: u32 = 8;
const POSTERS: u64 = 3;
/// The kill falls somewhere between the start of all and this.
const KILLED_WITHIN_MS: u64 = 4_000;
/// A key whose first request was lost with its process is free again after a minute.
const KEYS_FREE_MAX: Duration = Duration::from_secs(75);

/// Who dies at that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Platform,
    /// The command that imports, while the platform serves on.
    Import,
    Both,
    /// And PostgreSQL with them.
    Everything,
}

impl Victim {
    const fn drawn(number: u32) -> Self {
        match number % 8 {
            0..=2 => Self::Both,
            3 | 4 => Self::Platform,
            5 | 6 => Self::Everything,
            _ => Self::Import,
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "how long to torture is no configuration of the platform")]
fn asked<T: std::str::FromStr>(name: &str, default: T) -> T {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}: a number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment() {
    let rounds: u32 = asked("SVETU_TORTURE_ROUNDS", ROUNDS_DEFAULT);
    let seed: u64 = asked("SVETU_TORTURE_SEED", u64::from(std::process::id()));
    println!("SVETU_TORTURE_SEED={seed} SVETU_TORTURE_ROUNDS={rounds}");
    let mut rng = StdRng::seed_from_u64(seed);

    let place = Place::seeded().await;
    let mut platform = place.up(&[]).await;
    let mut api = platform.api.signed_in(TRADER).await;
    let town = api.place("Subotica").await;
    let expected = Shop::new(&place, "whole", rng.random()).import_undisturbed(&place).await;
    let mut posters: Vec<Poster> = (0..POSTERS).map(|number| Poster::new(seed, number, &town)).collect();
    let mut shops = Vec::new();

    for round in 0..rounds {
        let shop = Shop::new(&place, &format!("round{round}"), expected.seed);
        let victim = Victim::drawn(rng.random());
        let after = Duration::from_millis(rng.random_range(0..KILLED_WITHIN_MS));
        println!("round {round}: {victim:?} dies after {} ms", after.as_millis());
        let began = Instant::now();
        let running = struck(&place, platform, &api, &mut posters, &shop, victim, after).await;
        platform = match running {
            Some(platform) => platform,
            None => place.up(&[]).await,
        };
        let back = began.elapsed();
        api = api.at(&platform.api);
        for poster in &posters {
            poster.check_acknowledged(&api).await;
        }
        shop.resume(&place).await;
        shop.check(&place, &expected).await;
        verify(&place).await;
        println!(
            "  back after {:.1} s, whole after {:.1} s; {} acknowledged, {} without an answer",
            back.as_secs_f64(),
            began.elapsed().as_secs_f64(),
            posters.iter().map(Poster::acknowledged).sum::<usize>(),
            posters.iter().map(Poster::unanswered).sum::<usize>()
        );
        shops.push(shop);
    }

    // Whoever got no answer asks again under the same key.
    for poster in &mut posters {
        poster.repeat_unanswered(&api, KEYS_FREE_MAX, &place).await;
    }
    for poster in &posters {
        poster.check_once(&api).await;
    }
    for shop in &shops {
        shop.check(&place, &expected).await;
    }
    verify(&place).await;
    platform.stop().await;
}

/// Lets everything run and kills. The platform, if it lives.
async fn struck(
    place: &Place,
    platform: Platform,
    api: &Api,
    posters: &mut [Poster],
    shop: &Shop,
    victim: Victim,
    after: Duration,
) -> Option<Platform> {
    let mut import = shop.start_import(place);
    let postmaster = place.postmaster().expect("PostgreSQL runs");
    let mut living = Some(platform);
    let work = futures::future::join_all(posters.iter_mut().map(|poster| poster.post_until_lost(api)));
    let strike = async {
        tokio::time::sleep(after).await;
        if victim != Victim::Platform {
            let _ = import.kill().await;
        }
        match (victim, living.take()) {
            (Victim::Import, platform) => living = platform,
            (Victim::Platform | Victim::Both | Victim::Everything, Some(platform)) => {
                if victim == Victim::Everything {
                    kill_9(Pid::from_raw(postmaster.as_raw()));
                }
                platform.kill().await;
            }
            (Victim::Platform | Victim::Both | Victim::Everything, None) => {}
        }
    };
    let deadline = after + Duration::from_secs(1);
    tokio::join!(
        async {
            // A platform that lives is posted to a little longer.
            let _ = tokio::time::timeout(deadline, work).await;
        },
        strike
    );
    // The import lost its platform's PostgreSQL or is done by now.
    let _ = import.kill().await;
    living
}

async fn verify(place: &Place) {
    let verified = place.run(&["verify"]).await;
    assert_eq!(verified.code, Some(0), "{}\n{}", verified.out, verified.told());
    assert!(verified.out.contains("0 missing, 0 stale, 0 surplus"), "{}", verified.out);
}
