//! An ad as the index keeps it.
//!
//! Text fields: `title` (words and stems of the title), `strong` (words of what names the thing: title, attributes, category,
//! place; numbers are looked for here), `all` (words and stems of everything), `exact` (title and attributes with their
//! diacritics), `phrase` (beginnings of titles, for suggestions).

use std::collections::{BTreeMap, BTreeSet};

use svetu_contracts::listings::{Delivery, ListingSnapshot, Price};
use svetu_contracts::taxonomy::{AttributeKind, AttributeValue, Attributes, LocalText, Taxonomy};
use svetu_kernel::{Currency, Language};
use svetu_ports::search_index::{GeoPoint, IndexDocument};
use svetu_text::{Analyser, DocumentTokens, exact, fold};

use crate::card::{StoredCard, typed};

/// The text fields an index of ads is opened with.
pub const TEXT_FIELDS: &[&str] = &["title", "strong", "all", "exact", "phrase"];

/// Numbers of attributes are kept in thousandths.
pub(crate) const SCALE: i64 = 1_000;
/// Characters of a phrase token.
const PHRASE_CHARS_MAX: usize = 60;

/// The index's version of an ad's version.
pub(crate) fn version(of: i64) -> u64 {
    u64::try_from(of).unwrap_or(0)
}

pub(crate) fn document(listing: &ListingSnapshot, taxonomy: &Taxonomy, analyser: &Analyser) -> IndexDocument {
    let attributes = typed(&listing.attributes);
    let mut tokens = Tokens::default();
    let title = analyser.analyse_document(&listing.title, listing.language);
    tokens.title.extend(title.folded.iter().cloned());
    tokens.title.extend(title.stems.iter().cloned());
    tokens.name(title);
    for (text, language) in context(listing, taxonomy, &attributes) {
        tokens.name(analyser.analyse_document(&text, language));
    }
    let description = analyser.analyse_document(&listing.description, listing.language);
    tokens.all.extend(description.folded);
    tokens.all.extend(description.stems);

    let mut keywords: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut put = |key: &str, values: Vec<String>| {
        if !values.is_empty() {
            keywords.insert(key.to_owned(), values);
        }
    };
    put("id", vec![listing.id.to_string()]);
    put("category", taxonomy.path(&listing.category).iter().map(|category| category.id.clone()).collect());
    put("leaf", vec![listing.category.clone()]);
    put("condition", listing.condition.map(name_of).into_iter().collect());
    put("seller_kind", vec![name_of(listing.seller_kind)]);
    put("seller", vec![listing.seller.uuid().to_string()]);
    put("photo", if listing.pictures.is_empty() { Vec::new() } else { vec!["true".to_owned()] });
    put("delivery", listing.delivery.iter().map(|delivery: &Delivery| name_of(delivery)).collect());
    put("place", vec![listing.place.id.to_string()]);
    put("place_name", place_names(listing));
    put("price_kind", vec![price_kind(listing.price).to_owned()]);
    let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
    if let Price::Fixed { amount_minor, currency } = listing.price {
        numbers.insert(price_key(currency).to_owned(), amount_minor);
    }
    numbers.insert("refreshed".to_owned(), listing.refreshed_at.timestamp());
    numbers.insert("completeness".to_owned(), i64::from(listing.completeness));
    for (key, value) in &attributes {
        let named = format!("attr:{key}");
        match value {
            AttributeValue::Boolean(value) => put(&named, vec![value.to_string()]),
            AttributeValue::Integer(_) | AttributeValue::Number(_) => {
                if let Some(number) = value.as_number().and_then(scaled) {
                    numbers.insert(named, number);
                }
            }
            AttributeValue::Text(text) => {
                if matches!(taxonomy.attribute(key).map(|attribute| &attribute.kind), Some(AttributeKind::Date)) {
                    numbers.extend(date_number(text).map(|number| (named, number)));
                } else {
                    put(&named, vec![text.clone()]);
                }
            }
            AttributeValue::Many(values) => put(&named, values.clone()),
        }
    }
    IndexDocument {
        id: listing.id.uuid(),
        version: version(listing.version),
        text: tokens.fields(phrases(&listing.title)),
        keywords,
        numbers,
        point: Some(GeoPoint { lat: listing.place.point.lat, lon: listing.place.point.lon }),
        // A card is plain data: it always serialises.
        payload: serde_json::to_vec(&StoredCard::new(listing, taxonomy)).unwrap_or_default(),
    }
}

#[derive(Default)]
struct Tokens {
    title: BTreeSet<String>,
    strong: BTreeSet<String>,
    all: BTreeSet<String>,
    exact: BTreeSet<String>,
}

impl Tokens {
    /// Words that name the thing.
    fn name(&mut self, tokens: DocumentTokens) {
        self.all.extend(tokens.folded.iter().cloned());
        self.all.extend(tokens.stems);
        self.strong.extend(tokens.folded);
        self.exact.extend(tokens.exact);
    }

    fn fields(self, phrases: Vec<String>) -> BTreeMap<String, Vec<String>> {
        let field = |name: &str, tokens: BTreeSet<String>| (name.to_owned(), tokens.into_iter().collect());
        BTreeMap::from([
            field("title", self.title),
            field("strong", self.strong),
            field("all", self.all),
            field("exact", self.exact),
            ("phrase".to_owned(), phrases),
        ])
    }
}

/// Names of the category, of attribute values and of the place, each with the language it is written in.
fn context(listing: &ListingSnapshot, taxonomy: &Taxonomy, attributes: &Attributes) -> Vec<(String, Language)> {
    let mut out: Vec<(String, Language)> = Vec::new();
    let mut local = |text: &LocalText| {
        out.push((text.sr.clone(), Language::SrLatn));
        for (other, language) in [(&text.ru, Language::Ru), (&text.en, Language::En)] {
            if *other != text.sr {
                out.push((other.clone(), language));
            }
        }
    };
    for category in taxonomy.path(&listing.category) {
        local(&category.names);
    }
    let mut plain = Vec::new();
    for used in taxonomy.uses(&listing.category) {
        let Some(value) = attributes.get(&used.key) else { continue };
        if !(used.searchable || used.filterable) {
            continue;
        }
        match value {
            AttributeValue::Boolean(true) => {
                if let Some(attribute) = taxonomy.attribute(&used.key) {
                    local(&attribute.names);
                }
            }
            AttributeValue::Boolean(false) | AttributeValue::Number(_) => {}
            AttributeValue::Integer(number) => {
                // A year is looked for as a word, a mileage is not.
                let year = matches!(taxonomy.attribute(&used.key).map(|a| &a.kind), Some(AttributeKind::Year { .. }));
                if year || used.searchable {
                    plain.push(number.to_string());
                }
            }
            AttributeValue::Text(text) => match taxonomy.option(&used.key, text, attributes) {
                Some(choice) => local(&choice.name),
                None => plain.push(text.clone()),
            },
            AttributeValue::Many(keys) => {
                for choice in keys.iter().filter_map(|key| taxonomy.option(&used.key, key, attributes)) {
                    local(&choice.name);
                }
            }
        }
    }
    out.extend(plain.into_iter().map(|text| (text, listing.language)));
    out.push((listing.place.name.clone(), Language::SrLatn));
    out.extend(listing.place.parent_name.iter().map(|parent| (parent.clone(), Language::SrLatn)));
    out
}

/// Folded names by which a place is filtered: its own and those above it.
fn place_names(listing: &ListingSnapshot) -> Vec<String> {
    let parents = listing.place.parent_name.iter().flat_map(|parent| parent.split(','));
    std::iter::once(listing.place.name.as_str())
        .chain(parents)
        .map(|name| fold(name.trim()))
        .filter(|name| !name.is_empty())
        .collect()
}

/// Beginnings of the title, `folded|spelling` with `_` for spaces.
fn phrases(title: &str) -> Vec<String> {
    let words: Vec<&str> = title
        .split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'))
        .map(|word| word.trim_matches(['.', '-']))
        .filter(|word| !word.is_empty())
        .take(3)
        .collect();
    (1..=words.len())
        .map(|count| words[..count].join("_"))
        .filter(|phrase| phrase.chars().count() <= PHRASE_CHARS_MAX)
        .map(|phrase| format!("{}|{}", fold(&phrase), exact(&phrase)))
        .collect()
}

pub(crate) const fn price_key(currency: Currency) -> &'static str {
    match currency {
        Currency::Rsd => "price_rsd",
        Currency::Eur => "price_eur",
    }
}

const fn price_kind(price: Price) -> &'static str {
    match price {
        Price::Fixed { .. } => "fixed",
        Price::Agreement => "agreement",
        Price::Free => "free",
        Price::Contact => "contact",
    }
}

/// The stable name of a unit variant, as in JSON.
pub(crate) fn name_of(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

pub(crate) fn scaled(number: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation)]
    let thousandths = (number * 1e3).round() as i64;
    (number.is_finite() && number.abs() < 1e15).then_some(thousandths)
}

/// `2026-05-31` → 20260531, in thousandths.
pub(crate) fn date_number(text: &str) -> Option<i64> {
    let mut parts = text.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let right = (1_000..=9_999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    right.then_some((year * 10_000 + month * 100 + day) * SCALE)
}
