//! Files as rows: streaming, in bounded memory, whatever is in them.

mod delimited;
mod input;
mod json;
mod source;
mod xml;

pub use input::{Format, open};

use crate::{error::FeedError, row::RawRow};

/// One row with everything in it.
pub const ROW_BYTES_MAX: u64 = 4 * 1024 * 1024;
pub const COLUMNS_MAX: usize = 2_000;
/// Values of one JSON or XML row.
pub const VALUES_MAX: usize = 10_000;
pub const DEPTH_MAX: usize = 64;

/// What a reader gives: a row, or a row that is one but cannot be used.
#[derive(Debug)]
pub enum Read {
    Row(RawRow),
    Bad { line: u64, value: String, reason: &'static str, hint: String },
}

/// Rows in the file's order; None after the last one. An error ends it.
pub trait Rows: Send {
    fn next_row(&mut self) -> Result<Option<Read>, FeedError>;
    /// Known before the first row: of CSV only.
    fn columns(&self) -> Option<&[String]>;
}
