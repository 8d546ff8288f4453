//! How a reader sees what is stored: in their script, with their numbers and dates.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;
use svetu_contracts::{
    listings::ListingPlace,
    taxonomy::{Attribute, AttributeKind, Choice, Taxonomy},
};
use svetu_kernel::{Currency, Language, Money};
use svetu_text::{in_script, latin_to_cyrillic};

/// Names of places are Serbian; who reads Cyrillic sees them in Cyrillic.
pub fn place_names(place: &ListingPlace, reader: Language) -> (String, Option<String>) {
    match reader {
        Language::SrLatn | Language::En => (place.name.clone(), place.parent_name.clone()),
        Language::SrCyrl | Language::Ru => {
            (place.name_cyrl.clone(), place.parent_name.as_deref().map(latin_to_cyrillic))
        }
    }
}

/// A value as a reader sees it: with its unit, an option by its name. `values` are the ad's, for the make of a model.
pub fn attribute(
    attribute: &Attribute,
    value: &Value,
    values: &std::collections::BTreeMap<String, Value>,
    written: Language,
    reader: Language,
) -> String {
    let option = |options: &[Choice], key: &str| {
        let found = options.iter().find(|option| option.key == key);
        found.map_or_else(|| key.to_owned(), |option| option.name.get(reader).to_owned())
    };
    let text = || value.as_str().unwrap_or_default();
    match &attribute.kind {
        AttributeKind::Text { .. } => in_script(text(), written, reader).unwrap_or_else(|| text().to_owned()),
        AttributeKind::Number { unit, .. } | AttributeKind::Integer { unit, .. } => {
            let number = number(value, reader);
            unit.as_ref().map_or(number.clone(), |unit| format!("{number}\u{a0}{}", unit.get(reader)))
        }
        AttributeKind::Year { .. } => value.as_i64().map_or_else(String::new, |year| year.to_string()),
        AttributeKind::Boolean => yes_or_no(value.as_bool() == Some(true), reader).to_owned(),
        AttributeKind::Date => {
            NaiveDate::parse_from_str(text(), "%Y-%m-%d").map_or_else(|_| text().to_owned(), |day| date(day, reader))
        }
        AttributeKind::Choice { options }
        | AttributeKind::Colour { options }
        | AttributeKind::Size { options }
        | AttributeKind::Make { options } => option(options, text()),
        AttributeKind::Choices { options } => {
            let keys = value.as_array().map(Vec::as_slice).unwrap_or_default();
            keys.iter().filter_map(Value::as_str).map(|key| option(options, key)).collect::<Vec<_>>().join(", ")
        }
        AttributeKind::Model { depends_on, models } => {
            let make = values.get(depends_on).and_then(Value::as_str);
            option(make.and_then(|make| models.get(make)).map(Vec::as_slice).unwrap_or_default(), text())
        }
    }
}

/// The names of a category and those above it, the root's first.
pub fn path_names(taxonomy: &Taxonomy, category: &str, reader: Language) -> Vec<String> {
    taxonomy.path(category).into_iter().map(|found| found.names.get(reader).to_owned()).collect()
}

const fn yes_or_no(yes: bool, reader: Language) -> &'static str {
    match (yes, reader) {
        (true, Language::SrLatn) => "Da",
        (true, Language::SrCyrl | Language::Ru) => "Да",
        (true, Language::En) => "Yes",
        (false, Language::SrLatn) => "Ne",
        (false, Language::SrCyrl) => "Не",
        (false, Language::Ru) => "Нет",
        (false, Language::En) => "No",
    }
}

/// `12.500 RSD`, `1.250,50 €`; in English `12,500 RSD`, in Russian `12 500 RSD`.
pub fn amount(money: Money, reader: Language) -> String {
    let unit = money.currency.minor_per_unit().unsigned_abs();
    let (whole, rest) = (money.amount_minor.unsigned_abs() / unit, money.amount_minor.unsigned_abs() % unit);
    let decimals = if rest > 0 { format!("{}{rest:02}", separators(reader).1) } else { String::new() };
    let sign = match money.currency {
        Currency::Rsd => "RSD",
        Currency::Eur => "€",
    };
    format!("{}{decimals}\u{a0}{sign}", grouped(&whole.to_string(), reader))
}

/// `31.05.2026.`, in Russian `31.05.2026`, in English `31 May 2026`.
pub fn date(day: NaiveDate, reader: Language) -> String {
    match reader {
        Language::SrLatn | Language::SrCyrl => format!("{:02}.{:02}.{}.", day.day(), day.month(), day.year()),
        Language::Ru => format!("{:02}.{:02}.{}", day.day(), day.month(), day.year()),
        Language::En => day.format("%-d %B %Y").to_string(),
    }
}

fn number(value: &Value, reader: Language) -> String {
    let text = value.to_string();
    // What has no decimals is stored as `55.0`.
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("−", digits));
    match digits.split_once('.') {
        Some((whole, decimals)) => format!("{sign}{}{}{decimals}", grouped(whole, reader), separators(reader).1),
        None => format!("{sign}{}", grouped(digits, reader)),
    }
}

const fn separators(reader: Language) -> (char, char) {
    match reader {
        Language::SrLatn | Language::SrCyrl => ('.', ','),
        Language::Ru => ('\u{a0}', ','),
        Language::En => (',', '.'),
    }
}

fn grouped(digits: &str, reader: Language) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(separators(reader).0);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_and_numbers() {
        let of = |minor, currency, reader| amount(Money::new(minor, currency), reader).replace('\u{a0}', " ");
        assert_eq!(of(1_250_000, Currency::Rsd, Language::SrLatn), "12.500 RSD");
        assert_eq!(of(125_050, Currency::Eur, Language::SrCyrl), "1.250,50 €");
        assert_eq!(of(100_000_000, Currency::Rsd, Language::En), "1,000,000 RSD");
        assert_eq!(of(99_900, Currency::Eur, Language::Ru), "999 €");
        let of = |value: Value, reader| number(&value, reader).replace('\u{a0}', " ");
        assert_eq!(of(json!(180_000), Language::SrLatn), "180.000");
        assert_eq!(of(json!(1055.5), Language::Ru), "1 055,5");
        assert_eq!(of(json!(55.0), Language::En), "55");
        assert_eq!(of(json!(-18), Language::SrLatn), "−18");
    }

    #[test]
    fn dates() {
        let day = NaiveDate::from_ymd_opt(2026, 5, 3).unwrap();
        assert_eq!(
            Language::ALL.map(|reader| date(day, reader)),
            ["03.05.2026.", "03.05.2026.", "03.05.2026", "3 May 2026"]
        );
    }
}
