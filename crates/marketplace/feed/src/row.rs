use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// Values of one row, by column.
#[derive(Debug, Clone)]
pub enum Cells {
    Record {
        header: Arc<Header>,
        record: csv::StringRecord,
    },
    /// JSON and XML: by path (`price`, `seller.name`, `@id`), several values where the source repeats it.
    Tree(BTreeMap<String, Vec<String>>),
}

/// Columns of a CSV file, trimmed, in their order.
#[derive(Debug)]
pub struct Header {
    pub names: Vec<String>,
    pub by_name: BTreeMap<String, usize>,
}

/// A row as the file has it.
#[derive(Debug, Clone)]
pub struct RawRow {
    /// Of its first byte, from 1.
    pub line: u64,
    pub cells: Cells,
}

impl RawRow {
    /// All values of a column, empty ones left out.
    pub fn all(&self, column: &str) -> Vec<&str> {
        let values: Vec<&str> = match &self.cells {
            Cells::Record { header, record } => {
                header.by_name.get(column).and_then(|at| record.get(*at)).into_iter().collect()
            }
            Cells::Tree(values) => values.get(column).into_iter().flatten().map(String::as_str).collect(),
        };
        values.into_iter().map(str::trim).filter(|value| !value.is_empty()).collect()
    }

    pub fn first(&self, column: &str) -> Option<&str> {
        self.all(column).into_iter().next()
    }

    pub fn has(&self, column: &str) -> bool {
        match &self.cells {
            Cells::Record { header, .. } => header.by_name.contains_key(column),
            Cells::Tree(values) => values.contains_key(column),
        }
    }

    /// What a problem shows of a value: one line of at most 200 characters.
    pub fn shown(value: &str) -> Cow<'_, str> {
        const CHARS_MAX: usize = 200;
        if value.chars().nth(CHARS_MAX).is_none() && !value.contains(['\n', '\r', '\0']) {
            return Cow::Borrowed(value);
        }
        let mut short: String = value.chars().take(CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if value.chars().nth(CHARS_MAX).is_some() {
            short.push('…');
        }
        Cow::Owned(short)
    }
}
