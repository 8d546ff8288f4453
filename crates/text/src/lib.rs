//! Text in Serbian (both scripts), Russian and English: transliteration, folding, analysis for search,
//! fingerprints and hidden contact details. Pure: no I/O, no async, no clock.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod analysis;
pub mod contact;
mod fold;
mod language;
mod numerals;
pub mod phone;
mod script;
mod segment;
mod simhash;
mod stem;
mod synonyms;

pub use analysis::{Analyser, DocumentTokens, Part, QueryTokens, Word, edits_max, numbered};
pub use fold::{exact, fold};
pub use language::{Spoken, route};
pub use script::{cyrillic_to_latin, has_cyrillic, in_script, latin_to_cyrillic, unify_scripts};
pub use simhash::{distance as simhash_distance, simhash};
pub use synonyms::{Synonyms, SynonymsError};
