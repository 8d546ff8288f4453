use std::path::PathBuf;

/// Why a file cannot be read at all. Nothing was imported by then but the rows that came before.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    #[error("{file}: {source}", file = file.display())]
    Io { file: PathBuf, source: std::io::Error },
    #[error("{file}: the file is empty", file = file.display())]
    Empty { file: PathBuf },
    #[error("{file}: these are binary data ({what}), not text. {hint}", file = file.display())]
    Binary { file: PathBuf, what: &'static str, hint: &'static str },
    #[error("{file}: line {line}: there is no column «{column}». The file has: {columns}. Correct the name in the mapping (key {key})", file = file.display())]
    Column { file: PathBuf, line: u64, column: String, key: String, columns: String },
    /// The file's structure is broken: what follows cannot be told apart into rows.
    #[error("{file}: line {line}: {what}. {hint}", file = file.display())]
    Broken { file: PathBuf, line: u64, what: String, hint: &'static str },
    #[error("{file}: line {line}: a row has more than {bytes_max} bytes. {hint}", file = file.display())]
    RowTooLong { file: PathBuf, line: u64, bytes_max: u64, hint: &'static str },
    #[error("{file}: more than {rows_max} rows. Split the file, or raise rows_max in [file] of the mapping", file = file.display())]
    TooManyRows { file: PathBuf, rows_max: u64 },
    #[error("{file}: no rows were found at «{rows}». The file has: {seen}. Correct rows in [file] of the mapping", file = file.display())]
    NoRows { file: PathBuf, rows: String, seen: String },
}

/// A mistake in a mapping: where it stands and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: line {line}: {key}: {message}", file = file.display())]
pub struct MappingError {
    pub file: PathBuf,
    /// 1 when the place is not known more exactly.
    pub line: u64,
    /// The key as written, `fields.price`.
    pub key: String,
    pub message: String,
}
