//! Shops' files as ads: reads CSV, JSON and XML by a mapping into plain drafts and row problems, and writes exports.
//!
//! Pure: no database, no async. What it cannot turn into an ad it says, with line, column, value, reason and a hint.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod apply;
mod draft;
mod error;
mod export;
mod feed;
mod mapping;
mod parse;
mod problems;
mod read;
mod row;

pub use apply::PHOTOS_MAX;
pub use draft::{Draft, FeedRow, PlaceRef, RowProblem, SellerRef};
pub use error::{FeedError, MappingError};
pub use export::{COLUMNS, ExportRow, ExportWriter};
pub use feed::{Entry, Feed};
pub use mapping::Mapping;
pub use problems::{ProblemWriter, guarded};
pub use read::Format;
