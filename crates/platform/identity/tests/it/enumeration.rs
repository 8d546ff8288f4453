//! A stranger asks about addresses: nothing in an answer, and no work behind it, tells which of them have an account.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use svetu_identity::HashCost;
use tracing::{Event, Metadata, Subscriber, span};

use crate::world::{Answer, PASSWORD, World};

/// Counts hashes that were made.
#[derive(Clone, Default)]
struct Hashes(Arc<AtomicUsize>);

impl Subscriber for Hashes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "svetu_identity::argon2"
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Everything that a stranger sees.
fn seen(answer: &Answer) -> String {
    let mut headers = answer.headers.clone();
    // Random for everybody: as long for all of them.
    if let Some(cookie) = headers.get_mut(http::header::SET_COOKIE) {
        let shape: String =
            cookie.to_str().unwrap().chars().map(|c| if c.is_alphanumeric() { 'x' } else { c }).collect();
        *cookie = shape.replace(['-', '_'], "x").parse().unwrap();
    }
    format!("{} {headers:?} {:?}", answer.status, answer.bytes)
}

/// An account, one whose address is not proven, one without a password; the rest are nobody's.
async fn people(world: &World) {
    world.member("known@primer.rs").await;
    world.browser().sign_up("waiting@primer.rs", PASSWORD).await;
    let mut account = world.new_account("imported@primer.rs", &[]);
    account.password = None;
    let contract = world.identity.contract();
    contract.create_accounts(vec![account]).await.unwrap();
    world.work().await;
}

/// The same answer, as many hashes and as many orders of letters for all of them.
async fn all_alike(world: &World, line: &str, forms: Vec<Value>) {
    let hashes = Hashes::default();
    let _guard = tracing::subscriber::set_default(hashes.clone());
    let mut first = None;
    for form in forms {
        world.work().await;
        let before = hashes.0.load(Ordering::Relaxed);
        let answer = world.browser().send(line, form.clone()).await;
        let orders = world.count("select count(*) from identity.job where kind = 'identity.letter'").await;
        let told = (seen(&answer), hashes.0.load(Ordering::Relaxed) - before, orders);
        let expected = first.get_or_insert_with(|| told.clone());
        assert_eq!(&told, expected, "{line} {form}");
    }
    let (_, hashed, orders) = first.unwrap();
    let hashes = !line.ends_with("/recovery") && !line.ends_with("/code");
    assert_eq!((hashed, orders), (usize::from(hashes), 1), "{line}");
}

#[tokio::test]
async fn sign_in_tells_nothing() {
    let world = World::new().await;
    people(&world).await;
    let typed = |email: &str, password: &str| json!({ "email": email, "password": password });
    let forms = vec![
        typed("nobody@primer.rs", "pogrešna lozinka"),
        typed("known@primer.rs", "pogrešna lozinka"),
        typed("known@primer.rs", ""),
        typed("waiting@primer.rs", "pogrešna lozinka"),
        // Who signed up with somebody's address knows this password, and learns nothing from it.
        typed("waiting@primer.rs", PASSWORD),
        typed("imported@primer.rs", PASSWORD),
        typed("no address", PASSWORD),
    ];
    all_alike(&world, "POST /identity/sign-in", forms).await;
}

/// A wrong code, where one was asked for.
const GUESS: &str = "POST /identity/sign-in/code/complete";
const CODE: &str = "POST /identity/sign-in/code";
const ADDRESSES: [&str; 4] = ["nobody@primer.rs", "known@primer.rs", "waiting@primer.rs", "imported@primer.rs"];

fn form(line: &str, email: &str) -> Value {
    match line {
        "POST /identity/sign-in" => json!({ "email": email, "password": "pogrešna lozinka" }),
        "POST /identity/recovery" | CODE => json!({ "email": email }),
        _ => {
            json!({ "email": email, "password": PASSWORD, "display_name": "Pera", "language": "ru", "accept_terms": true })
        }
    }
}

#[tokio::test]
async fn sign_up_tells_nothing() {
    let world = World::new().await;
    people(&world).await;
    let line = "POST /identity/sign-up";
    all_alike(&world, line, ADDRESSES.map(|email| form(line, email)).to_vec()).await;
    // Only the mailbox tells, in the language of its owner.
    assert_eq!(world.letter("known@primer.rs").await.subject, "You already have an account");
    assert_eq!(world.letter("nobody@primer.rs").await.subject, "Подтвердите свой адрес");
    assert_eq!(world.browser().sign_in("known@primer.rs", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn recovery_tells_nothing() {
    let world = World::new().await;
    people(&world).await;
    let line = "POST /identity/recovery";
    all_alike(&world, line, ADDRESSES.map(|email| form(line, email)).to_vec()).await;
    assert_eq!(world.letters_to("nobody@primer.rs").await, 0);
}

#[tokio::test]
async fn a_code_by_mail_tells_nothing() {
    let world = World::new().await;
    people(&world).await;
    all_alike(&world, CODE, ADDRESSES.map(|email| form(CODE, email)).to_vec()).await;
    assert_eq!(world.letters_to("nobody@primer.rs").await, 0);
    // Nor does a wrong one: the same bytes and the same writes whether a code waits there or nothing.
    let mut told = Vec::new();
    for email in ADDRESSES {
        let mut stranger = world.browser();
        stranger.send(CODE, form(CODE, email)).await;
        world.work().await;
        let counted = "select coalesce(sum(count), 0)::bigint from identity.wrong_guess";
        let before = world.count(counted).await;
        let mut answers = String::new();
        for _ in 0..7 {
            let guess = json!({ "code": "not it" });
            answers.push_str(&seen(&stranger.send("POST /identity/sign-in/code/complete", guess).await));
        }
        told.push((answers, world.count(counted).await - before));
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
    assert_eq!(told[0].1, 14);
}

/// Whether an account has an authenticator is told to who knows its password, and to nobody else.
#[tokio::test]
async fn a_second_factor_is_told_of_to_who_proved_the_first() {
    let world = World::new().await;
    people(&world).await;
    let mut guarded = world.member("guarded@primer.rs").await;
    crate::factors::enrol(&mut guarded).await;
    let emails = ["guarded@primer.rs", "known@primer.rs", "nobody@primer.rs"];
    let typed = |email: &str| json!({ "email": email, "password": "pogrešna lozinka" });
    all_alike(&world, "POST /identity/sign-in", emails.map(typed).to_vec()).await;
    all_alike(&world, CODE, emails.map(|email| form(CODE, email)).to_vec()).await;
    // The door of the second factor, without the first.
    let mut told = Vec::new();
    for email in emails {
        let mut stranger = world.browser();
        stranger.send("POST /identity/sign-in", typed(email)).await;
        let guess = json!({ "method": "totp", "code": "000000" });
        told.push(seen(&stranger.send("POST /identity/sign-in/factor", guess).await));
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
}

#[tokio::test]
async fn a_limit_tells_nothing() {
    let world = World::new().await;
    people(&world).await;
    for line in ["POST /identity/sign-in", "POST /identity/recovery", "POST /identity/sign-up", CODE] {
        let mut told = Vec::new();
        for email in ADDRESSES {
            let mut stranger = world.browser();
            let mut answers = String::new();
            for _ in 0..8 {
                answers.push_str(&seen(&stranger.send(line, form(line, email)).await));
            }
            assert!(answers.contains("request.rate_limited"), "{line}");
            told.push(answers);
        }
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{line}");
    }
}

/// Medians of turns taken one by one in either order, so that a busy machine slows both alike.
#[tokio::test]
async fn time_tells_nothing() {
    const TURNS: usize = 21;
    let world = World::with(false, HashCost { memory_kib: 8 * 1024, passes: 2, parallel_max: 1, waiting_max: 4 }).await;
    people(&world).await;
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    for line in ["POST /identity/sign-in", "POST /identity/sign-up", "POST /identity/recovery", CODE, GUESS] {
        let mut times = [Vec::new(), Vec::new()];
        for turn in 0..TURNS {
            world.clock.advance(chrono::Duration::hours(2));
            for which in [turn % 2, (turn + 1) % 2] {
                world.work().await;
                let nobody = format!("nobody{turn}@primer.rs");
                let email = ["known@primer.rs", &nobody][which];
                let mut browser = world.browser();
                let (line, form) = if line == GUESS {
                    browser.send(CODE, form(CODE, email)).await;
                    world.work().await;
                    (line, json!({ "code": "not it" }))
                } else {
                    (line, form(line, email))
                };
                let began = Instant::now();
                browser.send(line, form).await;
                times[which].push(began.elapsed());
            }
        }
        let [known, unknown] = times.map(median);
        let bound = known.max(unknown) / 3 + Duration::from_millis(1);
        assert!(known.abs_diff(unknown) < bound, "{line}: {known:?} and {unknown:?}");
    }
}
