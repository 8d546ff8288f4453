//! The conditions of a saved search, decided on one ad in memory exactly as the index decides them: both come from the same
//! plan, and the same document is looked at.

use std::collections::HashMap;

use svetu_kernel::{ExchangeRate, Timestamp};
use svetu_ports::search_index::{Filter, GeoBox, GeoPoint, IndexDocument, Query, plane};

use crate::cells;
use crate::document::price_key;
use crate::params::Ask;
use crate::plan::{self, PriceBounds};

/// A token of a field, a value of a keyword or a number's key, by its number in [`Names`].
pub(crate) type Feature = u32;

/// What the saved searches ask for, each told by a number. Words that no search has have none.
#[derive(Debug, Default)]
pub(crate) struct Names {
    text: HashMap<&'static str, HashMap<String, Feature>>,
    keywords: HashMap<String, HashMap<String, Feature>>,
    numbers: HashMap<String, Feature>,
    cells: HashMap<cells::Cell, Feature>,
    prices: HashMap<(&'static str, u8), Feature>,
    count: Feature,
}

fn number_of<K: Eq + std::hash::Hash>(known: &mut HashMap<K, Feature>, key: K, count: &mut Feature) -> Feature {
    *known.entry(key).or_insert_with(|| {
        *count += 1;
        *count - 1
    })
}

impl Names {
    pub const fn count(&self) -> usize {
        self.count as usize
    }

    fn token(&mut self, field: &'static str, token: &str) -> Feature {
        number_of(self.text.entry(field).or_default(), token.to_owned(), &mut self.count)
    }

    fn keyword(&mut self, key: &str, value: &str) -> Feature {
        number_of(self.keywords.entry(key.to_owned()).or_default(), value.to_owned(), &mut self.count)
    }

    fn number(&mut self, key: &str) -> Feature {
        number_of(&mut self.numbers, key.to_owned(), &mut self.count)
    }

    pub fn cell(&mut self, cell: cells::Cell) -> Feature {
        number_of(&mut self.cells, cell, &mut self.count)
    }

    pub fn price(&mut self, key: &'static str, octave: u8) -> Feature {
        number_of(&mut self.prices, (key, octave), &mut self.count)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    Has(Feature),
    Number { key: Feature, min: i64, max: i64 },
    InBox(GeoBox),
    Within { center: GeoPoint, radius_m: f64 },
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

impl Condition {
    pub const EVERYTHING: Self = Self::All(Vec::new());
    pub const NOTHING: Self = Self::Any(Vec::new());

    fn all(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::All(parts) }
    }

    fn any(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::Any(parts) }
    }

    fn of_query(query: &Query, names: &mut Names) -> Self {
        match query {
            Query::Everything => Self::EVERYTHING,
            // A saved search has no leeway: the plan makes neither beginnings nor neighbours of words.
            Query::Nothing | Query::Fuzzy { .. } | Query::Prefix { .. } => Self::NOTHING,
            Query::Term { field, token, .. } => Self::Has(names.token(field, token)),
            Query::All(parts) => Self::all(parts.iter().map(|part| Self::of_query(part, names)).collect()),
            Query::Any(parts) => Self::any(parts.iter().map(|part| Self::of_query(part, names)).collect()),
            Query::Prefer { must, .. } => Self::of_query(must, names),
            Query::Except { must, not } => {
                Self::All(vec![Self::of_query(must, names), Self::Not(Box::new(Self::of_query(not, names)))])
            }
        }
    }

    fn of_filter(filter: &Filter, names: &mut Names) -> Self {
        match filter {
            Filter::Keyword { key, any_of } => {
                Self::any(any_of.iter().map(|value| Self::Has(names.keyword(key, value))).collect())
            }
            Filter::Number { key, min, max } => {
                Self::Number { key: names.number(key), min: min.unwrap_or(i64::MIN), max: max.unwrap_or(i64::MAX) }
            }
            Filter::InBox(area) => Self::InBox(*area),
            Filter::Within { center, radius_m } => Self::Within { center: *center, radius_m: *radius_m },
            Filter::All(parts) => Self::all(parts.iter().map(|part| Self::of_filter(part, names)).collect()),
            Filter::Any(parts) => Self::any(parts.iter().map(|part| Self::of_filter(part, names)).collect()),
            Filter::Not(part) => Self::Not(Box::new(Self::of_filter(part, names))),
        }
    }
}

/// A saved search as conditions that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conditions {
    /// The filters, then the text.
    pub parts: Vec<Condition>,
    pub price: Option<PriceLimits>,
    pub since_days: Option<u16>,
}

/// Price limits as said, and by the rate of [`Conditions::price_by`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PriceLimits {
    ask: Ask,
    pub by_rate: PriceBounds,
}

impl Conditions {
    /// `text` is the plan of the words; `place_name` the name of the query's place.
    pub fn new(ask: &Ask, text: &Query, place_name: Option<&str>, rate: &ExchangeRate, names: &mut Names) -> Self {
        // Price and age depend on the day: they are decided by themselves.
        let lasting = Ask { price_min: None, price_max: None, since_days: None, ..ask.clone() };
        let facts = plan::Facts { rate, now: Timestamp::default(), place_name };
        let mut parts: Vec<Condition> =
            plan::filters(&lasting, &facts).iter().map(|named| Condition::of_filter(&named.filter, names)).collect();
        match Condition::of_query(text, names) {
            Condition::All(words) => parts.extend(words),
            other => parts.push(other),
        }
        let priced =
            Ask { price_min: ask.price_min, price_max: ask.price_max, currency: ask.currency, ..Ask::default() };
        let limited = ask.price_min.is_some() || ask.price_max.is_some();
        let price = limited.then(|| PriceLimits { by_rate: plan::price_bounds(&priced, rate), ask: priced });
        Self { parts, price, since_days: ask.since_days }
    }

    pub fn price_by(&mut self, rate: &ExchangeRate) {
        if let Some(price) = &mut self.price {
            price.by_rate = plan::price_bounds(&price.ask, rate);
        }
    }
}

/// An ad as conditions look at it.
pub(crate) struct Subject<'d> {
    document: &'d IndexDocument,
    /// One bit a feature.
    bits: Vec<u64>,
    pub features: Vec<Feature>,
    numbers: Vec<(Feature, i64)>,
    point: Option<GeoPoint>,
    now: Timestamp,
}

impl<'d> Subject<'d> {
    pub fn new(document: &'d IndexDocument, names: &Names, now: Timestamp) -> Self {
        let mut features = Vec::with_capacity(128);
        for (field, tokens) in &document.text {
            if let Some(known) = names.text.get(field.as_str()) {
                features.extend(tokens.iter().filter_map(|token| known.get(token)));
            }
        }
        for (key, values) in &document.keywords {
            if let Some(known) = names.keywords.get(key) {
                features.extend(values.iter().filter_map(|value| known.get(value)));
            }
        }
        let point = document.point.map(cells::as_stored);
        if let Some(point) = point {
            features.extend(cells::of(point).iter().filter_map(|cell| names.cells.get(cell)));
        }
        for currency in svetu_kernel::Currency::ALL {
            let key = price_key(currency);
            let octave = document.numbers.get(key).map(|amount| octave(*amount));
            features.extend(octave.and_then(|octave| names.prices.get(&(key, octave))));
        }
        let mut bits = vec![0_u64; names.count().div_ceil(64)];
        features.retain(|feature| {
            let (word, bit) = (*feature as usize / 64, 1_u64 << (feature % 64));
            let first = bits[word] & bit == 0;
            bits[word] |= bit;
            first
        });
        let numbers = document
            .numbers
            .iter()
            .filter_map(|(key, value)| names.numbers.get(key).map(|feature| (*feature, *value)))
            .collect();
        Self { document, bits, features, numbers, point, now }
    }

    pub fn fits(&self, conditions: &Conditions) -> bool {
        conditions.parts.iter().all(|part| self.holds(part))
            && conditions.price.as_ref().is_none_or(|price| self.costs(&price.by_rate))
            && conditions.since_days.is_none_or(|days| {
                let since = plan::since(days, self.now);
                self.document.numbers.get("refreshed").is_some_and(|at| *at >= since)
            })
    }

    fn costs(&self, bounds: &PriceBounds) -> bool {
        bounds.iter().any(|(currency, min, max)| {
            self.document
                .numbers
                .get(price_key(*currency))
                .is_some_and(|amount| min.is_none_or(|min| *amount >= min) && max.is_none_or(|max| *amount <= max))
        })
    }

    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Has(feature) => {
                self.bits.get(*feature as usize / 64).is_some_and(|word| word & (1 << (feature % 64)) != 0)
            }
            Condition::Number { key, min, max } => {
                self.numbers.iter().any(|(known, value)| known == key && (*min..=*max).contains(value))
            }
            Condition::InBox(area) => self.point.is_some_and(|point| area.contains(point)),
            Condition::Within { center, radius_m } => {
                self.point.is_some_and(|point| plane::distance_m(*center, point) <= *radius_m)
            }
            Condition::All(parts) => parts.iter().all(|part| self.holds(part)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Condition::Not(part) => !self.holds(part),
        }
    }
}

/// Amounts from 2^n on, below 2^(n+1); 0 for nothing.
pub(crate) fn octave(amount: i64) -> u8 {
    let bits = 64 - amount.max(0).leading_zeros();
    u8::try_from(bits).unwrap_or(64)
}
