//! One row through the mapping: an ad in our terms, or everything that is wrong with it.

use std::collections::BTreeMap;

use serde_json::Value;
use svetu_contracts::{
    geo::Point,
    listings::{Condition, ContactOptions, Delivery, Price, SellerKind},
};
use svetu_kernel::{Language, Timestamp};

use crate::{
    draft::{Draft, FeedRow, PlaceRef, RowProblem, SellerRef},
    mapping::{AttributeForm, Mapping, Otherwise, Spec},
    parse::{PriceError, cut_words, parse_boolean, parse_day, parse_moment, parse_number, parse_price},
    row::RawRow,
};

pub const PHOTOS_MAX: usize = 20;
const KEY_CHARS_MAX: usize = 200;
const TEXT_CHARS_MAX: usize = 10_000;
const VALUES_OF_FIELD_MAX: usize = 100;

/// A row's way through the mapping.
struct Work<'a> {
    row: &'a RawRow,
    mapping: &'a Mapping,
    problems: Vec<RowProblem>,
    skipped: Vec<(String, String)>,
}

/// A value with where it came from.
struct Found {
    column: String,
    text: String,
}

/// Why a value cannot be used.
struct Unusable {
    reason: &'static str,
    hint: String,
}

impl Unusable {
    fn new(reason: &'static str, hint: impl Into<String>) -> Self {
        Self { reason, hint: hint.into() }
    }
}

/// The reason of the mapping for not taking the row at all, else its ad or its problems (never none).
pub fn apply(mapping: &Mapping, row: &RawRow) -> Result<FeedRow, Vec<RowProblem>> {
    let mut work = Work { row, mapping, problems: Vec::new(), skipped: Vec::new() };
    if let Some(problem) = work.excluded() {
        return Err(vec![problem]);
    }
    let source_key = work.source_key();
    let draft = work.draft();
    match (source_key, draft) {
        (Some(source_key), Some(draft)) if work.problems.is_empty() => {
            Ok(FeedRow { line: row.line, source_key, draft, skipped: work.skipped })
        }
        _ => Err(work.problems),
    }
}

impl Work<'_> {
    fn refuse(&mut self, column: impl Into<String>, value: &str, reason: &'static str, hint: impl Into<String>) {
        self.problems.push(RowProblem {
            line: self.row.line,
            column: column.into(),
            value: RawRow::shown(value).into_owned(),
            reason,
            hint: hint.into(),
        });
    }

    fn excluded(&self) -> Option<RowProblem> {
        self.mapping.skip.iter().find_map(|skip| {
            let value = self.row.first(&skip.column).unwrap_or_default();
            let excluded = skip.is.iter().any(|is| is.trim().to_lowercase() == value.to_lowercase());
            excluded.then(|| RowProblem {
                line: self.row.line,
                column: skip.column.clone(),
                value: RawRow::shown(value).into_owned(),
                reason: "row.excluded",
                hint: skip.reason.clone(),
            })
        })
    }

    fn source_key(&mut self) -> Option<String> {
        let columns = self.mapping.key.column.names();
        let parts: Vec<&str> = columns.iter().map(|column| self.row.first(column).unwrap_or_default()).collect();
        if parts.iter().all(|part| part.is_empty()) {
            let hint = "every ad needs a key that stays the same from file to file";
            self.refuse(columns.join(" + "), "", "key.missing", hint);
            return None;
        }
        let whole = format!("{}{}", self.mapping.key.prefix, parts.join("|"));
        if whole.chars().count() <= KEY_CHARS_MAX && !whole.contains(char::REPLACEMENT_CHARACTER) {
            return Some(whole);
        }
        let kept: String = whole.chars().take(KEY_CHARS_MAX - 33).collect();
        let hash = blake3::hash(whole.as_bytes()).to_hex();
        Some(format!("{kept}#{}", &hash[..32]))
    }

    fn draft(&mut self) -> Option<Draft> {
        let fields = &self.mapping.fields;
        let title = self.text("title", &fields.title);
        if title.is_none() && !self.failed("title", &fields.title) {
            self.refuse(first_column("title", &fields.title), "", "title.missing", "an ad needs a title");
        }
        let description = self.text("description", &fields.description).unwrap_or_default();
        let category = self.one("category", &fields.category, |text| Ok(text.to_owned()));
        if category.is_none() && !self.failed("category", &fields.category) {
            self.refuse(first_column("category", &fields.category), "", "category.missing", "an ad needs a category");
        }
        let price = self.price();
        let condition = self.one("condition", &fields.condition, condition);
        let language = self.one("language", &fields.language, |text| {
            text.parse::<Language>().map_err(|_| Unusable::new("language.unknown", "sr-Latn, sr-Cyrl, ru or en"))
        });
        let place = PlaceRef {
            postal_code: self.one("postal_code", &fields.postal_code, |text| Ok(text.to_owned())),
            name: self.one("place", &fields.place, |text| Ok(text.to_owned())),
        };
        let point = self.point();
        let delivery = self.many("delivery", &fields.delivery, delivery);
        let zone = self.mapping.file.time_zone.0;
        let created_at: Option<Timestamp> = self.one("created_at", &fields.created_at, |text| {
            parse_moment(text, &fields.created_at.dates, zone).map_err(|error| {
                Unusable::new("date.invalid", format!("{error}; dates = [\"%d.%m.%Y\"] gives its form"))
            })
        });
        let photos = self.photos();
        let contact = self.contact();
        let seller = SellerRef {
            key: self.one("seller.key", &self.mapping.seller.key, |text| Ok(text.to_owned())),
            name: self.one("seller.name", &self.mapping.seller.name, |text| Ok(cut_words(text, 100))),
            kind: self.one("seller.kind", &self.mapping.seller.kind, seller_kind),
        };
        let attributes = self.attributes();
        let (Some(title), Some(category), Some(price)) = (title, category, price) else { return None };
        for (field, text) in [("title", &title), ("description", &description)] {
            if text.contains(char::REPLACEMENT_CHARACTER) {
                let hint = "letters were lost: set encoding in [file] of the mapping (windows-1250, windows-1251, windows-1252)";
                self.refuse(field, text, "encoding.wrong", hint);
            }
        }
        Some(Draft {
            category,
            title,
            description,
            language,
            price,
            condition,
            attributes,
            place,
            point,
            delivery,
            contact,
            photos,
            created_at,
            seller,
        })
    }

    /// A problem of this field was already noted.
    fn failed(&self, field: &str, spec: &Spec) -> bool {
        let columns = spec.columns();
        self.problems.iter().any(|problem| problem.column == field || columns.contains(&problem.column))
    }

    /// Values as the file has them, before they are mapped: split, extracted, transformed, empty and ignored ones left out.
    fn raw(&self, field: &str, spec: &Spec) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        if let Some(columns) = &spec.column {
            for column in columns.names() {
                let values = self.row.all(column);
                if !values.is_empty() {
                    found = values
                        .into_iter()
                        .map(|text| Found { column: column.clone(), text: text.to_owned() })
                        .collect();
                    break;
                }
            }
        } else if let Some(template) = &spec.template {
            found.push(Found { column: field.to_owned(), text: self.filled(template) });
        } else if let Some(value) = &spec.value {
            found.push(Found { column: field.to_owned(), text: value.to_string() });
        }
        let split = found.into_iter().flat_map(|one| match &spec.split {
            None => vec![one],
            Some(separator) => one
                .text
                .split(separator.as_str())
                .map(|part| Found { column: one.column.clone(), text: part.to_owned() })
                .collect(),
        });
        split
            .filter_map(|mut one| {
                if let Some(pattern) = &spec.extract {
                    let captures = pattern.0.captures(&one.text)?;
                    one.text = captures.get(1).or_else(|| captures.get(0))?.as_str().to_owned();
                }
                for transform in &spec.transform {
                    one.text = transform.apply(&one.text);
                }
                one.text = one.text.trim().to_owned();
                let ignored = spec.ignore.iter().any(|ignored| ignored.eq_ignore_ascii_case(&one.text));
                (!one.text.is_empty() && !ignored).then_some(one)
            })
            .take(VALUES_OF_FIELD_MAX)
            .collect()
    }

    fn filled(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((column, behind)) = after.split_once('}') else { break };
            text.push_str(self.row.first(column).unwrap_or_default());
            rest = behind;
        }
        text.push_str(rest);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The mapped value, or the value itself where there is no map.
    fn mapped(spec: &Spec, text: &str) -> Result<String, Unusable> {
        if let Some(pattern) = spec.patterns.iter().find(|pattern| pattern.matches.0.is_match(text)) {
            return Ok(pattern.value.to_string());
        }
        if spec.map.is_empty() && spec.patterns.is_empty() {
            return Ok(text.to_owned());
        }
        match spec.map.get(&text.to_lowercase()) {
            Some(to) => Ok(to.to_string()),
            None if spec.otherwise == Otherwise::Keep => Ok(text.to_owned()),
            None => Err(Unusable::new(
                "value.unmapped",
                "add the value to map, or choose otherwise = \"skip\", \"default\" or \"keep\"",
            )),
        }
    }

    fn many<T>(&mut self, field: &str, spec: &Spec, read: impl Fn(&str) -> Result<T, Unusable>) -> Vec<T> {
        let mut values = Vec::new();
        let (mut unusable, mut dropped) = (false, false);
        let found = self.raw(field, spec);
        let empty = found.is_empty();
        for one in found {
            // An empty result of a map means: this value says nothing.
            match Self::mapped(spec, &one.text)
                .and_then(|text| if text.is_empty() { Ok(None) } else { read(&text).map(Some) })
            {
                Ok(value) => values.extend(value),
                Err(why) if matches!(spec.otherwise, Otherwise::Refuse | Otherwise::Keep) => {
                    self.refuse(one.column, &one.text, why.reason, why.hint);
                    unusable = true;
                }
                Err(_) => {
                    dropped = true;
                    self.skipped.push((field.to_owned(), RawRow::shown(&one.text).into_owned()));
                }
            }
        }
        let defaulted = empty || (dropped && spec.otherwise == Otherwise::Default);
        if values.is_empty() && !unusable {
            if let Some(default) = spec.default.as_ref().filter(|_| defaulted) {
                match read(&default.to_string()) {
                    Ok(value) => values.push(value),
                    Err(why) => {
                        self.refuse(field, &default.to_string(), why.reason, format!("the default: {}", why.hint))
                    }
                }
            } else if spec.required && empty {
                self.refuse(first_column(field, spec), "", "value.missing", "the mapping requires it");
            }
        }
        values
    }

    fn one<T>(&mut self, field: &str, spec: &Spec, read: impl Fn(&str) -> Result<T, Unusable>) -> Option<T> {
        self.many(field, spec, read).into_iter().next()
    }

    fn text(&mut self, field: &str, spec: &Spec) -> Option<String> {
        let chars_max = spec.max_chars.unwrap_or(TEXT_CHARS_MAX);
        let whole = self.one(field, spec, |text| Ok(text.to_owned()))?;
        Some(cut_words(&whole, chars_max))
    }

    fn price(&mut self) -> Option<Price> {
        let spec = &self.mapping.fields.price;
        let rules = &self.mapping.price_rules;
        let found = self.raw("price", spec).into_iter().next();
        let Some(found) = found else {
            if let Some(default) = &spec.default
                && let Ok(price) = parse_price(&default.to_string(), rules)
            {
                return Some(price);
            }
            if spec.missing.is_none() {
                let hint = "missing = \"agreement\" in [fields.price] takes such rows";
                self.refuse(first_column("price", spec), "", "price.missing", hint);
            }
            return spec.missing.map(crate::parse::PriceWord::price);
        };
        let text = match Self::mapped(spec, &found.text) {
            Ok(text) => text,
            Err(_) => found.text.clone(),
        };
        let (reason, hint) = match parse_price(&text, rules) {
            Ok(Price::Fixed { amount_minor: 0, .. }) => match spec.zero {
                Some(word) => return Some(word.price()),
                None => (
                    "price.zero",
                    "zero = \"agreement\", \"free\" or \"contact\" in [fields.price] says what it means".to_owned(),
                ),
            },
            Ok(price @ Price::Fixed { amount_minor, currency }) => {
                // A bound needs no exactness beyond a double's.
                #[allow(clippy::cast_precision_loss, reason = "only compared with a bound")]
                let whole = amount_minor as f64 / currency.minor_per_unit() as f64;
                let outside = spec.min.is_some_and(|min| whole < min) || spec.max.is_some_and(|max| whole > max);
                match (outside, spec.outside) {
                    (false, _) => return Some(price),
                    (true, Some(word)) => {
                        self.skipped.push(("price".to_owned(), RawRow::shown(&found.text).into_owned()));
                        return Some(word.price());
                    }
                    (true, None) => (
                        "price.outside",
                        "it is not between min and max of [fields.price]; outside = \"agreement\" takes such rows"
                            .to_owned(),
                    ),
                }
            }
            Ok(price @ (Price::Agreement | Price::Free | Price::Contact)) => return Some(price),
            Err(error) => {
                let hint = match &error {
                    PriceError::Currency(sign) => {
                        format!(
                            "{error}; \"{sign}\" = {{ to = \"EUR\", rate = \"…\" }} in [fields.price.currencies] converts it"
                        )
                    }
                    PriceError::NoCurrency => format!("{error}; set currency in [fields.price]"),
                    PriceError::Number(_) => {
                        format!(
                            "{error}; a word for no price goes to [fields.price.words], decimal says how numbers are written"
                        )
                    }
                    PriceError::Negative | PriceError::Range => error.to_string(),
                };
                let reason = match error {
                    PriceError::Currency(_) | PriceError::NoCurrency => "price.currency",
                    PriceError::Number(_) | PriceError::Negative | PriceError::Range => "price.invalid",
                };
                (reason, hint)
            }
        };
        self.refuse(found.column, &found.text, reason, hint);
        None
    }

    fn point(&mut self) -> Option<Point> {
        let degrees = |max: f64| {
            move |text: &str| {
                text.replace(',', ".")
                    .parse::<f64>()
                    .ok()
                    .filter(|degrees| degrees.abs() <= max)
                    .ok_or_else(|| Unusable::new("point.invalid", format!("degrees from -{max} to {max}")))
            }
        };
        let lat = self.one("latitude", &self.mapping.fields.latitude, degrees(90.0));
        let lon = self.one("longitude", &self.mapping.fields.longitude, degrees(180.0));
        Some(Point { lat: lat?, lon: lon? })
    }

    fn photos(&mut self) -> Vec<String> {
        let spec = &self.mapping.fields.photos;
        let base = spec.base.clone().unwrap_or_default();
        let mut photos: Vec<String> = Vec::new();
        for photo in self.many("photos", spec, |text| Ok(text.to_owned())) {
            let whole = if photo.contains("://") || base.is_empty() { photo } else { format!("{base}{photo}") };
            if !photos.contains(&whole) {
                photos.push(whole);
            }
        }
        for extra in photos.split_off(photos.len().min(PHOTOS_MAX)) {
            self.skipped.push(("photos".to_owned(), RawRow::shown(&extra).into_owned()));
        }
        photos
    }

    fn contact(&mut self) -> ContactOptions {
        let spec = &self.mapping.contact;
        let phone = self.one("contact.phone", &spec.phone, |text| {
            crate::parse::phone_rs(text)
                .ok_or_else(|| Unusable::new("phone.invalid", "a number such as 064 123 4567 or +381641234567"))
        });
        ContactOptions { phone, show_phone: spec.show_phone, viber: spec.viber, whatsapp: spec.whatsapp }
    }

    fn attributes(&mut self) -> BTreeMap<String, Value> {
        let mut attributes = BTreeMap::new();
        if let Some(column) = &self.mapping.fields.attributes
            && let Some(text) = self.row.first(column)
        {
            match serde_json::from_str::<BTreeMap<String, Value>>(text) {
                Ok(all) => attributes.extend(all.into_iter().filter(|(_, value)| !value.is_null())),
                Err(_) => self.refuse(column.clone(), text, "attributes.json", "a JSON object: {\"year\": 2011}"),
            }
        }
        for (key, spec) in &self.mapping.attributes {
            let field = format!("attributes.{key}");
            let decimal = spec.decimal.or(self.mapping.file.decimal);
            let mut values = self.many(&field, spec, |text| attribute(spec, decimal, text));
            if spec.form == Some(AttributeForm::Choices) {
                values.dedup();
                if !values.is_empty() {
                    attributes.insert(key.clone(), Value::Array(values));
                }
            } else if let Some(value) = values.into_iter().next() {
                attributes.insert(key.clone(), value);
            }
        }
        attributes
    }
}

fn first_column(field: &str, spec: &Spec) -> String {
    spec.columns().into_iter().next().unwrap_or_else(|| field.to_owned())
}

fn attribute(spec: &Spec, decimal: Option<crate::parse::DecimalMark>, text: &str) -> Result<Value, Unusable> {
    match spec.form.unwrap_or_default() {
        AttributeForm::Text | AttributeForm::Choices => {
            Ok(Value::from(cut_words(text, spec.max_chars.unwrap_or(1_000))))
        }
        AttributeForm::Boolean => parse_boolean(text)
            .map(Value::from)
            .ok_or_else(|| Unusable::new("boolean.invalid", "yes or no, da or ne, 1 or 0")),
        AttributeForm::Date => parse_day(text, &spec.dates)
            .map(|day| Value::from(day.to_string()))
            .map_err(|error| Unusable::new("date.invalid", format!("{error}; dates = [\"%d.%m.%Y\"] gives its form"))),
        AttributeForm::Integer | AttributeForm::Number => {
            let written =
                parse_number(text, decimal).map_err(|error| Unusable::new("number.invalid", error.to_string()))?;
            let number = written.value.to_f64() * spec.multiply.unwrap_or(1.0);
            let below = spec.min.is_some_and(|min| number < min);
            if below || spec.max.is_some_and(|max| number > max) || !number.is_finite() {
                return Err(Unusable::new("number.outside", "it is not between min and max of the mapping"));
            }
            if spec.form == Some(AttributeForm::Number) {
                return Ok(Value::from((number * 1e6).round() / 1e6));
            }
            if spec.multiply.is_none() && !written.value.is_integer() {
                return Err(Unusable::new("number.whole", "a whole number; form = \"number\" takes fractions"));
            }
            // Beyond 2^53 a double is no exact integer any more; no attribute reaches that.
            if number.abs() > 9e15 {
                return Err(Unusable::new("number.outside", "it is out of range"));
            }
            #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
            Ok(Value::from(number.round() as i64))
        }
    }
}

fn condition(text: &str) -> Result<Condition, Unusable> {
    match text.to_lowercase().as_str() {
        "new" | "novo" | "ново" | "новое" | "neu" => Ok(Condition::New),
        "like_new" | "kao novo" | "као ново" | "как новое" | "nekorišćeno" => Ok(Condition::LikeNew),
        "used" | "polovno" | "половно" | "б/у" | "korišćeno" | "gebraucht" => Ok(Condition::Used),
        "for_parts" | "neispravno" | "za delove" | "на запчасти" | "defekt" => Ok(Condition::ForParts),
        _ => Err(Unusable::new("condition.unknown", "map it to new, like_new, used or for_parts")),
    }
}

fn delivery(text: &str) -> Result<Delivery, Unusable> {
    match text.to_lowercase().as_str() {
        "pickup" => Ok(Delivery::Pickup),
        "courier" => Ok(Delivery::Courier),
        "post" => Ok(Delivery::Post),
        "seller" => Ok(Delivery::Seller),
        _ => Err(Unusable::new("delivery.unknown", "map it to pickup, courier, post or seller")),
    }
}

fn seller_kind(text: &str) -> Result<SellerKind, Unusable> {
    match text.to_lowercase().as_str() {
        "person" => Ok(SellerKind::Person),
        "trader" => Ok(SellerKind::Trader),
        _ => Err(Unusable::new("seller.kind", "map it to person or trader")),
    }
}
