//! What the words of a query mean beyond words: a price limit, a make, a model, a fuel, a category, a place. A price limit is put
//! into force and shown; the others are offered. Every chip can be removed.

use std::collections::HashMap;

use serde::Serialize;
use svetu_contracts::taxonomy::{AttributeKind, Taxonomy};
use svetu_kernel::{Currency, Language};
use svetu_text::fold;
use utoipa::ToSchema;

use crate::params::{Ask, AttributeFilter};

/// Offered at once.
const CHIPS_MAX: usize = 8;
/// Words of a name that may stand in a query.
const NAME_WORDS_MAX: usize = 3;
/// Words of a query that are looked at.
const WORDS_MAX: usize = 24;

/// Something that was recognised in the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Chip {
    /// `price`, `make`, `model`, `attribute`, `category` or `place`.
    pub kind: String,
    /// The parameter of the query that says the same: `price_max`, `attr.fuel`, `category`, `place`.
    pub field: String,
    pub value: String,
    /// In the reader's language.
    pub label: String,
    /// Whether the answer obeys it already (price limits); else it is an offer.
    pub applied: bool,
    /// The query string with this as a filter instead of words.
    pub apply: String,
    /// The query string without it.
    pub remove: String,
}

/// Names of options and categories by their folded words.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    names: HashMap<String, Vec<Meaning>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    Option { attribute: String, option: String, make: Option<String> },
    Category { id: String },
}

impl Vocabulary {
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let mut names: HashMap<String, Vec<Meaning>> = HashMap::new();
        let mut put = |name: &str, meaning: &Meaning| {
            let folded = words(name).into_iter().map(|(_, _, word)| word).collect::<Vec<_>>().join(" ");
            // A bare number or letter means too many things.
            if folded.chars().filter(|c| c.is_alphabetic()).count() >= 2 {
                let known = names.entry(folded).or_default();
                if !known.contains(meaning) {
                    known.push(meaning.clone());
                }
            }
        };
        for attribute in taxonomy.attributes() {
            let mut option = |choice: &svetu_contracts::taxonomy::Choice, make: Option<&str>| {
                let meaning = Meaning::Option {
                    attribute: attribute.key.clone(),
                    option: choice.key.clone(),
                    make: make.map(str::to_owned),
                };
                for name in [&choice.name.sr, &choice.name.ru, &choice.name.en] {
                    put(name, &meaning);
                }
            };
            match &attribute.kind {
                AttributeKind::Choice { options }
                | AttributeKind::Choices { options }
                | AttributeKind::Colour { options }
                | AttributeKind::Make { options } => options.iter().for_each(|choice| option(choice, None)),
                AttributeKind::Model { models, .. } => {
                    for (make, choices) in models {
                        choices.iter().for_each(|choice| option(choice, Some(make)));
                    }
                }
                // Sizes ("M", "42") are too short to be told from other words.
                AttributeKind::Size { .. }
                | AttributeKind::Text { .. }
                | AttributeKind::Number { .. }
                | AttributeKind::Integer { .. }
                | AttributeKind::Boolean
                | AttributeKind::Date
                | AttributeKind::Year { .. } => {}
            }
        }
        for category in taxonomy.categories() {
            let meaning = Meaning::Category { id: category.id.clone() };
            for name in [&category.names.sr, &category.names.ru, &category.names.en] {
                put(name, &meaning);
            }
        }
        Self { names }
    }
}

/// Words with their byte ranges, folded.
fn words(text: &str) -> Vec<(usize, usize, String)> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                out.push((from, at, fold(&text[from..at])));
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    out
}

/// A price limit in words: "do 8000", "do 8.000 €", "ispod 500 evra", "до 8000", "under 300 eur".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PriceLimit {
    pub upper: bool,
    /// Whole units.
    pub amount: i64,
    /// None: nobody said.
    pub currency: Option<Currency>,
    /// Where it stands in the query.
    pub range: (usize, usize),
}

pub(crate) fn price_limit(q: &str) -> Option<PriceLimit> {
    let words = words(q);
    for (at, (start, _, word)) in words.iter().enumerate() {
        let upper = match word.as_str() {
            "do" | "ispod" | "under" | "max" | "maks" | "najvise" | "below" => true,
            "od" | "iznad" | "preko" | "ot" | "over" | "min" | "najmanje" | "above" => false,
            _ => continue,
        };
        // "8.000" and "8 000" are one number.
        let mut digits = String::new();
        let mut next = at + 1;
        let mut end = 0;
        while let Some((_, word_end, group)) = words.get(next) {
            let number = group.chars().all(|c| c.is_ascii_digit());
            if !number || (!digits.is_empty() && group.len() != 3) {
                break;
            }
            digits.push_str(group);
            end = *word_end;
            next += 1;
        }
        let Ok(mut amount) = digits.parse::<i64>() else { continue };
        let mut currency = None;
        if let Some((_, word_end, word)) = words.get(next) {
            let thousand = matches!(word.as_str(), "hiljada" | "hilj" | "tis" | "tisuca" | "tisjac" | "k");
            if thousand {
                amount = amount.saturating_mul(1_000);
                end = *word_end;
                next += 1;
            }
        }
        if let Some((_, word_end, word)) = words.get(next) {
            currency = match word.as_str() {
                "e" | "eur" | "evra" | "eura" | "evro" | "euro" | "euros" => Some(Currency::Eur),
                "din" | "rsd" | "dinara" | "dinar" | "dinarov" => Some(Currency::Rsd),
                _ => None,
            };
            if currency.is_some() {
                end = *word_end;
            }
        }
        if q[end..].trim_start().starts_with('€') {
            currency = Some(Currency::Eur);
            end = q.len() - q[end..].trim_start().len() + '€'.len_utf8();
        }
        // "do 3 sprata", "od 2015": no price.
        let year = (1950..=2035).contains(&amount) && currency.is_none() && digits.len() == 4;
        if amount < 50 || year || amount > 1_000_000_000 {
            continue;
        }
        return Some(PriceLimit { upper, amount, currency, range: (*start, end) });
    }
    None
}

/// Text without a piece of it.
pub(crate) fn without(q: &str, range: (usize, usize)) -> String {
    let rest = format!("{} {}", &q[..range.0], &q[range.1..]);
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name of the vocabulary in the query, longest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub range: (usize, usize),
    pub folded: String,
    pub meanings: Vec<Meaning>,
}

/// Names in the query and the runs of words that are none (for places), left to right.
pub(crate) fn names(q: &str, vocabulary: &Vocabulary) -> (Vec<Named>, Vec<Named>) {
    let words: Vec<_> = words(q).into_iter().take(WORDS_MAX).collect();
    let (mut found, mut others) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < words.len() {
        let named = (1..=NAME_WORDS_MAX.min(words.len() - at)).rev().find_map(|count| {
            let folded = words[at..at + count].iter().map(|(_, _, word)| word.as_str()).collect::<Vec<_>>().join(" ");
            let meanings = vocabulary.names.get(&folded)?;
            let range = (words[at].0, words[at + count - 1].1);
            Some((count, Named { range, folded, meanings: meanings.clone() }))
        });
        match named {
            Some((count, named)) => {
                found.push(named);
                at += count;
            }
            None => {
                for count in (1..=2.min(words.len() - at)).rev() {
                    let text = &words[at..at + count];
                    others.push(Named {
                        range: (text[0].0, text[count - 1].1),
                        folded: text.iter().map(|(_, _, word)| word.as_str()).collect::<Vec<_>>().join(" "),
                        meanings: Vec::new(),
                    });
                }
                at += 1;
            }
        }
    }
    (found, others)
}

/// Offers for the names found; what the query already filters by is not offered again.
pub(crate) fn chips(ask: &Ask, found: &[Named], taxonomy: &Taxonomy, reader: Language) -> Vec<Chip> {
    let mut out: Vec<Chip> = Vec::new();
    let makes: Vec<&str> = found
        .iter()
        .flat_map(|named| &named.meanings)
        .filter_map(|meaning| match meaning {
            Meaning::Option { option, make: None, .. } => Some(option.as_str()),
            Meaning::Option { .. } | Meaning::Category { .. } => None,
        })
        .collect();
    let uses = ask.category.as_deref().map(|category| taxonomy.uses(category));
    for named in found {
        // Within a category only its own attributes make sense; a model is right when its make is named or nobody named one.
        let meaning = named.meanings.iter().find(|meaning| match meaning {
            Meaning::Option { attribute, make, .. } => {
                uses.is_none_or(|uses| uses.iter().any(|used| used.key == *attribute && used.filterable))
                    && make.as_deref().is_none_or(|make| makes.is_empty() || makes.contains(&make))
                    && !ask.attributes.contains_key(attribute)
            }
            Meaning::Category { .. } => ask.category.is_none(),
        });
        let Some(meaning) = meaning else { continue };
        let rest = without(&ask.q, named.range);
        let mut applied = Ask { q: rest.clone(), ..ask.clone() };
        let removed = Ask { q: rest, ..ask.clone() };
        let (kind, field, value, label) = match meaning {
            Meaning::Option { attribute, option, make } => {
                let Some(known) = taxonomy.attribute(attribute) else { continue };
                let choice = match &known.kind {
                    AttributeKind::Model { models, depends_on } => {
                        let Some(make) = make else { continue };
                        let filter = AttributeFilter { values: vec![make.clone()], ..AttributeFilter::default() };
                        applied.attributes.entry(depends_on.clone()).or_insert(filter);
                        models.get(make).and_then(|models| models.iter().find(|choice| choice.key == *option))
                    }
                    other => other.options().and_then(|options| options.iter().find(|choice| choice.key == *option)),
                };
                let Some(choice) = choice else { continue };
                let filter = AttributeFilter { values: vec![option.clone()], ..AttributeFilter::default() };
                applied.attributes.insert(attribute.clone(), filter);
                let kind = match &known.kind {
                    AttributeKind::Make { .. } => "make",
                    AttributeKind::Model { .. } => "model",
                    _ => "attribute",
                };
                let label = format!("{}: {}", known.names.get(reader), choice.name.get(reader));
                (kind, format!("attr.{attribute}"), option.clone(), label)
            }
            Meaning::Category { id } => {
                applied.category = Some(id.clone());
                let name = taxonomy.category(id).map_or(id.as_str(), |category| category.names.get(reader));
                ("category", "category".to_owned(), id.clone(), name.to_owned())
            }
        };
        out.push(Chip {
            kind: kind.to_owned(),
            field,
            value,
            label,
            applied: false,
            apply: applied.canonical(),
            remove: removed.canonical(),
        });
        if out.len() >= CHIPS_MAX {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn price_limits_in_words() {
        let check = |q: &str, expected: Option<(bool, i64, Option<Currency>, &str)>| {
            let seen = price_limit(q).map(|limit| (limit.upper, limit.amount, limit.currency, without(q, limit.range)));
            assert_eq!(seen, expected.map(|(a, b, c, d)| (a, b, c, d.to_owned())), "{q}");
        };
        check("golf 7 dizel beograd do 8000", Some((true, 8_000, None, "golf 7 dizel beograd")));
        check("stan do 120.000 € novi sad", Some((true, 120_000, Some(Currency::Eur), "stan novi sad")));
        check("квартира до 500 евро", Some((true, 500, Some(Currency::Eur), "квартира")));
        check("šporet ispod 20 hiljada dinara", Some((true, 20_000, Some(Currency::Rsd), "šporet")));
        check("patike preko 5000 din", Some((false, 5_000, Some(Currency::Rsd), "patike")));
        check("golf od 2015", None);
        check("stan do 3 sprata", None);
        check("do", None);
    }
}
