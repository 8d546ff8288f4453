//! The mapping file: which column becomes which field, and what becomes of values that do not fit. docs/import.md explains it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;
use serde::Deserialize;
use svetu_kernel::{Currency, Language};

use crate::{
    error::MappingError,
    parse::{Conversion, Decimal, DecimalMark, PriceRules, PriceWord, Transform},
    read::Format,
};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[serde(default)]
    pub file: FileSpec,
    pub key: KeySpec,
    /// Rows that are not ads of ours.
    #[serde(default)]
    pub skip: Vec<SkipSpec>,
    pub fields: Fields,
    /// By key of the taxonomy.
    #[serde(default)]
    pub attributes: BTreeMap<String, Spec>,
    #[serde(default)]
    pub contact: ContactSpec,
    #[serde(default)]
    pub seller: SellerSpec,
    /// Of `fields.price`, made ready.
    #[serde(skip)]
    pub price_rules: PriceRules,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileSpec {
    pub format: Option<Format>,
    pub encoding: Option<EncodingName>,
    pub delimiter: Option<Delimiter>,
    /// JSON: path of the array. XML: the element of an ad.
    pub rows: Option<String>,
    pub rows_max: u64,
    /// How numbers are written; none: told by their look.
    pub decimal: Option<DecimalMark>,
    pub time_zone: Zone,
}

impl Default for FileSpec {
    fn default() -> Self {
        Self {
            format: None,
            encoding: None,
            delimiter: None,
            rows: None,
            rows_max: 5_000_000,
            decimal: None,
            time_zone: Zone(chrono_tz::Europe::Belgrade),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct EncodingName(pub &'static encoding_rs::Encoding);

impl TryFrom<String> for EncodingName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(Self).ok_or_else(|| {
            format!("«{name}» is no encoding; such as utf-8, windows-1250, windows-1251, windows-1252, utf-16le")
        })
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Delimiter(pub u8);

impl TryFrom<String> for Delimiter {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => Ok(Self(*byte)),
            _ if text == "tab" => Ok(Self(b'\t')),
            _ => Err(format!("«{text}» is no delimiter: one character such as \";\", or \"tab\"")),
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Zone(pub Tz);

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map(Self).map_err(|_| format!("«{name}» is no time zone; such as Europe/Belgrade"))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(pub regex::Regex);

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        regex::RegexBuilder::new(&text)
            .case_insensitive(true)
            .size_limit(1 << 20)
            .build()
            .map(Self)
            .map_err(|error| format!("«{text}» is no regular expression: {error}"))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Columns {
    One(String),
    Several(Vec<String>),
}

impl Columns {
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// What makes a row that row: the same key again is the same ad.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySpec {
    /// One column, or several together where none alone is unique.
    pub column: Columns,
    /// Before each key, to tell one shop's files apart: `shop:`.
    #[serde(default)]
    pub prefix: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipSpec {
    pub column: String,
    /// Any of these, in any case.
    pub is: Vec<String>,
    pub reason: String,
}

/// What becomes of a value that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// The row goes to the error file.
    #[default]
    Refuse,
    /// The field stays empty; the summary counts it.
    Skip,
    /// `default` is taken; the summary counts it.
    Default,
    /// The value itself is taken, unmapped.
    Keep,
}

/// Where a value comes from and what is done to it, in this order: column, template or value; ignore; extract; transform; map.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// The first of these that is not empty.
    pub column: Option<Columns>,
    /// `{brand} {model}`: values of columns within a text.
    pub template: Option<String>,
    /// The same for every row.
    pub value: Option<Scalar>,
    /// Where it is empty.
    pub default: Option<Scalar>,
    /// Values that mean nothing: `["0", "n/a"]`.
    pub ignore: Vec<String>,
    /// A regular expression; its first group, or all of its match, is the value. No match: empty.
    pub extract: Option<Pattern>,
    pub transform: Vec<Transform>,
    /// Tried one after the other before `map`: the first that matches gives the value.
    pub patterns: Vec<PatternSpec>,
    /// Value of the file → value of ours, in any case.
    pub map: BTreeMap<String, Scalar>,
    pub otherwise: Otherwise,
    /// Where several values stand in one cell.
    pub split: Option<String>,
    /// Of text: cut between words.
    pub max_chars: Option<usize>,
    /// An empty value refuses the row.
    pub required: bool,
    /// Of numbers; goes before that of `[file]`.
    pub decimal: Option<DecimalMark>,
    /// Of numbers and of the price (in whole units of its currency).
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Of dates: strftime, before the forms that are known: `%m/%d/%Y`.
    pub dates: Vec<String>,
    /// Attributes only.
    pub form: Option<AttributeForm>,
    /// Attributes only: `power_kw` from PS is 0.7355.
    pub multiply: Option<f64>,
    /// Photos only: before each relative path or address.
    pub base: Option<String>,
    /// From here on the price only. Where the cell names no currency.
    pub currency: Option<Currency>,
    /// Foreign signs: `"$" = "EUR"` reads it as euro, `"₽" = { to = "RSD", rate = "1.30" }` converts.
    pub currencies: BTreeMap<String, CurrencySpec>,
    /// Further words: `"VB" = "agreement"`.
    pub words: BTreeMap<String, PriceWord>,
    /// A price of nothing: refused without this.
    pub zero: Option<PriceWord>,
    /// A price beyond `min` and `max`: refused without this.
    pub outside: Option<PriceWord>,
    /// An empty cell: refused without this.
    pub missing: Option<PriceWord>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternSpec {
    pub matches: Pattern,
    pub value: Scalar,
}

/// Text, number or yes and no in the mapping.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

impl std::fmt::Display for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(yes) => write!(f, "{yes}"),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    pub title: Spec,
    #[serde(default)]
    pub description: Spec,
    pub category: Spec,
    pub price: Spec,
    #[serde(default)]
    pub condition: Spec,
    #[serde(default)]
    pub place: Spec,
    /// Looked up before the name.
    #[serde(default)]
    pub postal_code: Spec,
    #[serde(default)]
    pub latitude: Spec,
    #[serde(default)]
    pub longitude: Spec,
    #[serde(default)]
    pub photos: Spec,
    #[serde(default)]
    pub delivery: Spec,
    #[serde(default)]
    pub language: Spec,
    #[serde(default)]
    pub created_at: Spec,
    /// A JSON object of attributes in one column, as `svetu export` writes them.
    #[serde(default)]
    pub attributes: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum CurrencySpec {
    As(Currency),
    Converted { to: Currency, rate: Scalar },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeForm {
    /// Text, and the key of a choice, colour, size, make or model.
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
    /// A list of keys.
    Choices,
    /// `2026-05-31`
    Date,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactSpec {
    pub phone: Spec,
    pub show_phone: bool,
    pub viber: bool,
    pub whatsapp: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SellerSpec {
    pub key: Spec,
    pub name: Spec,
    /// `person` or `trader`.
    pub kind: Spec,
}

impl Spec {
    pub const fn is_set(&self) -> bool {
        self.column.is_some() || self.template.is_some() || self.value.is_some() || self.default.is_some()
    }

    /// A key that says nothing about this field.
    fn misplaced(&self, key: &str) -> Option<&'static str> {
        let price = key == "fields.price";
        let attribute = key.starts_with("attributes.");
        let date = attribute || key == "fields.created_at";
        [
            ("decimal", self.decimal.is_some(), price || attribute),
            ("min", self.min.is_some(), price || attribute),
            ("max", self.max.is_some(), price || attribute),
            ("dates", !self.dates.is_empty(), date),
            ("form", self.form.is_some(), attribute),
            ("multiply", self.multiply.is_some(), attribute),
            ("base", self.base.is_some(), key == "fields.photos"),
            ("currency", self.currency.is_some(), price),
            ("currencies", !self.currencies.is_empty(), price),
            ("words", !self.words.is_empty(), price),
            ("zero", self.zero.is_some(), price),
            ("outside", self.outside.is_some(), price),
            ("missing", self.missing.is_some(), price),
        ]
        .into_iter()
        .find_map(|(name, set, fits)| (set && !fits).then_some(name))
    }

    /// Columns that it reads.
    pub fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = self.column.iter().flat_map(|columns| columns.names().to_vec()).collect();
        if let Some(template) = &self.template {
            columns.extend(template_columns(template).map(str::to_owned));
        }
        columns
    }
}

/// Names between braces.
pub fn template_columns(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

impl Mapping {
    pub fn load(path: &Path) -> Result<Self, MappingError> {
        let text = std::fs::read_to_string(path).map_err(|error| MappingError {
            file: path.to_path_buf(),
            line: 1,
            key: "the file".to_owned(),
            message: error.to_string(),
        })?;
        Self::parse(path, &text)
    }

    /// `file` is what errors name.
    pub fn parse(file: &Path, text: &str) -> Result<Self, MappingError> {
        let mut mapping: Self = toml::from_str(text).map_err(|error| syntax(file, text, &error))?;
        let fault = |key: &str, message: String| MappingError {
            file: PathBuf::from(file),
            line: line_of_key(text, key),
            key: key.to_owned(),
            message,
        };
        mapping.check(&fault)?;
        mapping.price_rules = rules(&mapping.fields.price, mapping.file.decimal)
            .map_err(|(sign, message)| fault(&format!("fields.price.currencies.{sign}"), message))?;
        Ok(mapping)
    }

    /// Every value's source, by the mapping's key.
    pub fn specs(&self) -> Vec<(String, &Spec)> {
        let fields = &self.fields;
        let mut specs: Vec<(String, &Spec)> = vec![
            ("fields.title".to_owned(), &fields.title),
            ("fields.description".to_owned(), &fields.description),
            ("fields.category".to_owned(), &fields.category),
            ("fields.price".to_owned(), &fields.price),
            ("fields.condition".to_owned(), &fields.condition),
            ("fields.place".to_owned(), &fields.place),
            ("fields.postal_code".to_owned(), &fields.postal_code),
            ("fields.latitude".to_owned(), &fields.latitude),
            ("fields.longitude".to_owned(), &fields.longitude),
            ("fields.photos".to_owned(), &fields.photos),
            ("fields.delivery".to_owned(), &fields.delivery),
            ("fields.language".to_owned(), &fields.language),
            ("fields.created_at".to_owned(), &fields.created_at),
            ("contact.phone".to_owned(), &self.contact.phone),
            ("seller.key".to_owned(), &self.seller.key),
            ("seller.name".to_owned(), &self.seller.name),
            ("seller.kind".to_owned(), &self.seller.kind),
        ];
        specs.extend(self.attributes.iter().map(|(key, attribute)| (format!("attributes.{key}"), attribute)));
        specs
    }

    /// Columns that the mapping names, with the key that names them.
    pub fn columns(&self) -> Vec<(String, String)> {
        let mut columns: Vec<(String, String)> =
            self.key.column.names().iter().map(|column| (column.clone(), "key.column".to_owned())).collect();
        columns.extend(self.skip.iter().map(|skip| (skip.column.clone(), "skip.column".to_owned())));
        columns.extend(self.fields.attributes.iter().map(|column| (column.clone(), "fields.attributes".to_owned())));
        for (key, spec) in self.specs() {
            columns.extend(spec.columns().into_iter().map(|column| (column, key.clone())));
        }
        columns
    }

    fn check(&mut self, fault: &dyn Fn(&str, String) -> MappingError) -> Result<(), MappingError> {
        if self.key.column.names().is_empty() {
            return Err(fault("key.column", "needs at least one column".to_owned()));
        }
        for (key, spec) in self.specs() {
            let sources = [spec.column.is_some(), spec.template.is_some(), spec.value.is_some()];
            if sources.into_iter().filter(|set| *set).count() > 1 {
                return Err(fault(&key, "only one of column, template and value".to_owned()));
            }
            if matches!(key.as_str(), "fields.title" | "fields.category") && !spec.is_set() {
                return Err(fault(&key, "needs column, template or value".to_owned()));
            }
            if spec.otherwise == Otherwise::Default && spec.default.is_none() {
                return Err(fault(&key, "otherwise = \"default\" needs default".to_owned()));
            }
            if let Some(misplaced) = spec.misplaced(&key) {
                return Err(fault(&key, format!("{misplaced} has no meaning here")));
            }
            if spec.split.as_ref().is_some_and(String::is_empty) {
                return Err(fault(&key, "split must not be empty".to_owned()));
            }
        }
        for (key, forms) in self
            .attributes
            .iter()
            .map(|(key, attribute)| (format!("attributes.{key}"), &attribute.dates))
            .chain([("fields.created_at".to_owned(), &self.fields.created_at.dates)])
        {
            for form in forms {
                if chrono::format::StrftimeItems::new(form).any(|item| matches!(item, chrono::format::Item::Error)) {
                    return Err(fault(&key, format!("«{form}» is no form of a date; such as %d.%m.%Y")));
                }
            }
        }
        // Values of the file are compared in lower case.
        let lower = |map: &mut BTreeMap<String, Scalar>| {
            *map = std::mem::take(map).into_iter().map(|(from, to)| (from.trim().to_lowercase(), to)).collect();
        };
        let fields = &mut self.fields;
        for spec in [
            &mut fields.title,
            &mut fields.description,
            &mut fields.category,
            &mut fields.price,
            &mut fields.condition,
            &mut fields.place,
            &mut fields.postal_code,
            &mut fields.latitude,
            &mut fields.longitude,
            &mut fields.photos,
            &mut fields.delivery,
            &mut fields.language,
            &mut fields.created_at,
            &mut self.contact.phone,
            &mut self.seller.key,
            &mut self.seller.name,
            &mut self.seller.kind,
        ] {
            lower(&mut spec.map);
        }
        for attribute in self.attributes.values_mut() {
            lower(&mut attribute.map);
        }
        for language in self.fields.language.value.iter().chain(self.fields.language.map.values()) {
            if language.to_string().parse::<Language>().is_err() {
                return Err(fault("fields.language", format!("«{language}» is not sr-Latn, sr-Cyrl, ru or en")));
            }
        }
        Ok(())
    }
}

fn rules(price: &Spec, decimal: Option<DecimalMark>) -> Result<PriceRules, (String, String)> {
    let mut conversions = BTreeMap::new();
    for (sign, spec) in &price.currencies {
        let conversion = match spec {
            CurrencySpec::As(to) => Conversion { to: *to, rate: Decimal { unscaled: 1, scale: 0 } },
            CurrencySpec::Converted { to, rate } => {
                let rate = Decimal::plain(&rate.to_string())
                    .filter(|rate| rate.unscaled > 0)
                    .ok_or_else(|| (sign.clone(), format!("«{rate}» is no rate; such as \"0.92\"")))?;
                Conversion { to: *to, rate }
            }
        };
        conversions.insert(sign.to_lowercase(), conversion);
    }
    Ok(PriceRules {
        decimal: price.decimal.or(decimal),
        currency: price.currency,
        conversions,
        words: price.words.iter().map(|(text, word)| (text.to_lowercase(), *word)).collect(),
    })
}

fn syntax(file: &Path, text: &str, error: &toml::de::Error) -> MappingError {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() as u64 + 1;
    let written = text.lines().nth(usize::try_from(line - 1).unwrap_or(0)).unwrap_or_default().trim();
    let key = written.split('=').next().unwrap_or_default().trim().trim_matches(['[', ']']);
    let table = before.lines().rev().find(|line| line.trim_start().starts_with('['));
    let table = table.map(|line| line.trim().trim_matches(['[', ']']).to_owned()).unwrap_or_default();
    let key = match (table.is_empty(), key.is_empty() || written.starts_with('[')) {
        (_, true) if !key.is_empty() => key.to_owned(),
        (true, _) => key.to_owned(),
        (false, true) => table,
        (false, false) => format!("{table}.{key}"),
    };
    let shown = written.split_once('=').map(|(_, value)| format!(" (written: {})", value.trim())).unwrap_or_default();
    MappingError {
        file: file.to_path_buf(),
        line,
        key: if key.is_empty() { "the mapping".to_owned() } else { key },
        message: format!("{}{shown}", error.message().replace('\n', "; ")),
    }
}

/// Where a key stands: its table's heading, else its last part that begins a line.
fn line_of_key(text: &str, key: &str) -> u64 {
    let heading = format!("[{key}]");
    let begins = |line: &str, part: &str| {
        line.trim_start().strip_prefix(part).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
    };
    let found = text
        .lines()
        .position(|line| line.trim() == heading)
        .or_else(|| key.rsplit('.').find_map(|part| text.lines().position(|line| begins(line, part))));
    found.map_or(1, |line| line as u64 + 1)
}
