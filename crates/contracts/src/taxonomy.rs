//! The marketplace taxonomy: categories in three levels, typed attributes, and the check of an ad's values against them.
//!
//! Immutable and indexed: made once from files ([`Taxonomy::parse`]) or stored parts ([`Taxonomy::build`]), then shared.

mod build;
mod parse;
mod validate;

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use svetu_kernel::Language;
use utoipa::ToSchema;

pub use build::slug;
pub use parse::{TaxonomyError, TaxonomyMistake};
pub use validate::{AttributeProblem, AttributeValue, Attributes};

/// Roots, their children and grandchildren: nothing deeper.
pub const LEVELS_MAX: usize = 3;
/// Values of one "several choices" attribute.
pub const CHOICES_MAX: usize = 32;

/// All categories and attributes. Clone the `Arc` around it, not this.
#[derive(Debug)]
pub struct Taxonomy {
    categories: Vec<Category>,
    attributes: BTreeMap<String, Attribute>,
    by_id: HashMap<String, usize>,
    roots: Vec<usize>,
    children: Vec<Vec<usize>>,
    /// By category: own and inherited uses, the root's first.
    effective: Vec<Vec<AttributeUse>>,
}

/// A node of the tree. Term, condition, prices and forbidden words are already those in force: inherited, then its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Stable key, `cars`: what listings and events carry. Never shown.
    pub id: String,
    pub parent: Option<String>,
    /// Name of a lucide icon.
    pub icon: String,
    pub names: LocalText,
    /// Unique among siblings in each language. `sr_cyrl` is none: both scripts share one address.
    pub slugs: LocalText,
    /// Days that an ad stays live, 1–365.
    pub term_days: u16,
    /// Whether ads here have a condition (new, used …).
    pub condition: bool,
    pub prices: Vec<PriceKind>,
    /// Lower case; an ad that contains one goes to the human queue.
    pub forbidden_words: Vec<String>,
    /// Its own uses only; [`Taxonomy::uses`] has the inherited ones too.
    pub attributes: Vec<AttributeUse>,
    /// Inherited attributes that do not apply here.
    pub without: Vec<String>,
    /// 0 for a root.
    pub level: u8,
}

/// The kinds of [`crate::listings::Price`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceKind {
    Fixed,
    Agreement,
    Free,
    Contact,
}

impl PriceKind {
    pub const ALL: [Self; 4] = [Self::Fixed, Self::Agreement, Self::Free, Self::Contact];
}

/// How a category uses an attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeUse {
    pub key: String,
    /// An ad is not published without it.
    #[serde(default)]
    pub required: bool,
    /// Its words are found by search.
    #[serde(default)]
    pub searchable: bool,
    /// A filter and a facet.
    #[serde(default)]
    pub filterable: bool,
    /// Shown on the card in results.
    #[serde(default)]
    pub card: bool,
    /// A shop's variants of one product differ in it.
    #[serde(default)]
    pub variant: bool,
}

/// One typed fact about an ad.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attribute {
    /// Stable key, `mileage_km`.
    pub key: String,
    pub names: LocalText,
    #[serde(flatten)]
    pub kind: AttributeKind,
}

/// What values an attribute takes. In JSON: text, choices, colours, sizes, makes, models and dates (`2026-05-31`) are
/// strings, several choices an array of strings, numbers numbers, yes and no a boolean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttributeKind {
    Text {
        max_chars: u16,
    },
    Number {
        #[serde(skip_serializing_if = "Option::is_none")]
        unit: Option<LocalText>,
        min: f64,
        max: f64,
        /// Digits after the point that are kept.
        decimals: u8,
    },
    Integer {
        #[serde(skip_serializing_if = "Option::is_none")]
        unit: Option<LocalText>,
        min: i64,
        max: i64,
    },
    Boolean,
    Date,
    Year {
        min: i64,
        max: i64,
    },
    Choice {
        options: Vec<Choice>,
    },
    Choices {
        options: Vec<Choice>,
    },
    Colour {
        options: Vec<Choice>,
    },
    Size {
        options: Vec<Choice>,
    },
    Make {
        options: Vec<Choice>,
    },
    /// A choice that depends on the value of another attribute: the models of a make, by the make's key.
    Model {
        depends_on: String,
        models: BTreeMap<String, Vec<Choice>>,
    },
}

impl AttributeKind {
    /// The stable name, as in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Number { .. } => "number",
            Self::Integer { .. } => "integer",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Year { .. } => "year",
            Self::Choice { .. } => "choice",
            Self::Choices { .. } => "choices",
            Self::Colour { .. } => "colour",
            Self::Size { .. } => "size",
            Self::Make { .. } => "make",
            Self::Model { .. } => "model",
        }
    }

    /// The options of every kind that has one list of them.
    pub fn options(&self) -> Option<&[Choice]> {
        match self {
            Self::Choice { options }
            | Self::Choices { options }
            | Self::Colour { options }
            | Self::Size { options }
            | Self::Make { options } => Some(options),
            Self::Text { .. }
            | Self::Number { .. }
            | Self::Integer { .. }
            | Self::Boolean
            | Self::Date
            | Self::Year { .. }
            | Self::Model { .. } => None,
        }
    }

    pub const fn unit(&self) -> Option<&LocalText> {
        match self {
            Self::Number { unit, .. } | Self::Integer { unit, .. } => unit.as_ref(),
            _ => None,
        }
    }
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Stable key, `petrol-lpg`: what is stored.
    pub key: String,
    pub name: LocalText,
    /// `#rrggbb`, for colours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

/// A text in every language of the platform.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalText {
    /// Serbian, Latin script.
    pub sr: String,
    /// Serbian, Cyrillic script. None in the files where transliterating `sr` gives it; see [`Taxonomy::with_cyrillic`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sr_cyrl: Option<String>,
    pub ru: String,
    pub en: String,
}

impl LocalText {
    /// A name that is the same everywhere: a brand, a measure.
    pub fn same(text: &str) -> Self {
        Self { sr: text.to_owned(), sr_cyrl: Some(text.to_owned()), ru: text.to_owned(), en: text.to_owned() }
    }

    /// The text in a language; Cyrillic falls back to Latin.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::SrLatn => &self.sr,
            Language::SrCyrl => self.sr_cyrl.as_deref().unwrap_or(&self.sr),
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }

    fn derive(&mut self, cyrillic: &impl Fn(&str) -> String) {
        if self.sr_cyrl.is_none() {
            self.sr_cyrl = Some(cyrillic(&self.sr));
        }
    }
}

impl Taxonomy {
    /// Fills every Cyrillic name that the files leave to transliteration (`svetu_text::latin_to_cyrillic`).
    #[must_use]
    pub fn with_cyrillic(mut self, cyrillic: impl Fn(&str) -> String) -> Self {
        for category in &mut self.categories {
            category.names.derive(&cyrillic);
        }
        for attribute in self.attributes.values_mut() {
            attribute.names.derive(&cyrillic);
            match &mut attribute.kind {
                AttributeKind::Number { unit, .. } | AttributeKind::Integer { unit, .. } => {
                    if let Some(unit) = unit {
                        unit.derive(&cyrillic);
                    }
                }
                AttributeKind::Choice { options }
                | AttributeKind::Choices { options }
                | AttributeKind::Colour { options }
                | AttributeKind::Size { options }
                | AttributeKind::Make { options } => {
                    options.iter_mut().for_each(|option| option.name.derive(&cyrillic));
                }
                AttributeKind::Model { models, .. } => {
                    models.values_mut().flatten().for_each(|option| option.name.derive(&cyrillic));
                }
                AttributeKind::Text { .. }
                | AttributeKind::Boolean
                | AttributeKind::Date
                | AttributeKind::Year { .. } => {}
            }
        }
        self
    }

    pub fn category(&self, id: &str) -> Option<&Category> {
        self.index(id).map(|at| &self.categories[at])
    }

    /// Every category, parents before their children, in the order of the files.
    pub fn categories(&self) -> impl ExactSizeIterator<Item = &Category> {
        self.categories.iter()
    }

    pub fn roots(&self) -> impl ExactSizeIterator<Item = &Category> {
        self.roots.iter().map(|&at| &self.categories[at])
    }

    /// Children in their order; none for a leaf and for an unknown id.
    pub fn children(&self, id: &str) -> impl Iterator<Item = &Category> {
        self.index(id).into_iter().flat_map(|at| &self.children[at]).map(|&at| &self.categories[at])
    }

    /// Ads are posted in leaves only.
    pub fn is_leaf(&self, id: &str) -> bool {
        self.index(id).is_some_and(|at| self.children[at].is_empty())
    }

    pub fn leaves(&self) -> impl Iterator<Item = &Category> {
        self.categories.iter().enumerate().filter(|(at, _)| self.children[*at].is_empty()).map(|(_, category)| category)
    }

    /// From the root to the category itself; empty for an unknown id.
    pub fn path(&self, id: &str) -> Vec<&Category> {
        let mut path = Vec::with_capacity(LEVELS_MAX);
        let mut next = self.category(id);
        while let Some(category) = next {
            path.push(category);
            next = category.parent.as_deref().and_then(|parent| self.category(parent));
        }
        path.reverse();
        path
    }

    /// The category and everything under it, parents first; empty for an unknown id.
    pub fn subtree(&self, id: &str) -> Vec<&Category> {
        let mut found: Vec<usize> = self.index(id).into_iter().collect();
        let mut at = 0;
        while at < found.len() {
            found.extend_from_slice(&self.children[found[at]]);
            at += 1;
        }
        found.into_iter().map(|at| &self.categories[at]).collect()
    }

    /// The category under an address such as `["vozila", "automobili"]` in a language.
    pub fn by_slugs(&self, language: Language, slugs: &[&str]) -> Option<&Category> {
        let mut level = &self.roots;
        let mut found = None;
        for slug in slugs {
            let at = *level.iter().find(|&&at| self.categories[at].slugs.get(language) == *slug)?;
            found = Some(&self.categories[at]);
            level = &self.children[at];
        }
        found
    }

    pub fn attribute(&self, key: &str) -> Option<&Attribute> {
        self.attributes.get(key)
    }

    /// By key.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = &Attribute> {
        self.attributes.values()
    }

    /// The attributes of a category, inherited ones included, in the order a form asks them; empty for an unknown id.
    pub fn uses(&self, id: &str) -> &[AttributeUse] {
        self.index(id).map_or(&[], |at| &self.effective[at])
    }

    /// The option that a stored key names: `values` are the ad's, for the make of a model.
    pub fn option(&self, attribute: &str, key: &str, values: &Attributes) -> Option<&Choice> {
        let attribute = self.attributes.get(attribute)?;
        let options = match &attribute.kind {
            AttributeKind::Model { depends_on, models } => models.get(values.get(depends_on)?.as_text()?)?,
            other => other.options()?,
        };
        options.iter().find(|option| option.key == key)
    }

    fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

#[cfg(test)]
mod tests;
