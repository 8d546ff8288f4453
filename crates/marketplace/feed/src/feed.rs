use std::{
    collections::{HashMap, VecDeque, hash_map::Entry as Slot},
    path::{Path, PathBuf},
};

use crate::{
    apply::apply,
    draft::{FeedRow, RowProblem},
    error::FeedError,
    mapping::Mapping,
    read::{Format, Read, Rows, open},
    row::RawRow,
};

/// Rows of a file without a header that are looked at to see whether the mapping's columns exist.
const LOOK_AHEAD: usize = 100;

/// What became of a source row: each is exactly one of these.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    Row(Box<FeedRow>),
    /// At least one problem.
    Refused(Vec<RowProblem>),
    /// The key stood in the file before; the earlier row counts.
    Duplicate {
        line: u64,
        source_key: String,
        first_line: u64,
    },
}

/// Where the key of a duplicate is told, as a row of the error file.
impl Entry {
    pub fn problems(&self) -> Vec<RowProblem> {
        match self {
            Self::Row(_) => Vec::new(),
            Self::Refused(problems) => problems.clone(),
            Self::Duplicate { line, source_key, first_line } => vec![RowProblem {
                line: *line,
                column: "key".to_owned(),
                value: RawRow::shown(source_key).into_owned(),
                reason: "row.duplicate",
                hint: format!("the same key as in line {first_line}, which counts"),
            }],
        }
    }
}

/// A file through a mapping, row by row, in bounded memory: one row, and 16 bytes and a line number for each key.
pub struct Feed {
    mapping: Mapping,
    rows: Box<dyn Rows>,
    ahead: VecDeque<Read>,
    /// 128 bits of a hash of the key → its line.
    seen: HashMap<u128, u64>,
    count: u64,
    file: PathBuf,
    format: Format,
    encoding: &'static str,
    delimiter: Option<char>,
    bytes: u64,
    failed: bool,
}

impl Feed {
    /// Opens, recognises and checks the mapping's columns; nothing is read but the beginning.
    pub fn open(path: &Path, mapping: Mapping) -> Result<Self, FeedError> {
        let opened = open(path, &mapping.file)?;
        let mut feed = Self {
            rows: opened.rows,
            ahead: VecDeque::new(),
            seen: HashMap::new(),
            count: 0,
            file: path.to_path_buf(),
            format: opened.format,
            encoding: opened.encoding,
            delimiter: opened.delimiter,
            bytes: opened.bytes,
            failed: false,
            mapping,
        };
        feed.check_columns()?;
        Ok(feed)
    }

    pub const fn format(&self) -> Format {
        self.format
    }

    /// By its name in the WHATWG's list: `UTF-8`, `windows-1250`.
    pub const fn encoding(&self) -> &'static str {
        self.encoding
    }

    pub const fn delimiter(&self) -> Option<char> {
        self.delimiter
    }

    /// The file's size.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Source rows read so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    fn check_columns(&mut self) -> Result<(), FeedError> {
        if let Some(names) = self.rows.columns() {
            for (column, key) in self.mapping.columns() {
                if !names.contains(&column) {
                    let columns = listed(names.iter().map(String::as_str));
                    return Err(FeedError::Column { file: self.file.clone(), line: 1, column, key, columns });
                }
            }
            return Ok(());
        }
        while self.ahead.len() < LOOK_AHEAD {
            match self.rows.next_row()? {
                Some(read) => self.ahead.push_back(read),
                None => break,
            }
        }
        if self.ahead.is_empty() {
            return Err(FeedError::Empty { file: self.file.clone() });
        }
        let present = |column: &str| {
            self.ahead.iter().any(|read| match read {
                Read::Row(row) => row.has(column),
                Read::Bad { .. } => false,
            })
        };
        // Elsewhere a column that no row of the beginning has may still come; without key, title and category nothing can.
        let vital = ["key.column", "fields.title", "fields.category"];
        for vital in vital {
            let columns: Vec<String> =
                self.mapping.columns().into_iter().filter(|(_, key)| key == vital).map(|(column, _)| column).collect();
            if !columns.is_empty() && !columns.iter().any(|column| present(column)) {
                let known: std::collections::BTreeSet<&str> = self
                    .ahead
                    .iter()
                    .filter_map(|read| match read {
                        Read::Row(RawRow { cells: crate::row::Cells::Tree(values), .. }) => Some(values),
                        Read::Row(_) | Read::Bad { .. } => None,
                    })
                    .flat_map(|values| values.keys().map(String::as_str))
                    .collect();
                if known.is_empty() {
                    // No row is one at all: each says so by itself.
                    return Ok(());
                }
                return Err(FeedError::Column {
                    file: self.file.clone(),
                    line: 1,
                    column: columns.join(", "),
                    key: vital.to_owned(),
                    columns: listed(known.into_iter()),
                });
            }
        }
        Ok(())
    }

    fn entry(&mut self, read: Read) -> Entry {
        let row = match read {
            Read::Row(row) => row,
            Read::Bad { line, value, reason, hint } => {
                return Entry::Refused(vec![RowProblem { line, column: "row".to_owned(), value, reason, hint }]);
            }
        };
        match apply(&self.mapping, &row) {
            Err(problems) => Entry::Refused(problems),
            Ok(found) => {
                let mut hash = [0; 16];
                hash.copy_from_slice(&blake3::hash(found.source_key.as_bytes()).as_bytes()[..16]);
                match self.seen.entry(u128::from_le_bytes(hash)) {
                    Slot::Occupied(first) => {
                        Entry::Duplicate { line: row.line, source_key: found.source_key, first_line: *first.get() }
                    }
                    Slot::Vacant(slot) => {
                        slot.insert(row.line);
                        Entry::Row(Box::new(found))
                    }
                }
            }
        }
    }
}

/// An error is the last item: what follows it in the file cannot be told apart into rows.
impl Iterator for Feed {
    type Item = Result<Entry, FeedError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let read = match self.ahead.pop_front() {
            Some(read) => read,
            None => match self.rows.next_row() {
                Ok(read) => read?,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            },
        };
        self.count += 1;
        if self.count > self.mapping.file.rows_max {
            self.failed = true;
            let rows_max = self.mapping.file.rows_max;
            return Some(Err(FeedError::TooManyRows { file: self.file.clone(), rows_max }));
        }
        Some(Ok(self.entry(read)))
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN_MAX: usize = 40;
    let all: Vec<&str> = names.collect();
    let more = all.len().saturating_sub(SHOWN_MAX);
    let mut text =
        all.iter().take(SHOWN_MAX).map(|name| RawRow::shown(name).into_owned()).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
