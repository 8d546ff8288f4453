//! Words that mean the same, by language; a file that an operator can replace.

use std::collections::HashMap;

use serde::Deserialize;
use svetu_kernel::Language;

use crate::fold::fold;
use crate::language::route;
use crate::stem::{ekavian, stems};

const GROUPS_MAX: usize = 5_000;
const PHRASES_MAX: usize = 30;
const WORDS_MAX: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum SynonymsError {
    #[error("the synonyms are not valid TOML: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("at most {GROUPS_MAX} groups are allowed, {0} are given")]
    TooManyGroups(usize),
    #[error("group {0} has more than {PHRASES_MAX} phrases")]
    TooManyPhrases(usize),
    #[error("«{0}» has no word or more than {WORDS_MAX}")]
    Phrase(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(default)]
    sr: Vec<String>,
    #[serde(default)]
    ru: Vec<String>,
    #[serde(default)]
    en: Vec<String>,
}

/// One word of a phrase: its search spelling and stems.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PhraseWord {
    pub folded: String,
    pub stems: Vec<String>,
}

type Phrase = Vec<PhraseWord>;

/// Groups of phrases, found by how a phrase begins.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    groups: Vec<Vec<Phrase>>,
    /// First word or stem of a phrase → (group, phrase).
    by_first: HashMap<String, Vec<(usize, usize)>>,
}

impl Synonyms {
    /// The groups that come with the platform.
    ///
    /// # Errors
    /// Never for the built-in file; a test reads it.
    pub fn built_in() -> Result<Self, SynonymsError> {
        Self::parse(include_str!("../data/synonyms.toml"))
    }

    /// Reads a file of the form of `data/synonyms.toml`.
    ///
    /// # Errors
    /// When it is not such a file or breaks a bound; the message names the place.
    pub fn parse(toml: &str) -> Result<Self, SynonymsError> {
        let file: File = toml::from_str(toml)?;
        if file.groups.len() > GROUPS_MAX {
            return Err(SynonymsError::TooManyGroups(file.groups.len()));
        }
        let mut synonyms = Self::default();
        for (number, group) in file.groups.iter().enumerate() {
            if group.sr.len() + group.ru.len() + group.en.len() > PHRASES_MAX {
                return Err(SynonymsError::TooManyPhrases(number + 1));
            }
            let mut phrases: Vec<Phrase> = Vec::new();
            for (texts, language) in
                [(&group.sr, Language::SrLatn), (&group.ru, Language::Ru), (&group.en, Language::En)]
            {
                for text in texts {
                    let phrase = phrase(text, language)?;
                    if !phrases.iter().any(|known| known.iter().map(|w| &w.folded).eq(phrase.iter().map(|w| &w.folded)))
                    {
                        phrases.push(phrase);
                    }
                }
            }
            for (index, phrase) in phrases.iter().enumerate() {
                if let Some(first) = phrase.first() {
                    for key in std::iter::once(&first.folded).chain(&first.stems) {
                        let found = synonyms.by_first.entry(key.clone()).or_default();
                        if !found.contains(&(number, index)) {
                            found.push((number, index));
                        }
                    }
                }
            }
            synonyms.groups.push(phrases);
        }
        Ok(synonyms)
    }

    /// How many groups there are.
    pub const fn len(&self) -> usize {
        self.groups.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The longest phrase that `words` begin with: how many words it takes and the phrases that mean the same.
    pub(crate) fn at(&self, words: &[&PhraseWord]) -> Option<(usize, Vec<&Phrase>)> {
        let first = words.first()?;
        let mut best: Vec<(usize, usize)> = Vec::new();
        let mut length = 0;
        for key in std::iter::once(&first.folded).chain(&first.stems) {
            for &(group, index) in self.by_first.get(key).into_iter().flatten() {
                let phrase = &self.groups[group][index];
                let matches = phrase.len() <= words.len() && phrase.iter().zip(words).all(|(a, b)| same(a, b));
                if !matches || phrase.len() < length {
                    continue;
                }
                if phrase.len() > length {
                    best.clear();
                    length = phrase.len();
                }
                if !best.contains(&(group, index)) {
                    best.push((group, index));
                }
            }
        }
        if best.is_empty() {
            return None;
        }
        let mut out: Vec<&Phrase> = Vec::new();
        for (group, own) in best {
            for (index, phrase) in self.groups[group].iter().enumerate() {
                if index != own && !out.contains(&phrase) {
                    out.push(phrase);
                }
            }
        }
        Some((length, out))
    }
}

fn same(a: &PhraseWord, b: &PhraseWord) -> bool {
    a.folded == b.folded || a.stems.iter().any(|stem| b.stems.contains(stem))
}

fn phrase(text: &str, language: Language) -> Result<Phrase, SynonymsError> {
    let spoken = route(text, Some(language));
    let words: Phrase = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let folded = ekavian(fold(word));
            PhraseWord { stems: stems(word, &folded, spoken), folded }
        })
        .collect();
    if words.is_empty() || words.len() > WORDS_MAX {
        return Err(SynonymsError::Phrase(text.to_owned()));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_is_valid_and_large_enough() {
        let synonyms = Synonyms::built_in().unwrap();
        assert!(synonyms.len() >= 150, "{}", synonyms.len());
    }

    #[test]
    fn a_wrong_file_is_refused_by_name() {
        assert!(Synonyms::parse("groups = [{ sr = [\"\"] }]").is_err());
        assert!(Synonyms::parse("groups = [{ xx = [\"a\"] }]").unwrap_err().to_string().contains("xx"));
    }
}
