//! How long a decision takes in the process: `cargo run --release -p svetu-policy --example decisions`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that speaks on its standard output")]

use std::{hint::black_box, time::Instant};

use svetu_kernel::{AccountId, Actor, Credential, Role, Strength};
use svetu_policy::CedarAuthorizer;
use svetu_ports::{Authorizer as _, Resource};
use uuid::Uuid;

const WARM: usize = 10_000;
const ROUNDS: usize = 200_000;

fn main() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let owner = AccountId::from_uuid(Uuid::from_u128(1));
    let member = Actor::account(owner, [Role::Member, Role::Trader]);
    let mut token = member.clone();
    let scopes = policy.scopes().names().map(str::to_owned).collect();
    token.credential = Credential::Token { client: "app".to_owned(), scopes };
    let moderator = Actor { strength: Strength::MultiFactor, ..Actor::account(owner, [Role::Member, Role::Moderator]) };
    let listing =
        Resource::new("Listing", "listing_01jd8zk3vme7g9x0q4c5r6s7t8").owned_by(owner).fact("visibility", "owner");
    println!("{} policies, {ROUNDS} decisions each", policy.policies());
    for (name, actor, action) in [
        ("a visitor reads an ad", &Actor::visitor(), "listings.get"),
        ("an owner changes an ad", &member, "listings.update"),
        ("the same by a token with every scope", &token, "listings.update"),
        ("a moderator decides", &moderator, "moderation.decide"),
        ("a member is refused", &member, "moderation.decide"),
    ] {
        let mut took_ns = Vec::with_capacity(ROUNDS);
        for round in 0..WARM + ROUNDS {
            let began = Instant::now();
            black_box(policy.authorize(black_box(actor), action, black_box(&listing)));
            if round >= WARM {
                took_ns.push(began.elapsed().as_nanos());
            }
        }
        took_ns.sort_unstable();
        let at = |share: usize| took_ns[ROUNDS * share / 1_000] as f64 / 1_000.0;
        println!("{name:40} p50 {:6.1} us   p99 {:6.1} us   p99.9 {:6.1} us", at(500), at(990), at(999));
    }
}
