//! The sentences of problems in four languages.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write};

use serde::Deserialize;
use serde_json::Value;
use svetu_kernel::Language;

/// Sentences by code. Made once, from every crate's `MESSAGES`.
#[derive(Debug, Default)]
pub struct Catalogue {
    sentences: BTreeMap<String, [Template; Language::ALL.len()]>,
}

#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("the messages are no TOML table of sr, ru and en: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("the code {0} is named by two crates")]
    Twice(String),
    #[error("the message {code} has an unclosed brace")]
    Brace { code: String },
    #[error("the languages of {code} name different values")]
    Placeholders { code: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Serbian in Latin script; Cyrillic is derived.
    sr: String,
    /// Where the derived Cyrillic would be wrong.
    sr_cyrl: Option<String>,
    ru: String,
    en: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Value(String),
}

type Template = Vec<Piece>;

impl Catalogue {
    /// # Errors
    /// When a text is no catalogue, two name one code, or the languages of a code name different `{values}`.
    pub fn try_new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        for text in texts {
            for (code, entry) in toml::from_str::<BTreeMap<String, Entry>>(text)? {
                let latin = parse(&code, &entry.sr)?;
                let cyrillic = match &entry.sr_cyrl {
                    Some(text) => parse(&code, text)?,
                    None => latin.iter().map(transliterated).collect(),
                };
                let templates = [latin, cyrillic, parse(&code, &entry.ru)?, parse(&code, &entry.en)?];
                if templates.iter().any(|template| names(template) != names(&templates[0])) {
                    return Err(CatalogueError::Placeholders { code });
                }
                if catalogue.sentences.insert(code.clone(), templates).is_some() {
                    return Err(CatalogueError::Twice(code));
                }
            }
        }
        Ok(catalogue)
    }

    /// The sentence of a code; a code without one speaks for itself.
    pub fn say(&self, code: &str, params: &BTreeMap<Cow<'static, str>, Value>, language: Language) -> String {
        let Some(templates) = self.sentences.get(code) else { return code.to_owned() };
        let mut sentence = String::new();
        for piece in &templates[index(language)] {
            match piece {
                Piece::Text(text) => sentence.push_str(text),
                Piece::Value(name) => write_value(&mut sentence, params.get(name.as_str())),
            }
        }
        sentence
    }

    pub fn has(&self, code: &str) -> bool {
        self.sentences.contains_key(code)
    }
}

const fn index(language: Language) -> usize {
    match language {
        Language::SrLatn => 0,
        Language::SrCyrl => 1,
        Language::Ru => 2,
        Language::En => 3,
    }
}

fn parse(code: &str, text: &str) -> Result<Template, CatalogueError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').ok_or_else(|| CatalogueError::Brace { code: code.to_owned() })? + open;
        if open > 0 {
            pieces.push(Piece::Text(rest[..open].to_owned()));
        }
        pieces.push(Piece::Value(rest[open + 1..close].trim().to_owned()));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn transliterated(piece: &Piece) -> Piece {
    match piece {
        Piece::Text(text) => Piece::Text(svetu_text::latin_to_cyrillic(text)),
        Piece::Value(name) => Piece::Value(name.clone()),
    }
}

fn names(template: &Template) -> std::collections::BTreeSet<&str> {
    template
        .iter()
        .filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(name) => Some(name.as_str()),
        })
        .collect()
}

fn write_value(sentence: &mut String, value: Option<&Value>) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => sentence.push_str(text),
        Some(Value::Array(items)) => {
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    sentence.push_str(", ");
                }
                write_value(sentence, Some(item));
            }
        }
        Some(other) => {
            let _ = write!(sentence, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_in_every_language() {
        let catalogue = Catalogue::try_new([
            "[\"a.b\"]\nsr = \"Najviše {max} znakova\"\nru = \"Не более {max} знаков\"\nen = \"At most {max} characters\"\n",
        ])
        .unwrap();
        let params = BTreeMap::from([(Cow::Borrowed("max"), Value::from(70))]);
        let said: Vec<_> = Language::ALL.into_iter().map(|language| catalogue.say("a.b", &params, language)).collect();
        assert_eq!(said, ["Najviše 70 znakova", "Највише 70 знакова", "Не более 70 знаков", "At most 70 characters"]);
        assert_eq!(catalogue.say("no.such", &params, Language::En), "no.such");
    }

    #[test]
    fn faults_are_named() {
        let of = |text: &str| Catalogue::try_new([text]).map(|_| ()).unwrap_err().to_string();
        assert_eq!(of("[a]\nsr='{x}'\nru='{y}'\nen='{x}'"), "the languages of a name different values");
        assert_eq!(of("[a]\nsr='{x'\nru=''\nen=''"), "the message a has an unclosed brace");
    }

    #[test]
    fn own_messages_are_complete() {
        Catalogue::try_new([crate::MESSAGES]).unwrap();
    }
}
