use std::collections::BTreeMap;

use serde::Deserialize;
use svetu_contracts::listings::Price;
use svetu_kernel::Currency;

use super::number::{Decimal, DecimalMark, NumberError, parse_number};

/// Instead of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceWord {
    Agreement,
    Free,
    Contact,
}

impl PriceWord {
    pub const fn price(self) -> Price {
        match self {
            Self::Agreement => Price::Agreement,
            Self::Free => Price::Free,
            Self::Contact => Price::Contact,
        }
    }
}

/// What a foreign sign stands for.
#[derive(Debug, Clone, Copy)]
pub struct Conversion {
    pub to: Currency,
    /// One of the foreign currency in `to`.
    pub rate: Decimal,
}

#[derive(Debug, Clone, Default)]
pub struct PriceRules {
    pub decimal: Option<DecimalMark>,
    /// Where the text names none.
    pub currency: Option<Currency>,
    /// By sign or code in lower case; goes before what is known.
    pub conversions: BTreeMap<String, Conversion>,
    /// By text in lower case; goes before what is known.
    pub words: BTreeMap<String, PriceWord>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error("the currency «{0}» is not one of ours")]
    Currency(String),
    #[error("it does not say in which currency")]
    NoCurrency,
    #[error("it is negative")]
    Negative,
    #[error("it is out of range")]
    Range,
}

/// `12.500 €`, `985 000 din.`, `od 500 EUR`, `po dogovoru`, `poklanjam`, `12500.00 EUR`. Zero is an amount; the mapping decides about it.
pub fn parse_price(text: &str, rules: &PriceRules) -> Result<Price, PriceError> {
    let lower = text.trim().to_lowercase();
    if let Some(word) = word(&lower, rules) {
        return Ok(word.price());
    }
    let written = parse_number(&lower, rules.decimal)?;
    if written.value.unscaled < 0 {
        return Err(PriceError::Negative);
    }
    let signs: Vec<&str> = [written.prefix.as_str(), written.suffix.as_str()].into_iter().flat_map(signs_of).collect();
    let conversion = match signs.as_slice() {
        [] => rules
            .currency
            .map(|to| Conversion { to, rate: Decimal { unscaled: 1, scale: 0 } })
            .ok_or(PriceError::NoCurrency)?,
        [first, rest @ ..] => {
            let found = conversion(first, rules).ok_or_else(|| PriceError::Currency((*first).to_owned()))?;
            if let Some(other) =
                rest.iter().find(|sign| conversion(sign, rules).is_none_or(|other| other.to != found.to))
            {
                return Err(PriceError::Currency((*other).to_owned()));
            }
            found
        }
    };
    let amount_minor =
        written.value.times(conversion.rate).and_then(|value| value.scaled(2)).ok_or(PriceError::Range)?;
    Ok(Price::Fixed { amount_minor, currency: conversion.to })
}

fn word(lower: &str, rules: &PriceRules) -> Option<PriceWord> {
    const AGREEMENT: [&str; 9] = [
        "agreement",
        "po dogovoru",
        "dogovor",
        "по договору",
        "договор",
        "договорная",
        "по договорённости",
        "по договоренности",
        "negotiable",
    ];
    const FREE: [&str; 9] =
        ["free", "besplatno", "poklanjam", "бесплатно", "поклањам", "даром", "отдам даром", "gratis", "zu verschenken"];
    const CONTACT: [&str; 8] =
        ["contact", "kontakt", "pozvati", "na upit", "cena na upit", "контакт", "по запросу", "on request"];
    if let Some(word) = rules.words.get(lower) {
        return Some(*word);
    }
    if AGREEMENT.contains(&lower) {
        Some(PriceWord::Agreement)
    } else if FREE.contains(&lower) {
        Some(PriceWord::Free)
    } else if CONTACT.contains(&lower) {
        Some(PriceWord::Contact)
    } else {
        None
    }
}

/// Words around the amount that say nothing of the currency are left out.
fn signs_of(around: &str) -> impl Iterator<Item = &str> {
    const IDLE: [&str; 17] = [
        "od", "do", "cca", "ca", "cena", "cijena", "от", "цена", "from", "price", "oko", "fiksno", "vb", "fest",
        "hitno", "/", "-",
    ];
    around
        .split(|c: char| c.is_whitespace() || matches!(c, ':' | '~' | '≈' | '(' | ')' | ';' | '!'))
        .map(|sign| sign.trim_matches(['.', ',']))
        .filter(|sign| !sign.is_empty() && !IDLE.contains(sign))
}

fn conversion(sign: &str, rules: &PriceRules) -> Option<Conversion> {
    if let Some(found) = rules.conversions.get(sign) {
        return Some(*found);
    }
    let to = match sign {
        "€" | "eur" | "evra" | "evro" | "eura" | "euro" | "evri" | "евра" | "евро" => Currency::Eur,
        "rsd" | "din" | "dinara" | "dinar" | "дин" | "динара" | "динар" | "рсд" => Currency::Rsd,
        _ => return None,
    };
    Some(Conversion { to, rate: Decimal { unscaled: 1, scale: 0 } })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let mut rules = PriceRules { currency: Some(Currency::Eur), ..PriceRules::default() };
        rules
            .conversions
            .insert("₽".to_owned(), Conversion { to: Currency::Rsd, rate: Decimal { unscaled: 13, scale: 1 } });
        rules.words.insert("vb".to_owned(), PriceWord::Agreement);
        let said = match parse_price(text, &rules) {
            Ok(Price::Fixed { amount_minor, currency }) => format!("{amount_minor} {currency}"),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn prices_as_people_write_them() {
        check("12.500 €", "1250000 EUR");
        check("580 €", "58000 EUR");
        check("120.000 din.", "12000000 RSD");
        check("985 000 ₽", "128050000 RSD");
        check("od 500 EUR", "50000 EUR");
        check("Cena: 1.250,50 RSD", "125050 RSD");
        check("500,-", "50000 EUR");
        check("PO DOGOVORU", "Agreement");
        check("по договору", "Agreement");
        check("VB", "Agreement");
        check("Poklanjam", "Free");
        check("0", "0 EUR");
        check("12500.00 EUR", "1250000 EUR");
        check("$5,000", "the currency «$» is not one of ours");
        check("-5 €", "it is negative");
        check("500 - 600 €", "there is more than one number in it");
        check("pitajte", "there is no number in it");
        check("5 € ili 600 din", "there is more than one number in it");
        check("999999999999999999999 €", "it is out of range");
    }

    proptest! {
        #[test]
        fn machine_form_round_trips(amount_minor in 0_i64..1_000_000_000_000, eur: bool) {
            let currency = if eur { Currency::Eur } else { Currency::Rsd };
            let text = svetu_kernel::Money::new(amount_minor, currency).to_string();
            let rules = PriceRules { decimal: Some(DecimalMark::Point), ..PriceRules::default() };
            prop_assert_eq!(parse_price(&text, &rules), Ok(Price::Fixed { amount_minor, currency }));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _ = parse_price(&text, &PriceRules::default());
        }
    }
}
