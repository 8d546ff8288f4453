//! The taxonomy's files: TOML with `[[category]]`, `[attribute.<key>]` and `[makes.<set>]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use svetu_kernel::Language;

use super::{
    Attribute, AttributeKind, AttributeUse, Choice, LocalText, PriceKind, Taxonomy,
    build::{Seed, Slugs, slug},
};

/// Which file, where in it, and what is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{file}: {at}: {mistake}")]
pub struct TaxonomyError {
    pub file: String,
    /// `line 12` for syntax, else the id of the category or the key of the attribute.
    pub at: String,
    pub mistake: TaxonomyMistake,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TaxonomyMistake {
    #[error("{0}")]
    Syntax(String),
    #[error("a category with this id exists already")]
    DuplicateCategory,
    #[error("an attribute with this key exists already")]
    DuplicateAttribute,
    #[error("the set of makes exists already")]
    DuplicateMakes,
    #[error("parent \"{0}\" does not exist")]
    UnknownParent(String),
    #[error("its parents form a circle")]
    Cycle,
    #[error("deeper than three levels")]
    TooDeep,
    #[error("attribute \"{0}\" does not exist")]
    UnknownAttribute(String),
    #[error("attribute \"{0}\" is attached twice")]
    DuplicateUse(String),
    #[error("attribute \"{0}\" is not inherited, so it cannot be taken away")]
    NotInherited(String),
    #[error("model \"{model}\" is attached without its make \"{make}\"")]
    ModelWithoutMake { model: String, make: String },
    #[error("\"{0}\" is not an attribute of kind make")]
    NotAMake(String),
    #[error("the set of makes \"{0}\" does not exist")]
    UnknownMakes(String),
    #[error("unknown kind \"{0}\"")]
    UnknownKind(String),
    #[error("a {kind} needs \"{field}\"")]
    MissingField { kind: String, field: &'static str },
    #[error("{field}: no text in {language}")]
    MissingName { field: String, language: Language },
    #[error("no icon")]
    MissingIcon,
    #[error("no options")]
    NoOptions,
    #[error("no kind of price is allowed")]
    NoPrices,
    #[error("option \"{0}\" is there twice")]
    DuplicateOption(String),
    #[error("\"{0}\" is no key: lower-case letters and digits, at most 64")]
    BadKey(String),
    #[error("\"{0}\" is no slug: lower-case ASCII letters and digits joined by -")]
    BadSlug(String),
    #[error("slug \"{0}\" is taken by a sibling")]
    DuplicateSlug(String),
    #[error("a term of {0} days: expected 1 to 365")]
    BadTerm(u16),
    #[error("the bounds are wrong")]
    BadRange,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    category: Vec<RawCategory>,
    #[serde(default)]
    attribute: BTreeMap<String, RawAttribute>,
    #[serde(default)]
    makes: BTreeMap<String, RawMakes>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCategory {
    id: String,
    parent: Option<String>,
    icon: String,
    names: Names,
    #[serde(default)]
    slugs: RawSlugs,
    term_days: Option<u16>,
    condition: Option<bool>,
    prices: Option<Vec<PriceKind>>,
    #[serde(default)]
    forbidden_words: Vec<String>,
    #[serde(default)]
    attributes: Vec<AttributeUse>,
    #[serde(default)]
    without: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSlugs {
    sr: Option<String>,
    ru: Option<String>,
    en: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAttribute {
    names: Names,
    kind: String,
    unit: Option<Names>,
    min: Option<f64>,
    max: Option<f64>,
    decimals: Option<u8>,
    max_chars: Option<u16>,
    #[serde(default)]
    options: Vec<RawChoice>,
    makes: Option<String>,
    depends_on: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChoice {
    key: String,
    name: Names,
    hex: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMakes {
    /// Every make that has models has this one too.
    other_model: Names,
    make: BTreeMap<String, RawMake>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMake {
    name: Names,
    models: Vec<String>,
}

/// One string for all languages (a brand, a measure), or one for each.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Names {
    Same(String),
    Each(LocalText),
}

impl From<Names> for LocalText {
    fn from(names: Names) -> Self {
        match names {
            Names::Same(text) => Self::same(&text),
            Names::Each(text) => text,
        }
    }
}

impl From<RawChoice> for Choice {
    fn from(raw: RawChoice) -> Self {
        Self { key: raw.key, name: raw.name.into(), hex: raw.hex }
    }
}

impl Taxonomy {
    /// Reads the files (name and text of each); their order is the order of the categories in them.
    ///
    /// # Errors
    /// The first mistake, with the file, the place in it and the value.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, TaxonomyError> {
        let mut origin: BTreeMap<String, &str> = BTreeMap::new();
        let (mut seeds, mut raw_attributes, mut makes) = (Vec::new(), Vec::new(), BTreeMap::new());
        for &(name, text) in files {
            let fail = |at: &str, mistake| TaxonomyError { file: name.to_owned(), at: at.to_owned(), mistake };
            let file: File = toml::from_str(text).map_err(|error| {
                let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                fail(&format!("line {line}"), TaxonomyMistake::Syntax(error.message().to_owned()))
            })?;
            for raw in file.category {
                if origin.insert(format!("category {}", raw.id), name).is_some() {
                    return Err(fail(&raw.id, TaxonomyMistake::DuplicateCategory));
                }
                seeds.push(Seed::from(raw));
            }
            for (key, raw) in file.attribute {
                if origin.insert(format!("attribute {key}"), name).is_some() {
                    return Err(fail(&key, TaxonomyMistake::DuplicateAttribute));
                }
                raw_attributes.push((key, raw));
            }
            for (key, raw) in file.makes {
                if makes.contains_key(&key) {
                    return Err(fail(&key, TaxonomyMistake::DuplicateMakes));
                }
                makes.insert(key, Makes::from(raw));
            }
        }
        let locate = |at: String, mistake| {
            let file = ["category", "attribute"].iter().find_map(|kind| origin.get(&format!("{kind} {at}")));
            TaxonomyError { file: file.copied().unwrap_or("taxonomy").to_owned(), at, mistake }
        };
        let mut attributes = Vec::with_capacity(raw_attributes.len());
        for (key, raw) in raw_attributes {
            let names = raw.names.clone().into();
            let kind = kind(raw, &makes).map_err(|mistake| locate(key.clone(), mistake))?;
            attributes.push(Attribute { key, names, kind });
        }
        Self::grow(seeds, attributes).map_err(|(at, mistake)| locate(at, mistake))
    }
}

impl From<RawCategory> for Seed {
    fn from(raw: RawCategory) -> Self {
        Self {
            id: raw.id,
            parent: raw.parent,
            icon: raw.icon,
            names: raw.names.into(),
            slugs: Slugs { sr: raw.slugs.sr, ru: raw.slugs.ru, en: raw.slugs.en },
            term_days: raw.term_days,
            condition: raw.condition,
            prices: raw.prices,
            forbidden_words: raw.forbidden_words,
            attributes: raw.attributes,
            without: raw.without,
        }
    }
}

#[derive(Debug, Clone)]
struct Makes {
    options: Vec<Choice>,
    models: BTreeMap<String, Vec<Choice>>,
}

impl From<RawMakes> for Makes {
    fn from(raw: RawMakes) -> Self {
        let other = Choice { key: "other".to_owned(), name: raw.other_model.into(), hex: None };
        let mut options = Vec::with_capacity(raw.make.len());
        let mut models = BTreeMap::new();
        for (key, make) in raw.make {
            let mut list: Vec<Choice> = make
                .models
                .iter()
                .map(|name| Choice { key: slug(name), name: LocalText::same(name), hex: None })
                .collect();
            if !list.is_empty() {
                list.push(other.clone());
            }
            options.push(Choice { key: key.clone(), name: make.name.into(), hex: None });
            models.insert(key, list);
        }
        options.sort_by_key(|option| (option.key == "other", option.name.sr.to_lowercase()));
        Self { options, models }
    }
}

fn kind(raw: RawAttribute, makes: &BTreeMap<String, Makes>) -> Result<AttributeKind, TaxonomyMistake> {
    let name = raw.kind;
    let missing = |field| TaxonomyMistake::MissingField { kind: name.clone(), field };
    let set = || {
        let set = raw.makes.as_deref().ok_or_else(|| missing("makes"))?;
        makes.get(set).ok_or_else(|| TaxonomyMistake::UnknownMakes(set.to_owned()))
    };
    let whole = |bound: Option<f64>, field| match bound {
        // Exact: the bounds in the files are far below 2^53.
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => Ok(value as i64),
        Some(_) => Err(TaxonomyMistake::BadRange),
        None => Err(missing(field)),
    };
    let options = || raw.options.into_iter().map(Choice::from).collect();
    Ok(match name.as_str() {
        "text" => AttributeKind::Text { max_chars: raw.max_chars.ok_or_else(|| missing("max_chars"))? },
        "number" => AttributeKind::Number {
            unit: raw.unit.map(LocalText::from),
            min: raw.min.ok_or_else(|| missing("min"))?,
            max: raw.max.ok_or_else(|| missing("max"))?,
            decimals: raw.decimals.unwrap_or(0),
        },
        "integer" => AttributeKind::Integer {
            unit: raw.unit.map(LocalText::from),
            min: whole(raw.min, "min")?,
            max: whole(raw.max, "max")?,
        },
        "boolean" => AttributeKind::Boolean,
        "date" => AttributeKind::Date,
        "year" => AttributeKind::Year { min: whole(raw.min, "min")?, max: whole(raw.max.or(Some(2100.0)), "max")? },
        "choice" => AttributeKind::Choice { options: options() },
        "choices" => AttributeKind::Choices { options: options() },
        "colour" => AttributeKind::Colour { options: options() },
        "size" => AttributeKind::Size { options: options() },
        "make" => AttributeKind::Make { options: set()?.options.clone() },
        "model" => AttributeKind::Model {
            models: set()?.models.clone(),
            depends_on: raw.depends_on.clone().ok_or_else(|| missing("depends_on"))?,
        },
        _ => return Err(TaxonomyMistake::UnknownKind(name)),
    })
}
