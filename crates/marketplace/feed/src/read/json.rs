use std::{
    collections::BTreeMap,
    io::{self, BufRead},
    path::PathBuf,
};

use serde_json::Value;

use super::{
    DEPTH_MAX, ROW_BYTES_MAX, Read, Rows, VALUES_MAX,
    source::{RowTooLong, Source},
};
use crate::{
    error::FeedError,
    row::{Cells, RawRow},
};

const LONG: &str = "A bracket or quotation mark that is never closed makes one row of all that follows";
const SYNTAX: &str = "Check the file with a JSON tool";

/// JSON Lines, or the elements of one array; one row in memory at a time.
pub struct Json {
    source: Source,
    file: PathBuf,
    array: bool,
    first: bool,
    done: bool,
}

impl Json {
    pub const fn lines(source: Source, file: PathBuf) -> Self {
        Self { source, file, array: false, first: true, done: false }
    }

    /// `rows` is the array's path in the document: `data.items`; none: the document itself, or its first array of objects.
    pub fn array(source: Source, file: PathBuf, rows: Option<&str>) -> Result<Self, FeedError> {
        let mut json = Self { source, file, array: true, first: true, done: false };
        let path: Vec<&str> = rows.unwrap_or_default().split('.').filter(|part| !part.is_empty()).collect();
        json.enter(&path, rows)?;
        Ok(json)
    }

    /// Moves behind the array's opening bracket.
    fn enter(&mut self, path: &[&str], rows: Option<&str>) -> Result<(), FeedError> {
        let mut seen = Vec::new();
        let mut rest = path;
        loop {
            match self.byte()? {
                Some(b'[') if rest.is_empty() => return Ok(()),
                Some(b'{') => {}
                Some(_) | None => return Err(self.no_rows(rows, &seen)),
            }
            loop {
                match self.byte()? {
                    Some(b'"') => {}
                    Some(b',') => continue,
                    _ => return Err(self.no_rows(rows, &seen)),
                }
                let key = self.string()?;
                if self.byte()? != Some(b':') {
                    return Err(self.broken("expected `:` after a key"));
                }
                self.blank()?;
                let next = self.source.peek().map_err(|error| self.io(error))?;
                match rest.split_first() {
                    Some((wanted, deeper)) if *wanted == key => {
                        rest = deeper;
                        break;
                    }
                    // Without a path the first array at the top is taken.
                    None if next == Some(b'[') && rows.is_none() => break,
                    Some(_) | None => {}
                }
                if seen.len() < 50 {
                    seen.push(key);
                }
                self.source.begin_row();
                self.value(None)?;
            }
        }
    }

    fn no_rows(&self, rows: Option<&str>, seen: &[String]) -> FeedError {
        FeedError::NoRows {
            file: self.file.clone(),
            rows: rows.unwrap_or("the top").to_owned(),
            seen: if seen.is_empty() { "no array there".to_owned() } else { seen.join(", ") },
        }
    }

    fn io(&self, error: io::Error) -> FeedError {
        let file = self.file.clone();
        if error.get_ref().is_some_and(|inner| inner.is::<RowTooLong>()) {
            return FeedError::RowTooLong { file, line: self.source.line(), bytes_max: ROW_BYTES_MAX, hint: LONG };
        }
        FeedError::Io { file, source: error }
    }

    fn broken(&self, what: impl Into<String>) -> FeedError {
        FeedError::Broken { file: self.file.clone(), line: self.source.line(), what: what.into(), hint: SYNTAX }
    }

    fn blank(&mut self) -> Result<(), FeedError> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.source.peek().map_err(|error| self.io(error))? {
            self.source.consume(1);
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<Option<u8>, FeedError> {
        self.blank()?;
        self.source.next_byte().map_err(|error| self.io(error))
    }

    /// The rest of a string whose opening quote was read.
    fn string(&mut self) -> Result<String, FeedError> {
        let mut raw = vec![b'"'];
        loop {
            match self.source.next_byte().map_err(|error| self.io(error))? {
                None => return Err(self.broken("the file ends within a string")),
                Some(b'\\') => {
                    raw.push(b'\\');
                    raw.extend(self.source.next_byte().map_err(|error| self.io(error))?);
                }
                Some(byte) => {
                    raw.push(byte);
                    if byte == b'"' {
                        return serde_json::from_slice(&raw).map_err(|error| self.broken(error.to_string()));
                    }
                }
            }
        }
    }

    /// One value with its bytes; what is not kept costs no memory.
    fn value(&mut self, mut keep: Option<&mut Vec<u8>>) -> Result<(), FeedError> {
        let (mut depth, mut text, mut escaped) = (0_usize, false, false);
        loop {
            let Some(byte) = self.source.peek().map_err(|error| self.io(error))? else {
                return if depth == 0 && !text { Ok(()) } else { Err(self.broken("the file ends within a value")) };
            };
            if !text && depth == 0 && matches!(byte, b',' | b']' | b'}') {
                return Ok(());
            }
            self.source.consume(1);
            if let Some(kept) = keep.as_deref_mut() {
                kept.push(byte);
            }
            if text {
                text = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
            } else {
                match byte {
                    b'"' => text = true,
                    b'[' | b'{' => depth += 1,
                    b']' | b'}' => depth -= 1,
                    _ => {}
                }
            }
            if !text && depth == 0 && matches!(byte, b'"' | b']' | b'}') {
                return Ok(());
            }
        }
    }

    fn next_line(&mut self) -> Result<Option<(u64, Vec<u8>)>, FeedError> {
        loop {
            let line = self.source.line();
            self.source.begin_row();
            let mut bytes = Vec::new();
            if self.source.read_until(b'\n', &mut bytes).map_err(|error| self.io(error))? == 0 {
                return Ok(None);
            }
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some((line, bytes)));
            }
        }
    }

    fn next_element(&mut self) -> Result<Option<(u64, Vec<u8>)>, FeedError> {
        if self.done {
            return Ok(None);
        }
        self.source.begin_row();
        self.blank()?;
        match self.source.peek().map_err(|error| self.io(error))? {
            Some(b']') => {
                self.done = true;
                return Ok(None);
            }
            Some(b',') if !self.first => {
                self.source.consume(1);
                self.blank()?;
            }
            Some(_) if self.first => {}
            Some(_) => return Err(self.broken("expected `,` or `]` after an element")),
            None => return Err(self.broken("the file ends within the array")),
        }
        self.first = false;
        self.source.begin_row();
        let line = self.source.line();
        let mut bytes = Vec::new();
        self.value(Some(&mut bytes))?;
        if bytes.is_empty() {
            return Err(self.broken("an element is missing"));
        }
        Ok(Some((line, bytes)))
    }
}

impl Rows for Json {
    fn next_row(&mut self) -> Result<Option<Read>, FeedError> {
        let found = if self.array { self.next_element()? } else { self.next_line()? };
        let Some((line, bytes)) = found else { return Ok(None) };
        let text = String::from_utf8_lossy(bytes.trim_ascii());
        let bad =
            |reason, hint: String| Some(Read::Bad { line, value: RawRow::shown(&text).into_owned(), reason, hint });
        let value: Value = match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(error) => return Ok(bad("row.json", format!("not JSON: {error}"))),
        };
        if !value.is_object() {
            return Ok(bad("row.json", "an ad is an object: {\"title\": …}".to_owned()));
        }
        let mut values = BTreeMap::new();
        let mut count = 0;
        if !flatten(&value, &mut String::new(), &mut values, &mut count, 0) {
            let hint = format!("more than {VALUES_MAX} values or {DEPTH_MAX} levels");
            return Ok(bad("row.values", hint));
        }
        Ok(Some(Read::Row(RawRow { line, cells: Cells::Tree(values) })))
    }

    fn columns(&self) -> Option<&[String]> {
        None
    }
}

/// `{"a": {"b": [1, 2]}}` is `a.b` = 1, 2. An object is also kept whole under its own path, for attributes in one piece.
fn flatten(
    value: &Value,
    path: &mut String,
    into: &mut BTreeMap<String, Vec<String>>,
    count: &mut usize,
    depth: usize,
) -> bool {
    if depth > DEPTH_MAX || *count > VALUES_MAX {
        return false;
    }
    *count += 1;
    let text = match value {
        Value::Null => return true,
        Value::Array(items) => return items.iter().all(|item| flatten(item, path, into, count, depth + 1)),
        Value::Object(members) => {
            for (name, member) in members {
                let length = path.len();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                let fine = flatten(member, path, into, count, depth + 1);
                path.truncate(length);
                if !fine {
                    return false;
                }
            }
            if depth != 1 {
                return true;
            }
            value.to_string()
        }
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    into.entry(path.clone()).or_default().push(text);
    true
}
