use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    COLUMNS_MAX, ROW_BYTES_MAX, Read, Rows,
    source::{RowTooLong, Source},
};
use crate::{
    error::FeedError,
    row::{Cells, Header, RawRow},
};

/// csv's own buffer.
const BUFFER: usize = 64 * 1024;
const UNCLOSED: &str = "A quotation mark that is never closed makes one row of all that follows";

/// CSV in the dialect of its delimiter; quotes are doubled within quotes (RFC 4180).
pub struct Delimited {
    reader: csv::Reader<Source>,
    header: Arc<Header>,
    file: PathBuf,
}

impl Delimited {
    pub fn try_new(source: Source, file: PathBuf, delimiter: u8) -> Result<Self, FeedError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER)
            .from_reader(source.with_slack(2 * BUFFER as u64));
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Err(FeedError::Empty { file }),
            Err(error) => return Err(broken(&file, 1, error)),
        }
        if record.len() > COLUMNS_MAX {
            let what = format!("the header has {} columns, at most {COLUMNS_MAX} are read", record.len());
            return Err(FeedError::Broken { file, line: 1, what, hint: "Check delimiter in [file] of the mapping" });
        }
        let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
        let mut by_name = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            by_name.entry(name.clone()).or_insert(at);
        }
        Ok(Self { reader, header: Arc::new(Header { names, by_name }), file })
    }

    pub fn header(&self) -> &Header {
        &self.header
    }
}

impl Rows for Delimited {
    fn next_row(&mut self) -> Result<Option<Read>, FeedError> {
        loop {
            let began = self.reader.position().clone();
            self.reader.get_mut().begin_row_at(began.byte());
            let mut record = csv::StringRecord::new();
            match self.reader.read_record(&mut record) {
                Ok(false) => return Ok(None),
                Ok(true) => {}
                Err(error) => return Err(broken(&self.file, began.line(), error)),
            }
            let line = record.position().map_or(began.line(), csv::Position::line);
            if record.iter().all(|cell| cell.trim().is_empty()) {
                // A row of nothing, such as a spreadsheet's empty last lines, is no row.
                continue;
            }
            if record.len() != self.header.names.len() {
                let hint = format!(
                    "the row has {} cells where the header has {}: an unquoted delimiter or quotation mark, or a line that breaks off",
                    record.len(),
                    self.header.names.len()
                );
                let value = record.iter().take(5).collect::<Vec<_>>().join(" | ");
                return Ok(Some(Read::Bad { line, value, reason: "row.cells", hint }));
            }
            return Ok(Some(Read::Row(RawRow {
                line,
                cells: Cells::Record { header: Arc::clone(&self.header), record },
            })));
        }
    }

    fn columns(&self) -> Option<&[String]> {
        Some(&self.header().names)
    }
}

fn broken(file: &Path, line: u64, error: csv::Error) -> FeedError {
    let file = file.to_path_buf();
    let line = error.position().map_or(line, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(source) if source.get_ref().is_some_and(|inner| inner.is::<RowTooLong>()) => {
            FeedError::RowTooLong { file, line, bytes_max: ROW_BYTES_MAX, hint: UNCLOSED }
        }
        csv::ErrorKind::Io(source) => FeedError::Io { file, source },
        kind => FeedError::Broken { file, line, what: format!("{kind:?}"), hint: UNCLOSED },
    }
}
