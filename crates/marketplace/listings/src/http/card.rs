//! An ad in a list, as a result of search shows it.

use serde::Serialize;
use serde_json::Value;
use svetu_contracts::{
    geo::Point,
    listings::{Condition, ListingState, Price, SellerKind},
    media::Picture,
    taxonomy::{AttributeKind, Taxonomy},
};
use svetu_kernel::{ExchangeRate, Language, ListingId, Money, Timestamp, UserId};
use utoipa::ToSchema;

use crate::{model::price, store::newest::Glance, wording};

/// Attributes on a card.
const ATTRIBUTES_MAX: usize = 4;

/// In the reader's language and script. A result of search has the same fields.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCard)]
pub struct CardView {
    id: ListingId,
    title: String,
    price: Price,
    /// The fixed price in the other currency by the rate in force.
    price_other: Option<Money>,
    /// Before the last change, if it was higher.
    previous_price: Option<Money>,
    condition: Option<Condition>,
    category: CardCategory,
    #[schema(max_items = 4)]
    attributes: Vec<CardAttribute>,
    place: CardPlace,
    /// Of a private seller: the middle of a cell of some 500 m.
    point: Point,
    picture: Option<Picture>,
    picture_count: usize,
    seller: CardSeller,
    state: ListingState,
    /// Of the last publishing or renewal.
    #[schema(value_type = String, format = DateTime)]
    refreshed_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCardCategory)]
struct CardCategory {
    id: String,
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCardAttribute)]
struct CardAttribute {
    key: String,
    /// "2015", "180.000 km", "Dizel"
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCardPlace)]
struct CardPlace {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCardSeller)]
struct CardSeller {
    id: UserId,
    name: String,
    kind: SellerKind,
}

impl CardView {
    pub fn new(glance: Glance, taxonomy: &Taxonomy, rate: &ExchangeRate, reader: Language) -> Self {
        let (name, parent_name) = wording::place_names(&glance.place, reader);
        let category = taxonomy.category(&glance.category);
        Self {
            id: glance.id,
            attributes: attributes(&glance, taxonomy, reader),
            category: CardCategory {
                name: category.map_or_else(|| glance.category.clone(), |found| found.names.get(reader).to_owned()),
                id: glance.category,
            },
            title: svetu_text::in_script(&glance.title, glance.language, reader).unwrap_or(glance.title),
            price: glance.price,
            price_other: price::in_other(glance.price, rate),
            previous_price: glance.previous_price,
            condition: glance.condition,
            place: CardPlace { name, parent_name },
            point: glance.place.point,
            picture: glance.picture,
            picture_count: glance.picture_count,
            seller: CardSeller {
                id: UserId::from_uuid(glance.seller.uuid()),
                name: glance.seller_name,
                kind: glance.seller_kind,
            },
            state: glance.state,
            refreshed_at: glance.refreshed_at,
        }
    }
}

/// Those that the category puts on a card; of yes and no the name of what is there.
fn attributes(glance: &Glance, taxonomy: &Taxonomy, reader: Language) -> Vec<CardAttribute> {
    let shown = taxonomy.uses(&glance.category).iter().filter(|used| used.card);
    shown
        .filter_map(|used| {
            let (value, attribute) = (glance.attributes.get(&used.key)?, taxonomy.attribute(&used.key)?);
            let text = match (&attribute.kind, value) {
                (AttributeKind::Boolean, Value::Bool(true)) => attribute.names.get(reader).to_owned(),
                (AttributeKind::Boolean, _) => return None,
                _ => wording::attribute(attribute, value, &glance.attributes, glance.language, reader),
            };
            (!text.is_empty()).then(|| CardAttribute { key: used.key.clone(), text })
        })
        .take(ATTRIBUTES_MAX)
        .collect()
}
