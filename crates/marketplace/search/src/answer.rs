//! What a search answers, in the reader's language.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use svetu_contracts::taxonomy::{AttributeKind, Category, Taxonomy};
use svetu_kernel::{Currency, ExchangeRate, Language, Money};
use svetu_ports::search_index::{Bucket, Facet};
use svetu_text::latin_to_cyrillic;
use utoipa::ToSchema;

use crate::card::Card;
use crate::params::Ask;
use crate::understand::Chip;

#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    #[schema(max_items = 100)]
    pub items: Vec<Card>,
    pub total: u64,
    pub total_exact: bool,
    /// By parameter: `category`, `condition`, `price`, `attr.fuel`. Each counts as if its own filter were not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<BTreeMap<String, FacetView>>,
    /// Counting ran out of time: counts are lower bounds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub facets_partial: bool,
    /// Of the next page.
    pub cursor: Option<String>,
    pub understood: Understood,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Understood {
    pub chips: Vec<Chip>,
    /// The query after typing errors were mended.
    pub corrected: Option<String>,
    /// What was given up so that something is found, as sentences. Never the price.
    pub relaxed: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum FacetView {
    Buckets(Vec<BucketView>),
    Attribute(AttributeFacet),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BucketView {
    pub value: String,
    pub name: String,
    pub count: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AttributeFacet {
    /// The attribute's kind; `price` for the price.
    pub kind: String,
    pub name: String,
    pub buckets: Vec<BucketView>,
    pub range: Option<RangeView>,
}

/// Least and greatest value; of the price in minor units of the query's currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct RangeView {
    pub min: f64,
    pub max: f64,
}

pub(crate) fn facets(
    found: Vec<Facet>,
    ask: &Ask,
    taxonomy: &Taxonomy,
    rate: &ExchangeRate,
    reader: Language,
) -> BTreeMap<String, FacetView> {
    let mut out = BTreeMap::new();
    let mut prices = found.iter().filter(|facet| facet.name == "price");
    let price = price_range([prices.next(), prices.next()], ask, rate);
    for facet in found {
        let view = match facet.name.as_str() {
            "category" => FacetView::Buckets(categories(&facet.buckets, ask, taxonomy, reader)),
            "price" => FacetView::Attribute(AttributeFacet {
                kind: "price".to_owned(),
                name: local(reader, "Cena", "Цена", "Price"),
                buckets: Vec::new(),
                range: price,
            }),
            "condition" | "seller_kind" | "delivery" => {
                let named = |bucket: Bucket| {
                    Some(BucketView {
                        name: value_name(&bucket.value, reader)?,
                        value: bucket.value,
                        count: bucket.count,
                    })
                };
                FacetView::Buckets(facet.buckets.into_iter().filter_map(named).collect())
            }
            name => match name.strip_prefix("attr.").and_then(|key| taxonomy.attribute(key)) {
                Some(attribute) => {
                    let buckets = options(&facet.buckets, &attribute.kind, ask, reader);
                    FacetView::Attribute(AttributeFacet {
                        kind: attribute.kind.name().to_owned(),
                        name: attribute.names.get(reader).to_owned(),
                        buckets,
                        range: facet
                            .bounds
                            .map(|(min, max)| RangeView { min: thousandths(min), max: thousandths(max) }),
                    })
                }
                None => continue,
            },
        };
        out.insert(facet.name, view);
    }
    out
}

fn thousandths(number: i64) -> f64 {
    // Bounds of the taxonomy keep values far below 2^53.
    #[allow(clippy::cast_precision_loss)]
    let number = number as f64 / 1e3;
    number
}

/// Over both currencies, in the one of the query.
fn price_range(found: [Option<&Facet>; 2], ask: &Ask, rate: &ExchangeRate) -> Option<RangeView> {
    let mut range: Option<(i64, i64)> = None;
    for (facet, currency) in found.into_iter().zip([Currency::Rsd, Currency::Eur]) {
        let Some((min, max)) = facet.and_then(|facet| facet.bounds) else { continue };
        let convert =
            |amount| rate.convert(Money::new(amount, currency), ask.currency()).map(|money| money.amount_minor);
        if let (Ok(min), Ok(max)) = (convert(min), convert(max)) {
            range = Some(range.map_or((min, max), |(low, high)| (low.min(min), high.max(max))));
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let range = range.map(|(min, max)| RangeView { min: min as f64, max: max as f64 });
    range
}

/// The level below the chosen category; beside a leaf, its siblings; at first the roots.
fn categories(found: &[Bucket], ask: &Ask, taxonomy: &Taxonomy, reader: Language) -> Vec<BucketView> {
    let level: Vec<&Category> = match ask.category.as_deref().and_then(|id| taxonomy.category(id)) {
        None => taxonomy.roots().collect(),
        Some(chosen) => {
            let children: Vec<&Category> = taxonomy.children(&chosen.id).collect();
            match (&chosen.parent, children.is_empty()) {
                (Some(parent), true) => taxonomy.children(parent).collect(),
                (None, true) => taxonomy.roots().collect(),
                (_, false) => children,
            }
        }
    };
    let mut out: Vec<BucketView> = level
        .into_iter()
        .filter_map(|category| {
            let bucket = found.iter().find(|bucket| bucket.value == category.id)?;
            Some(BucketView {
                value: category.id.clone(),
                name: category.names.get(reader).to_owned(),
                count: bucket.count,
            })
        })
        .collect();
    out.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    out
}

fn options(found: &[Bucket], kind: &AttributeKind, ask: &Ask, reader: Language) -> Vec<BucketView> {
    let name = |value: &str| match kind {
        AttributeKind::Model { models, depends_on } => {
            let makes: BTreeSet<&str> = ask
                .attributes
                .get(depends_on)
                .into_iter()
                .flat_map(|filter| &filter.values)
                .map(String::as_str)
                .collect();
            models
                .iter()
                .filter(|(make, _)| makes.is_empty() || makes.contains(make.as_str()))
                .flat_map(|(_, models)| models)
                .find(|choice| choice.key == value)
                .map(|choice| choice.name.get(reader).to_owned())
        }
        AttributeKind::Boolean => Some(match value {
            "true" => local(reader, "Da", "Да", "Yes"),
            _ => local(reader, "Ne", "Нет", "No"),
        }),
        other => match other.options() {
            Some(options) => {
                options.iter().find(|choice| choice.key == value).map(|choice| choice.name.get(reader).to_owned())
            }
            None => Some(value.to_owned()),
        },
    };
    found
        .iter()
        .filter_map(|bucket| {
            Some(BucketView { value: bucket.value.clone(), name: name(&bucket.value)?, count: bucket.count })
        })
        .collect()
}

/// A sentence in the reader's language; Cyrillic is made from Latin.
pub(crate) fn local(reader: Language, sr: &str, ru: &str, en: &str) -> String {
    match reader {
        Language::SrLatn => sr.to_owned(),
        Language::SrCyrl => latin_to_cyrillic(sr),
        Language::Ru => ru.to_owned(),
        Language::En => en.to_owned(),
    }
}

fn value_name(value: &str, reader: Language) -> Option<String> {
    let (sr, ru, en) = match value {
        "new" => ("Novo", "Новое", "New"),
        "like_new" => ("Kao novo", "Как новое", "Like new"),
        "used" => ("Polovno", "Б/у", "Used"),
        "for_parts" => ("Za delove", "На запчасти", "For parts"),
        "person" => ("Fizičko lice", "Частное лицо", "Private seller"),
        "trader" => ("Trgovac", "Продавец-компания", "Business"),
        "pickup" => ("Lično preuzimanje", "Самовывоз", "Pickup"),
        "courier" => ("Kurirska služba", "Курьер", "Courier"),
        "post" => ("Pošta", "Почта", "Post"),
        "seller" => ("Dostava prodavca", "Доставка продавца", "Seller delivers"),
        _ => return None,
    };
    Some(local(reader, sr, ru, en))
}
