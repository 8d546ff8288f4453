//! An ad as its readers get it.

use serde::Serialize;
use serde_json::Value;
use svetu_contracts::{
    geo::Point,
    listings::{Condition, Delivery, ListingState, Price, SellerKind},
    media::Picture,
    taxonomy::Taxonomy,
};
use svetu_kernel::{Actor, Language, ListingId, Money, PlaceId, Timestamp, UserId};
use utoipa::ToSchema;

use crate::{
    model::{Listing, State, price},
    service::{Full, Service, Totals},
    store::moderation::{Appeal, Decision},
    wording,
};

/// In the reader's language and script.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Listing)]
pub struct ListingView {
    id: ListingId,
    /// Grows with every change: the entity tag that an edit names.
    version: i64,
    state: ListingState,
    title: String,
    description: String,
    /// As it was written, where title and text are shown in the other Serbian script.
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<OriginalView>,
    /// Of what was written.
    language: Language,
    category: Option<CategoryRef>,
    price: Option<Price>,
    /// The same in the other currency, by the rate in force.
    price_other: Option<Money>,
    /// Before the last change, if it was higher.
    previous_price: Option<Money>,
    /// Newest first.
    #[schema(max_items = 50)]
    price_history: Vec<PriceView>,
    condition: Option<Condition>,
    attributes: Vec<AttributeText>,
    place: Option<PlaceView>,
    delivery: Vec<Delivery>,
    contact: ContactView,
    #[schema(max_items = 20)]
    pictures: Vec<Picture>,
    seller: SellerView,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// Of the last publishing or renewal.
    #[schema(value_type = String, format = DateTime)]
    refreshed_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    sold_at: Option<Timestamp>,
    /// Whether the reader keeps it.
    favourite: bool,
    /// Whether it is the reader's.
    own: bool,
    /// The decision against it, for its owner and staff.
    reason: Option<StatementView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingOriginal)]
struct OriginalView {
    title: String,
    description: String,
    language: Language,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCategory)]
struct CategoryRef {
    id: String,
    name: String,
    path: Vec<StepView>,
}

/// One of the categories that lead to another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategoryStep)]
pub struct StepView {
    id: String,
    name: String,
    slug: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPrice)]
pub struct PriceView {
    pub price: Price,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingAttribute)]
struct AttributeText {
    key: String,
    name: String,
    kind: &'static str,
    /// As it is stored: options by their keys.
    value: Value,
    /// With its unit, options by their names.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingPlaceView)]
struct PlaceView {
    id: PlaceId,
    name: String,
    parent_name: Option<String>,
    country: String,
    /// Of a private seller: the middle of a cell of some 500 m.
    point: Point,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingContact)]
struct ContactView {
    show_phone: bool,
    viber: bool,
    whatsapp: bool,
    /// For its owner alone; others ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingSeller)]
struct SellerView {
    id: UserId,
    name: String,
    kind: SellerKind,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Counted to 1,000.
    #[schema(minimum = 0)]
    live_count: i64,
}

/// Why an ad was refused or removed (DSA article 17).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementOfReasons)]
pub struct StatementView {
    rule: String,
    rule_text: String,
    /// Whether a machine decided alone.
    automated: bool,
    facts: String,
    #[schema(value_type = String, format = DateTime)]
    decided_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    appeal_until: Timestamp,
    appeal: Option<AppealView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementAppeal)]
struct AppealView {
    /// `open`, `upheld` (the decision stands) or `reversed`.
    state: String,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    answer: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyListing)]
pub struct MyListingView {
    #[serde(flatten)]
    listing: ListingView,
    statistics: StatisticsView,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingStatistics)]
pub struct StatisticsView {
    #[schema(minimum = 0)]
    pub views: i64,
    #[schema(minimum = 0)]
    pub reveals: i64,
    /// Counted to 1,000.
    pub favourites: u64,
    /// Days with views, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 90)]
    pub by_day: Option<Vec<DayView>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingViewsOfDay)]
pub struct DayView {
    #[schema(value_type = String, format = Date)]
    pub day: chrono::NaiveDate,
    #[schema(minimum = 1)]
    pub views: i64,
}

impl ListingView {
    /// Whoever stands in for the owner is shown no telephone, not even the owner's.
    pub fn seen_by(mut self, actor: &Actor) -> Self {
        if actor.acting.is_some() {
            self.contact.phone = None;
        }
        self
    }
}

impl MyListingView {
    pub fn seen_by(self, actor: &Actor) -> Self {
        Self { listing: self.listing.seen_by(actor), ..self }
    }
}

impl Service {
    pub fn view(&self, full: Full, reader: Language) -> ListingView {
        let taxonomy = self.taxonomy.get();
        let reason =
            full.reason.as_ref().map(|(decision, appeal)| self.statement_view(decision, appeal.as_ref(), reader));
        let Full { listing, rate, seller_since, live_count, prices, is_own, is_favourite, reason: _ } = full;
        let attributes = attributes(&listing, &taxonomy, reader);
        let written = listing.content.language.unwrap_or_default();
        let shown = |text: &str| svetu_text::in_script(text, written, reader);
        let content = listing.content;
        let (title, description) = (shown(&content.title), shown(&content.description));
        let has_phone = content.contact.show_phone && content.contact.phone.is_some();
        ListingView {
            id: listing.id,
            version: listing.version,
            state: listing.state.kind(),
            original: title.is_some().then(|| OriginalView {
                title: content.title.clone(),
                description: content.description.clone(),
                language: written,
            }),
            title: title.unwrap_or(content.title),
            description: description.unwrap_or(content.description),
            language: written,
            category: content.category.map(|id| CategoryRef {
                name: taxonomy.category(&id).map_or_else(|| id.clone(), |found| found.names.get(reader).to_owned()),
                path: steps(&taxonomy, &id, reader),
                id,
            }),
            price_other: content.price.and_then(|price| price::in_other(price, &rate)),
            price: content.price,
            previous_price: listing.previous_price,
            price_history: prices.into_iter().map(|(price, at)| PriceView { price, at }).collect(),
            condition: content.condition,
            attributes,
            place: content.place.map(|place| {
                let (name, parent_name) = wording::place_names(&place, reader);
                PlaceView { id: place.id, name, parent_name, country: place.country, point: place.point }
            }),
            delivery: content.delivery,
            contact: ContactView {
                show_phone: if is_own { content.contact.show_phone } else { has_phone },
                viber: content.contact.viber && (is_own || has_phone),
                whatsapp: content.contact.whatsapp && (is_own || has_phone),
                phone: content.contact.phone.filter(|_| is_own),
            },
            pictures: content.pictures,
            seller: SellerView {
                id: UserId::from_uuid(listing.seller.id.uuid()),
                name: listing.seller.name,
                kind: listing.seller.kind,
                since: seller_since.unwrap_or(listing.created_at),
                live_count,
            },
            created_at: listing.created_at,
            published_at: listing.published_at,
            refreshed_at: listing.refreshed_at,
            expires_at: listing.state.expires_at(),
            sold_at: match listing.state {
                State::Sold { at } => Some(at),
                State::Draft { .. } | State::InReview { .. } | State::Live { .. } | State::Reserved { .. } => None,
                State::Paused { .. } | State::Expired { .. } | State::Archived { .. } => None,
                State::Refused { .. } | State::Removed { .. } | State::Purged { .. } => None,
            },
            favourite: is_favourite,
            own: is_own,
            reason,
        }
    }

    pub fn my_view(&self, full: Full, totals: Totals, reader: Language) -> MyListingView {
        MyListingView {
            listing: self.view(full, reader),
            statistics: StatisticsView {
                views: totals.views,
                reveals: totals.reveals,
                favourites: totals.favourites,
                by_day: None,
            },
        }
    }

    pub fn statement_view(&self, decision: &Decision, appeal: Option<&Appeal>, reader: Language) -> StatementView {
        StatementView {
            rule_text: self.rules.get(&decision.rule).map_or_else(String::new, |rule| rule.text(reader).to_owned()),
            rule: decision.rule.clone(),
            automated: decision.decided_by.is_none(),
            facts: self.facts(&decision.facts, reader),
            decided_at: decision.decided_at,
            appeal_until: decision.appeal_until,
            appeal: appeal.map(|appeal| AppealView {
                state: appeal.state.clone(),
                text: appeal.text.clone(),
                at: appeal.created_at,
                answer: appeal.answer.clone(),
            }),
        }
    }
}

pub fn steps(taxonomy: &Taxonomy, category: &str, reader: Language) -> Vec<StepView> {
    let step = |found: &svetu_contracts::taxonomy::Category| StepView {
        id: found.id.clone(),
        name: found.names.get(reader).to_owned(),
        slug: found.slugs.get(reader).to_owned(),
    };
    taxonomy.path(category).into_iter().map(step).collect()
}

/// In the order in which the form asks them.
fn attributes(listing: &Listing, taxonomy: &Taxonomy, reader: Language) -> Vec<AttributeText> {
    let (content, written) = (&listing.content, listing.content.language.unwrap_or_default());
    let Some(category) = content.category.as_deref() else { return Vec::new() };
    let used = taxonomy.uses(category).iter();
    used.filter_map(|used| {
        let (value, attribute) = (content.attributes.get(&used.key)?, taxonomy.attribute(&used.key)?);
        Some(AttributeText {
            key: used.key.clone(),
            name: attribute.names.get(reader).to_owned(),
            kind: attribute.kind.name(),
            text: wording::attribute(attribute, value, &content.attributes, written, reader),
            value: value.clone(),
            unit: attribute.kind.unit().map(|unit| unit.get(reader).to_owned()),
        })
    })
    .collect()
}
