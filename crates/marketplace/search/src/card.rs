//! What a result shows of an ad: kept in the index as the writer gave it, put into the reader's language on the way out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_contracts::geo::Point;
use svetu_contracts::listings::{Condition, ListingSnapshot, ListingState, Price, SellerKind};
use svetu_contracts::media::Picture;
use svetu_contracts::taxonomy::{AttributeKind, AttributeValue, Attributes, Taxonomy};
use svetu_kernel::{AccountId, Currency, ExchangeRate, Language, ListingId, Money, Timestamp, UserId};
use svetu_text::{in_script, latin_to_cyrillic};
use utoipa::ToSchema;

/// Attributes on a card.
const ATTRIBUTES_MAX: usize = 4;

/// The payload of an index document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredCard {
    pub id: ListingId,
    pub title: String,
    pub language: Language,
    pub price: Price,
    pub previous_price: Option<Money>,
    pub condition: Option<Condition>,
    pub category: String,
    pub attributes: BTreeMap<String, Value>,
    pub place: String,
    pub place_cyrl: String,
    pub parent: Option<String>,
    pub point: Point,
    pub picture: Option<Picture>,
    pub picture_count: usize,
    pub seller: AccountId,
    pub seller_name: String,
    pub seller_kind: SellerKind,
    pub state: ListingState,
    pub refreshed_at: Timestamp,
}

impl StoredCard {
    pub fn new(listing: &ListingSnapshot, taxonomy: &Taxonomy) -> Self {
        let uses = taxonomy.uses(&listing.category);
        // A model's name depends on its make, so that is kept beside it.
        let kept = |key: &str| {
            uses.iter().any(|used| used.key == key && used.card)
                || matches!(taxonomy.attribute(key).map(|a| &a.kind), Some(AttributeKind::Make { .. }))
        };
        Self {
            id: listing.id,
            title: listing.title.clone(),
            language: listing.language,
            price: listing.price,
            previous_price: listing.previous_price,
            condition: listing.condition,
            category: listing.category.clone(),
            attributes: listing
                .attributes
                .iter()
                .filter(|(key, _)| kept(key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            place: listing.place.name.clone(),
            place_cyrl: listing.place.name_cyrl.clone(),
            parent: listing.place.parent_name.clone(),
            point: listing.place.point,
            picture: listing.pictures.first().cloned(),
            picture_count: listing.pictures.len(),
            seller: listing.seller,
            seller_name: listing.seller_name.clone(),
            seller_kind: listing.seller_kind,
            state: listing.state,
            refreshed_at: listing.refreshed_at,
        }
    }
}

/// An ad in results, in the reader's language and script.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Card {
    pub id: ListingId,
    pub title: String,
    pub price: Price,
    /// The fixed price in the other currency by the rate in force.
    pub price_other: Option<Money>,
    /// Before the last change, if it was higher.
    pub previous_price: Option<Money>,
    pub condition: Option<Condition>,
    pub category: CardCategory,
    #[schema(max_items = 4)]
    pub attributes: Vec<CardAttribute>,
    pub place: CardPlace,
    pub point: Point,
    pub picture: Option<Picture>,
    pub picture_count: usize,
    pub seller: CardSeller,
    pub state: ListingState,
    #[schema(value_type = String, format = DateTime)]
    pub refreshed_at: Timestamp,
    /// Metres from the point of the query, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CardCategory {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CardAttribute {
    pub key: String,
    /// "2015", "180.000 km", "Dizel"
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CardPlace {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CardSeller {
    pub id: UserId,
    pub name: String,
    pub kind: SellerKind,
}

impl Card {
    pub(crate) fn new(
        stored: StoredCard,
        distance_m: Option<f64>,
        taxonomy: &Taxonomy,
        rate: &ExchangeRate,
        reader: Language,
    ) -> Self {
        let price_other = stored.price.money().and_then(|money| {
            let other = match money.currency {
                Currency::Rsd => Currency::Eur,
                Currency::Eur => Currency::Rsd,
            };
            rate.convert(money, other).ok()
        });
        let cyrillic = matches!(reader, Language::SrCyrl | Language::Ru);
        let parent_name = stored.parent.map(|parent| if cyrillic { latin_to_cyrillic(&parent) } else { parent });
        let name = taxonomy
            .category(&stored.category)
            .map_or_else(|| stored.category.clone(), |category| category.names.get(reader).to_owned());
        Self {
            id: stored.id,
            title: in_script(&stored.title, stored.language, reader).unwrap_or(stored.title),
            price: stored.price,
            price_other,
            previous_price: stored.previous_price,
            condition: stored.condition,
            attributes: attributes(&stored.category, &stored.attributes, taxonomy, reader),
            category: CardCategory { id: stored.category, name },
            place: CardPlace { name: if cyrillic { stored.place_cyrl } else { stored.place }, parent_name },
            point: stored.point,
            picture: stored.picture,
            picture_count: stored.picture_count,
            seller: CardSeller {
                id: UserId::from_uuid(stored.seller.uuid()),
                name: stored.seller_name,
                kind: stored.seller_kind,
            },
            state: stored.state,
            refreshed_at: stored.refreshed_at,
            distance_m: distance_m.map(f64::round),
        }
    }
}

fn attributes(
    category: &str,
    values: &BTreeMap<String, Value>,
    taxonomy: &Taxonomy,
    reader: Language,
) -> Vec<CardAttribute> {
    let typed = typed(values);
    taxonomy
        .uses(category)
        .iter()
        .filter(|used| used.card)
        .filter_map(|used| {
            let text = attribute_text(taxonomy, &used.key, typed.get(&used.key)?, &typed, reader)?;
            Some(CardAttribute { key: used.key.clone(), text })
        })
        .take(ATTRIBUTES_MAX)
        .collect()
}

/// The values that have the form of one.
pub(crate) fn typed(values: &BTreeMap<String, Value>) -> Attributes {
    values.iter().filter_map(|(key, value)| Some((key.clone(), serde_json::from_value(value.clone()).ok()?))).collect()
}

/// A value as a person reads it; None for "no" and for what the taxonomy does not know.
pub(crate) fn attribute_text(
    taxonomy: &Taxonomy,
    key: &str,
    value: &AttributeValue,
    all: &Attributes,
    reader: Language,
) -> Option<String> {
    let attribute = taxonomy.attribute(key)?;
    let name = |option: &str| taxonomy.option(key, option, all).map(|choice| choice.name.get(reader).to_owned());
    let with_unit = |number: String| match attribute.kind.unit() {
        Some(unit) => format!("{number} {}", unit.get(reader)),
        None => number,
    };
    match value {
        AttributeValue::Boolean(true) => Some(attribute.names.get(reader).to_owned()),
        AttributeValue::Boolean(false) => None,
        AttributeValue::Integer(number) if matches!(attribute.kind, AttributeKind::Year { .. }) => {
            Some(number.to_string())
        }
        AttributeValue::Integer(number) => Some(with_unit(grouped(*number, reader))),
        AttributeValue::Number(number) => {
            let text = number.to_string();
            Some(with_unit(if reader == Language::En { text } else { text.replace('.', ",") }))
        }
        AttributeValue::Text(text) => match &attribute.kind {
            AttributeKind::Text { .. } | AttributeKind::Date => Some(text.clone()),
            _ => name(text),
        },
        AttributeValue::Many(options) => {
            let names: Vec<String> = options.iter().filter_map(|option| name(option)).collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
    }
}

/// 180000 → 180.000, 180 000, 180,000
pub(crate) fn grouped(number: i64, reader: Language) -> String {
    let separator = match reader {
        Language::SrLatn | Language::SrCyrl => '.',
        Language::Ru => '\u{a0}',
        Language::En => ',',
    };
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    if number < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}
