//! What is decided for each ad alone: its wording, state, age, condition, price, delivery and pictures.

use chrono::Duration;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use svetu_contracts::{
    listings::{Condition, Delivery, ListingState, Price},
    taxonomy::{Category, PriceKind},
};
use svetu_kernel::{Currency, Language};

use crate::{attributes::Values, leaves::Leaf, picture::PictureKey, words};

pub(crate) fn write(
    rng: &mut ChaCha8Rng,
    language: Language,
    root: &str,
    subject: &str,
    facts: &[String],
    condition: Option<Condition>,
) -> (String, String) {
    let description = words::description(rng, language, root, subject, facts, condition);
    let title = match (language, rng.random_range(0..100)) {
        (Language::SrLatn | Language::SrCyrl, 0..3) => format!("{} {subject}", words::say(language, "HITNO!")),
        (Language::SrLatn | Language::SrCyrl, 3..6) => format!("{subject} - {}", words::say(language, "povoljno")),
        (Language::SrLatn | Language::SrCyrl, 6..9) => format!("{subject} TOP"),
        _ => subject.to_owned(),
    };
    let (title, description) = match language {
        Language::SrLatn if rng.random_bool(0.1) => (words::bare(&title), words::bare(&description)),
        _ => (title, description),
    };
    (title.chars().take(200).collect(), description)
}

pub(crate) fn state(rng: &mut ChaCha8Rng) -> ListingState {
    match rng.random_range(0..1000) {
        0..840 => ListingState::Live,
        840..870 => ListingState::Reserved,
        870..905 => ListingState::Sold,
        905..925 => ListingState::Paused,
        925..945 => ListingState::Expired,
        945..955 => ListingState::Archived,
        955..970 => ListingState::Draft,
        970..985 => ListingState::InReview,
        985..993 => ListingState::Refused,
        _ => ListingState::Removed,
    }
}

/// Spread over the last 30 days, more of them fresh; what has run out is older than any term.
pub(crate) fn age(rng: &mut ChaCha8Rng, state: ListingState) -> Duration {
    let minutes = match state {
        ListingState::Expired => rng.random_range(61 * 1_440..75 * 1_440),
        ListingState::Archived => rng.random_range(95 * 1_440..120 * 1_440),
        _ => (rng.random_range(0.0_f64..1.0).powf(1.4) * 29.0 * 1_440.0) as i64 + 5,
    };
    Duration::minutes(minutes)
}

pub(crate) fn condition(rng: &mut ChaCha8Rng) -> Condition {
    match rng.random_range(0..100) {
        0..20 => Condition::New,
        20..48 => Condition::LikeNew,
        48..96 => Condition::Used,
        _ => Condition::ForParts,
    }
}

/// Per cent of the usual price.
pub(crate) const fn worth(condition: Condition) -> i64 {
    match condition {
        Condition::New => 120,
        Condition::LikeNew => 105,
        Condition::Used => 85,
        Condition::ForParts => 35,
    }
}

pub(crate) fn ask(rng: &mut ChaCha8Rng, category: &Category, leaf: &Leaf, whole: i64) -> Price {
    let allows = |kind| category.prices.contains(&kind);
    let roll = rng.random_range(0..100);
    if allows(PriceKind::Free) && leaf.high == 0 {
        return Price::Free;
    }
    if (allows(PriceKind::Agreement) && roll < 6) || !allows(PriceKind::Fixed) {
        return if allows(PriceKind::Agreement) { Price::Agreement } else { Price::Contact };
    }
    if allows(PriceKind::Contact) && roll == 6 {
        return Price::Contact;
    }
    let step = match (leaf.currency, whole) {
        (_, ..100) => 1,
        (Currency::Eur, ..1_000) => 5,
        (Currency::Eur, ..20_000) => 50,
        (Currency::Eur, _) => 500,
        (Currency::Rsd, ..2_000) => 50,
        (Currency::Rsd, ..20_000) => 100,
        (Currency::Rsd, _) => 500,
    };
    let whole = (whole / step * step).max(1);
    Price::Fixed { amount_minor: whole * leaf.currency.minor_per_unit(), currency: leaf.currency }
}

pub(crate) fn delivery(rng: &mut ChaCha8Rng, root: &str) -> Vec<Delivery> {
    match root {
        "real-estate" | "jobs" | "services" | "wanted" => Vec::new(),
        "vehicles" | "animals" | "furniture" | "agriculture" | "free-stuff" => vec![Delivery::Pickup],
        _ if rng.random_bool(0.6) => vec![Delivery::Pickup, Delivery::Courier],
        _ => vec![Delivery::Courier, Delivery::Post],
    }
}

pub(crate) fn pictures(rng: &mut ChaCha8Rng, category: &Category, values: &Values) -> Vec<PictureKey> {
    if rng.random_range(0..100) < 5 {
        return Vec::new();
    }
    let text = |key: &str| values.get(key).and_then(Value::as_str);
    let chance = rng.random_range(0..=9);
    let first = rng.random_range(0..PictureKey::VARIANTS);
    let count = rng.random_range(1..=PictureKey::VARIANTS);
    (0..count)
        .map(|step| {
            let variant = (first + step) % PictureKey::VARIANTS;
            PictureKey::new(&category.id, &category.icon, text("body"), text("colour"), chance, variant)
        })
        .collect()
}
