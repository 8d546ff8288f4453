//! The rules that decisions name, and the expressions that break them: data, parsed once.

use std::collections::HashMap;

use serde::Deserialize;
use svetu_kernel::Language;
use svetu_text::{fold, latin_to_cyrillic};

/// The rule of a decision for an ad.
pub const NOTHING: &str = "none";

/// What the machine does when it finds the rule broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Refuse,
    Hold,
    /// Only a moderator applies it.
    Person,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub id: String,
    pub outcome: Outcome,
    sr: String,
    sr_cyrl: String,
    ru: String,
    en: String,
}

impl Rule {
    /// Whether a person may decide by it; the others say how an ad came by its state.
    pub fn is_nameable(&self) -> bool {
        !matches!(self.id.as_str(), NOTHING | "imported")
    }

    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::SrLatn => &self.sr,
            Language::SrCyrl => &self.sr_cyrl,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
}

/// One expression in folded words; the last letter `*` of a word makes it a stem.
#[derive(Debug, Clone)]
struct Phrase {
    rule: usize,
    words: Vec<Pattern>,
    except: Vec<String>,
}

#[derive(Debug, Clone)]
struct Pattern {
    text: String,
    is_stem: bool,
}

impl Pattern {
    fn parse(word: &str) -> Self {
        let is_stem = word.ends_with('*');
        Self { text: fold(word.trim_end_matches('*')), is_stem }
    }

    fn matches(&self, word: &str) -> bool {
        if self.is_stem { word.starts_with(&self.text) } else { word == self.text }
    }
}

/// An expression found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WordHit<'a> {
    pub rule: &'a Rule,
    /// Byte range of words `first..first + len` of the folded text.
    pub first: usize,
    pub len: usize,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    by_id: HashMap<String, usize>,
    /// By the first byte of the first word: a text of 10,000 characters is compared with few.
    phrases: HashMap<u8, Vec<Phrase>>,
}

#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    #[error("moderation data cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("the expression list names the rule `{0}`, which does not exist")]
    UnknownRule(String),
    #[error("an empty expression of rule `{0}`")]
    EmptyPhrase(String),
}

impl Rules {
    /// The committed ones, compiled in.
    pub fn committed() -> Result<Self, RulesError> {
        Self::parse(include_str!("../../moderation/rules.toml"), include_str!("../../moderation/words.toml"))
    }

    pub fn parse(rules: &str, words: &str) -> Result<Self, RulesError> {
        #[derive(Deserialize)]
        struct RuleFile {
            rule: Vec<RuleRow>,
        }
        #[derive(Deserialize)]
        struct RuleRow {
            id: String,
            outcome: Outcome,
            sr: String,
            ru: String,
            en: String,
        }
        #[derive(Deserialize)]
        struct WordFile {
            words: Vec<WordRow>,
        }
        #[derive(Deserialize)]
        struct WordRow {
            rule: String,
            phrases: Vec<String>,
            #[serde(default)]
            except: Vec<String>,
        }

        let rules: Vec<Rule> = toml::from_str::<RuleFile>(rules)?
            .rule
            .into_iter()
            .map(|row| Rule {
                sr_cyrl: latin_to_cyrillic(&row.sr),
                id: row.id,
                outcome: row.outcome,
                sr: row.sr,
                ru: row.ru,
                en: row.en,
            })
            .collect();
        let by_id: HashMap<String, usize> =
            rules.iter().enumerate().map(|(index, rule)| (rule.id.clone(), index)).collect();
        let mut phrases: HashMap<u8, Vec<Phrase>> = HashMap::new();
        for row in toml::from_str::<WordFile>(words)?.words {
            let rule = *by_id.get(&row.rule).ok_or_else(|| RulesError::UnknownRule(row.rule.clone()))?;
            for phrase in row.phrases {
                let words: Vec<Pattern> = phrase.split_whitespace().map(Pattern::parse).collect();
                let first = words
                    .first()
                    .and_then(|word| word.text.bytes().next())
                    .ok_or_else(|| RulesError::EmptyPhrase(row.rule.clone()))?;
                phrases.entry(first).or_default().push(Phrase { rule, words, except: row.except.clone() });
            }
        }
        Ok(Self { rules, by_id, phrases })
    }

    pub fn all(&self) -> &[Rule] {
        &self.rules
    }

    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.by_id.get(id).and_then(|index| self.rules.get(*index))
    }

    /// The first hit of each rule in folded words. `path`: the category and all above it.
    pub fn find<'a>(&'a self, words: &[&str], path: &[&str]) -> Vec<WordHit<'a>> {
        let mut hits: Vec<WordHit<'a>> = Vec::new();
        for (first, word) in words.iter().enumerate() {
            let Some(candidates) = word.bytes().next().and_then(|byte| self.phrases.get(&byte)) else { continue };
            for phrase in candidates {
                let Some(rule) = self.rules.get(phrase.rule) else { continue };
                let fits = words.len() - first >= phrase.words.len()
                    && phrase.words.iter().zip(&words[first..]).all(|(pattern, word)| pattern.matches(word))
                    && !phrase.except.iter().any(|category| path.contains(&category.as_str()))
                    && !hits.iter().any(|hit| hit.rule == rule);
                if fits {
                    hits.push(WordHit { rule, first, len: phrase.words.len() });
                }
            }
        }
        hits
    }
}

/// The words of a text as expressions are compared with them.
pub fn folded_words(folded: &str) -> Vec<&str> {
    folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether a category's own forbidden expression is among the folded words.
pub fn contains_phrase(words: &[&str], phrase: &str) -> bool {
    let patterns: Vec<Pattern> = phrase.split_whitespace().map(Pattern::parse).collect();
    !patterns.is_empty()
        && words
            .windows(patterns.len())
            .any(|window| patterns.iter().zip(window).all(|(pattern, word)| pattern.matches(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed() -> Rules {
        Rules::committed().unwrap()
    }

    fn hits(text: &str, path: &[&str]) -> Vec<String> {
        let folded = fold(text);
        committed().find(&folded_words(&folded), path).iter().map(|hit| hit.rule.id.clone()).collect()
    }

    #[test]
    fn the_committed_rules_are_whole() {
        for rule in committed().all() {
            for language in Language::ALL {
                assert!(rule.text(language).chars().count() > 10, "{} in {language}", rule.id);
            }
        }
    }

    #[test]
    fn both_scripts_and_russian_are_one() {
        for text in ["Prodajem pištolj", "продајем ПИШТОЉ", "prodajem pistolj", "Продам пистолет"]
        {
            assert_eq!(hits(text, &["sport"]), ["weapons"], "{text}");
        }
    }

    #[test]
    fn a_toy_and_a_book_are_no_weapon() {
        assert!(hits("Pištolj na vodu", &["toys", "kids"]).is_empty());
        assert!(hits("Roman o kokainu", &["books", "music-books-hobby"]).is_empty());
        assert_eq!(hits("Kokain", &["kids"]), ["drugs"]);
    }

    #[test]
    fn a_stem_is_not_a_part_of_a_word() {
        assert!(hits("herojski junaci, skankovi", &[]).is_empty());
        assert!(hits("nestolen", &[]).is_empty());
    }

    #[test]
    fn phrases_stand_together() {
        assert_eq!(hits("Plaćanje: Western Union", &[]), ["scam"]);
        assert!(hits("western film, union zastava", &[]).is_empty());
    }

    #[test]
    fn a_category_has_words_of_its_own() {
        let folded = fold("Auto sa vraćenom km. Vraćena kilometraža!");
        assert!(contains_phrase(&folded_words(&folded), "vraćena kilometraža"));
        assert!(!contains_phrase(&folded_words(&folded), "bez papira kradeno"));
    }
}
