//! Text in Serbian (both scripts), Russian and English: transliteration, folding, analysis for search,
//! fingerprints and hidden contact details. Pure: no I/O, no async, no clock.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod contact;
mod fold;
mod numerals;
mod script;
mod simhash;

pub use fold::{exact, fold};
pub use script::{cyrillic_to_latin, has_cyrillic, latin_to_cyrillic, unify_scripts};
pub use simhash::{distance as simhash_distance, simhash};
