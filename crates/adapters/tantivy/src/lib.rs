//! The port `SearchIndex` on Tantivy, in this process, in a folder.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod cells;
mod collect;
mod columns;
mod error;
mod generation;
mod index;
mod predicate;
mod query;
mod schema;
mod scorers;
mod terms;

pub use index::TantivyIndex;
