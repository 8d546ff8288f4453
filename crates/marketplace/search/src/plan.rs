//! What is asked, as the index understands it.

use svetu_contracts::taxonomy::{AttributeKind, Taxonomy};
use svetu_kernel::{Currency, ExchangeRate, Money, Timestamp};
use svetu_ports::search_index::{
    FacetKind, FacetRequest, Filter, GeoPoint, NamedFilter, Query, ScaledKey, Signal, Sort,
};
use svetu_text::{Part, QueryTokens, Word, fold, numbered};

use crate::document::price_key;
use crate::params::{Ask, Order};

/// Of a match anywhere, by how it matched. `Any` takes the best, `All` adds up.
const WEIGHT_WORD: u16 = 3;
const WEIGHT_STEM: u16 = 2;
const WEIGHT_SYNONYM: u16 = 1;
/// On top of that, for a word of the title and for one spelled exactly so.
const WEIGHT_TITLE: u16 = 4;
const WEIGHT_TITLE_STEM: u16 = 3;
const WEIGHT_EXACT: u16 = 1;
const WEIGHT_MODEL: u16 = 6;

/// Buckets of an attribute's facet.
const BUCKETS: usize = 200;
/// Attributes that a category's facets show.
const ATTRIBUTE_FACETS_MAX: usize = 40;

/// What a part of a query may use beyond its own spelling.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Leeway {
    /// Folded words that no document has and that may go on.
    pub unfinished: Vec<String>,
    /// Folded words that need not match any more.
    pub dropped: Vec<String>,
}

/// The text of a query. Without words: everything.
pub(crate) fn text(tokens: &QueryTokens, leeway: &Leeway) -> Query {
    let mut must = Vec::new();
    let mut should = Vec::new();
    for part in &tokens.parts {
        let (condition, optional) = condition(part, leeway);
        should.extend(preferences(part));
        if optional {
            if !matches!(part, Part::Words { optional: true, .. }) {
                should.push(condition);
            }
        } else {
            must.push(condition);
        }
    }
    let must = if must.is_empty() && tokens.parts.is_empty() { Query::Everything } else { Query::All(must) };
    Query::Prefer { must: Box::new(must), should }
}

fn term(field: &'static str, token: &str, weight: u16) -> Query {
    Query::Term { field, token: token.to_owned(), weight }
}

fn word(of: &Word, weight_word: u16, weight_stem: u16, leeway: &Leeway) -> Query {
    let mut any = vec![term("all", &of.folded, weight_word)];
    any.extend(of.stems.iter().map(|stem| term("all", stem, weight_stem)));
    if of.unfinished && leeway.unfinished.contains(&of.folded) {
        any.push(Query::Prefix { field: "all", token: of.folded.clone(), weight: weight_stem });
    }
    Query::Any(any)
}

/// The condition of a part and whether a document may do without.
fn condition(part: &Part, leeway: &Leeway) -> (Query, bool) {
    match part {
        Part::Words { words, synonyms, optional } => {
            let own = words.iter().map(|w| word(w, WEIGHT_WORD, WEIGHT_STEM, leeway)).collect();
            let mut any = vec![Query::All(own)];
            for synonym in synonyms {
                let words = synonym.iter().map(|w| word(w, WEIGHT_SYNONYM, WEIGHT_SYNONYM, leeway)).collect();
                any.push(Query::All(words));
            }
            let dropped = words.iter().all(|word| leeway.dropped.contains(&word.folded));
            (Query::Any(any), *optional || dropped)
        }
        Part::Model { words, number } => {
            let any = words
                .iter()
                .flat_map(|of| {
                    let apart = Query::Except {
                        must: Box::new(Query::All(vec![
                            word(of, WEIGHT_WORD, WEIGHT_STEM, leeway),
                            term("strong", number, WEIGHT_WORD),
                        ])),
                        // Another number follows the word: another model.
                        not: Box::new(term("strong", &numbered(&of.folded), 0)),
                    };
                    [term("strong", &format!("{}{number}", of.folded), WEIGHT_MODEL), apart]
                })
                .collect();
            let dropped = words.first().is_some_and(|word| leeway.dropped.contains(&word.folded));
            (Query::Any(any), dropped)
        }
        // A measure may stand in the description, a model's code names the thing.
        Part::Code { token } => {
            let field = if token.starts_with(|c: char| c.is_ascii_digit()) { "all" } else { "strong" };
            (term(field, token, WEIGHT_MODEL), leeway.dropped.contains(token))
        }
        Part::Number { digits } => (term("strong", digits, WEIGHT_WORD), leeway.dropped.contains(digits)),
    }
}

fn preferences(part: &Part) -> Vec<Query> {
    match part {
        Part::Words { words, .. } | Part::Model { words, .. } => words
            .iter()
            .flat_map(|of| {
                let mut title = vec![term("title", &of.folded, WEIGHT_TITLE)];
                title.extend(of.stems.iter().map(|stem| term("title", stem, WEIGHT_TITLE_STEM)));
                [Query::Any(title), term("exact", &of.exact, WEIGHT_EXACT)]
            })
            .collect(),
        Part::Code { token } => vec![term("title", token, WEIGHT_TITLE)],
        Part::Number { digits } => vec![term("title", digits, WEIGHT_TITLE)],
    }
}

/// What the filters need to know beyond the query.
pub(crate) struct Facts<'a> {
    pub rate: &'a ExchangeRate,
    pub now: Timestamp,
    /// The place's own name, for those inside it.
    pub place_name: Option<&'a str>,
}

/// Filters by the name of the facet that ignores them.
pub(crate) fn filters(ask: &Ask, facts: &Facts<'_>) -> Vec<NamedFilter> {
    let mut out = Vec::new();
    let mut put = |name: &str, filter: Filter| out.push(NamedFilter { name: name.to_owned(), filter });
    let keyword = |key: &str, any_of: Vec<String>| Filter::Keyword { key: key.to_owned(), any_of };
    if let Some(category) = &ask.category {
        put("category", keyword("category", vec![category.clone()]));
    }
    if let Some(area) = ask.bbox {
        put("place", Filter::InBox(area));
    }
    if let (Some(center), Some(radius_m)) = (ask.point, ask.radius_m) {
        put("place", Filter::Within { center, radius_m });
    }
    if let Some(place) = ask.place {
        let mut any = vec![keyword("place", vec![place.to_string()])];
        any.extend(facts.place_name.map(|name| keyword("place_name", vec![fold(name)])));
        put("place", Filter::Any(any));
    }
    if ask.price_min.is_some() || ask.price_max.is_some() {
        put("price", price(ask, facts.rate));
    }
    if !ask.condition.is_empty() {
        put("condition", keyword("condition", ask.condition.clone()));
    }
    if let Some(kind) = &ask.seller_kind {
        put("seller_kind", keyword("seller_kind", vec![kind.clone()]));
    }
    if !ask.delivery.is_empty() {
        put("delivery", keyword("delivery", ask.delivery.clone()));
    }
    if ask.with_photo {
        put("with_photo", keyword("photo", vec!["true".to_owned()]));
    }
    for (key, filter) in &ask.attributes {
        let (name, key) = (format!("attr.{key}"), format!("attr:{key}"));
        if !filter.values.is_empty() {
            put(&name, keyword(&key, filter.values.clone()));
        }
        if filter.min.is_some() || filter.max.is_some() {
            put(&name, Filter::Number { key, min: filter.min, max: filter.max });
        }
    }
    if let Some(days) = ask.since_days {
        let min = Some(since(days, facts.now));
        put("since", Filter::Number { key: "refreshed".to_owned(), min, max: None });
    }
    if let Some(seller) = ask.seller {
        put("seller", keyword("seller", vec![seller.uuid().to_string()]));
    }
    out
}

/// The query's price limits as each currency sees them.
pub(crate) type PriceBounds = [(Currency, Option<i64>, Option<i64>); 2];

pub(crate) fn price_bounds(ask: &Ask, rate: &ExchangeRate) -> PriceBounds {
    let bound = |amount: Option<i64>, currency: Currency| {
        amount
            .and_then(|amount| rate.convert(Money::new(amount, ask.currency()), currency).ok())
            .map(|m| m.amount_minor)
    };
    Currency::ALL.map(|currency| (currency, bound(ask.price_min, currency), bound(ask.price_max, currency)))
}

/// Prices of each currency within the bounds as that currency sees them.
fn price(ask: &Ask, rate: &ExchangeRate) -> Filter {
    Filter::Any(
        price_bounds(ask, rate)
            .into_iter()
            .map(|(currency, min, max)| Filter::Number { key: price_key(currency).to_owned(), min, max })
            .collect(),
    )
}

/// The oldest refreshing that counts, in seconds.
pub(crate) fn since(days: u16, now: Timestamp) -> i64 {
    now.timestamp() - i64::from(days) * 86_400
}

/// `as_of` stands still while one pages: a ranking epoch.
pub(crate) fn sort(ask: &Ask, rate: &ExchangeRate, as_of: i64) -> Sort {
    let prices = |descending| Sort::Number {
        keys: vec![
            ScaledKey { key: "price_rsd".to_owned(), numerator: 1, denominator: 1 },
            ScaledKey { key: "price_eur".to_owned(), numerator: rate.rsd_per_eur_micro.max(1), denominator: 1_000_000 },
        ],
        descending,
    };
    match (ask.order, ask.point) {
        (Order::Newest, _) => {
            let key = ScaledKey { key: "refreshed".to_owned(), numerator: 1, denominator: 1 };
            Sort::Number { keys: vec![key], descending: true }
        }
        (Order::PriceAsc, _) => prices(false),
        (Order::PriceDesc, _) => prices(true),
        (Order::Distance, Some(center)) => Sort::Distance(center),
        (Order::Relevance | Order::Distance, center) => Sort::Relevance(signals(as_of, center)),
    }
}

/// Freshness counts for about a title word, completeness for half of one, nearness for most of one.
fn signals(as_of: i64, center: Option<GeoPoint>) -> Vec<Signal> {
    let mut out = vec![
        Signal::Recent { key: "refreshed".to_owned(), origin: as_of, half: 14 * 86_400, weight: 4_000 },
        Signal::Number { key: "completeness".to_owned(), weight: 2_000, per: 100 },
    ];
    out.extend(center.map(|center| Signal::Near { center, half_m: 20_000.0, weight: 3_000 }));
    out
}

/// The facets of a page: general ones, and those of the category's attributes.
pub(crate) fn facets(ask: &Ask, taxonomy: &Taxonomy) -> Vec<FacetRequest> {
    let values = |name: &str, key: &str| FacetRequest {
        name: name.to_owned(),
        kind: FacetKind::Values { key: key.to_owned(), limit: BUCKETS },
    };
    let bounds =
        |name: &str, key: &str| FacetRequest { name: name.to_owned(), kind: FacetKind::Bounds { key: key.to_owned() } };
    let mut out = vec![
        FacetRequest {
            name: "category".to_owned(),
            kind: FacetKind::Values { key: "category".to_owned(), limit: svetu_ports::search_index::BUCKETS_MAX },
        },
        values("condition", "condition"),
        values("seller_kind", "seller_kind"),
        values("delivery", "delivery"),
        bounds("price", "price_rsd"),
        bounds("price", "price_eur"),
    ];
    let Some(category) = &ask.category else { return out };
    for used in taxonomy.uses(category).iter().filter(|used| used.filterable).take(ATTRIBUTE_FACETS_MAX) {
        let Some(attribute) = taxonomy.attribute(&used.key) else { continue };
        let (name, key) = (format!("attr.{}", used.key), format!("attr:{}", used.key));
        out.push(match &attribute.kind {
            AttributeKind::Number { .. }
            | AttributeKind::Integer { .. }
            | AttributeKind::Year { .. }
            | AttributeKind::Date => bounds(&name, &key),
            AttributeKind::Text { .. }
            | AttributeKind::Boolean
            | AttributeKind::Choice { .. }
            | AttributeKind::Choices { .. }
            | AttributeKind::Colour { .. }
            | AttributeKind::Size { .. }
            | AttributeKind::Make { .. }
            | AttributeKind::Model { .. } => values(&name, &key),
        });
    }
    out
}
