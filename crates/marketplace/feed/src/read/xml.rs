use std::{collections::BTreeMap, path::PathBuf};

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

use super::{
    DEPTH_MAX, ROW_BYTES_MAX, Read, Rows, VALUES_MAX,
    source::{RowTooLong, Source},
};
use crate::{
    error::FeedError,
    row::{Cells, RawRow},
};

const HINT: &str = "Check the file with an XML tool";

/// Product feeds. Entities of the document's own are never expanded: a reference to one stays as it is written.
pub struct Xml {
    reader: Reader<Source>,
    file: PathBuf,
    /// Names from the outermost wanted one to the row's element; matched at the end of the element's path.
    rows: Vec<String>,
    guessed: bool,
    open: Vec<String>,
    seen: Vec<String>,
    any: bool,
    ended: bool,
}

/// Elements that are an ad in the feeds that shops export: YML, Google Merchant (RSS and Atom), and plain ones.
const USUAL: [&str; 8] = ["offer", "item", "entry", "product", "proizvod", "listing", "oglas", "ad"];

impl Xml {
    /// `rows` is the element of an ad, `offer`, with as much of its path as tells it apart: `offers.offer`.
    pub fn new(source: Source, file: PathBuf, rows: Option<&str>) -> Self {
        let mut reader = Reader::from_reader(source);
        reader.config_mut().allow_dangling_amp = true;
        let rows: Vec<String> =
            rows.unwrap_or_default().split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        let guessed = rows.is_empty();
        Self { reader, file, rows, guessed, open: Vec::new(), seen: Vec::new(), any: false, ended: false }
    }

    fn is_row(&mut self) -> bool {
        let Some(name) = self.open.last() else { return false };
        if self.guessed && self.rows.is_empty() && USUAL.contains(&name.to_ascii_lowercase().as_str()) {
            self.rows = vec![name.clone()];
        }
        !self.rows.is_empty() && self.open.ends_with(&self.rows)
    }

    fn event(&mut self, buffer: &mut Vec<u8>) -> Result<Event<'static>, FeedError> {
        buffer.clear();
        let event = self.reader.read_event_into(buffer).map(Event::into_owned);
        event.map_err(|error| {
            let line = self.reader.get_mut().line();
            let file = self.file.clone();
            match &error {
                quick_xml::Error::Io(cause) if cause.get_ref().is_some_and(|inner| inner.is::<RowTooLong>()) => {
                    FeedError::RowTooLong {
                        file,
                        line,
                        bytes_max: ROW_BYTES_MAX,
                        hint: "A tag that is never closed makes one row of all that follows",
                    }
                }
                _ => FeedError::Broken { file, line, what: error.to_string(), hint: HINT },
            }
        })
    }

    fn broken(&mut self, what: impl Into<String>) -> FeedError {
        let line = self.reader.get_mut().line();
        FeedError::Broken { file: self.file.clone(), line, what: what.into(), hint: HINT }
    }

    fn push(&mut self, start: &BytesStart<'_>) -> Result<(), FeedError> {
        if self.open.len() >= DEPTH_MAX {
            return Err(self.broken(format!("more than {DEPTH_MAX} levels")));
        }
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        if self.seen.len() < 50 && !self.seen.contains(&name) {
            self.seen.push(name.clone());
        }
        self.open.push(name);
        Ok(())
    }

    /// The row's element was opened: everything to its end.
    fn row(&mut self, start: &BytesStart<'_>, empty: bool, line: u64) -> Result<Read, FeedError> {
        let mut row = Tree::default();
        row.attributes("", start);
        if empty {
            return Ok(row.finish(line));
        }
        let base = self.open.len();
        // (path, text so far)
        let mut levels: Vec<(String, String, Option<String>)> = vec![(String::new(), String::new(), None)];
        let mut buffer = Vec::new();
        loop {
            match self.event(&mut buffer)? {
                Event::Start(inner) => {
                    self.push(&inner)?;
                    let path = row.child(&levels, &inner);
                    row.attributes(&path, &inner);
                    levels.push((path, String::new(), named(&inner)));
                }
                Event::Empty(inner) => {
                    let path = row.child(&levels, &inner);
                    row.attributes(&path, &inner);
                }
                Event::End(_) => {
                    self.open.pop();
                    let Some((path, text, name)) = levels.pop() else { return Err(self.broken("an end tag too many")) };
                    if !text.trim().is_empty() && !path.is_empty() {
                        if let Some(name) = name {
                            row.add(format!("{path}[{name}]"), text.trim().to_owned());
                        }
                        row.add(path, text.trim().to_owned());
                    }
                    if self.open.len() < base {
                        return Ok(row.finish(line));
                    }
                }
                Event::Text(text) => {
                    if let (Some(level), Ok(text)) = (levels.last_mut(), text.decode()) {
                        level.1.push_str(&text);
                    }
                }
                Event::CData(text) => {
                    if let (Some(level), Ok(text)) = (levels.last_mut(), text.decode()) {
                        level.1.push_str(&text);
                    }
                }
                Event::GeneralRef(reference) => {
                    if let Some(level) = levels.last_mut() {
                        resolve(&reference, &mut level.1);
                    }
                }
                Event::Eof => return Err(self.broken("the file ends within an ad")),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }
}

impl Rows for Xml {
    fn next_row(&mut self) -> Result<Option<Read>, FeedError> {
        if self.ended {
            return Ok(None);
        }
        let mut buffer = Vec::new();
        loop {
            self.reader.get_mut().begin_row();
            let line = self.reader.get_mut().line();
            match self.event(&mut buffer)? {
                Event::Start(start) => {
                    self.push(&start)?;
                    if self.is_row() {
                        self.any = true;
                        return self.row(&start, false, line).map(Some);
                    }
                }
                Event::Empty(start) => {
                    self.push(&start)?;
                    let row = self.is_row();
                    self.open.pop();
                    if row {
                        self.any = true;
                        return self.row(&start, true, line).map(Some);
                    }
                }
                Event::End(_) => {
                    self.open.pop();
                }
                Event::Eof => {
                    self.ended = true;
                    if let Some(name) = self.open.last().cloned() {
                        return Err(self.broken(format!("the file ends before </{name}>")));
                    }
                    if !self.any {
                        let rows = if self.rows.is_empty() { USUAL.join(" or ") } else { self.rows.join(".") };
                        let seen = self.seen.join(", ");
                        return Err(FeedError::NoRows { file: self.file.clone(), rows, seen });
                    }
                    return Ok(None);
                }
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::GeneralRef(_) => {}
            }
        }
    }

    fn columns(&self) -> Option<&[String]> {
        None
    }
}

#[derive(Default)]
struct Tree {
    values: BTreeMap<String, Vec<String>>,
    count: usize,
}

impl Tree {
    fn add(&mut self, path: String, value: String) {
        self.count += 1;
        if self.count <= VALUES_MAX {
            self.values.entry(path).or_default().push(value);
        }
    }

    /// `@id` of the row itself, `photo@url` of an element in it.
    fn attributes(&mut self, path: &str, start: &BytesStart<'_>) {
        for attribute in start.attributes().with_checks(false).flatten() {
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            let value = attribute
                .unescape_value()
                .map_or_else(|_| String::from_utf8_lossy(&attribute.value).into_owned(), std::borrow::Cow::into_owned);
            self.add(format!("{path}@{name}"), value);
        }
    }

    fn child(&self, levels: &[(String, String, Option<String>)], start: &BytesStart<'_>) -> String {
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        match levels.last() {
            Some((path, ..)) if !path.is_empty() => format!("{path}.{name}"),
            _ => name,
        }
    }

    fn finish(self, line: u64) -> Read {
        if self.count > VALUES_MAX {
            let hint = format!("more than {VALUES_MAX} values");
            return Read::Bad { line, value: String::new(), reason: "row.values", hint };
        }
        Read::Row(RawRow { line, cells: Cells::Tree(self.values) })
    }
}

/// `<param name="Boja">` is `param[Boja]` too.
fn named(start: &BytesStart<'_>) -> Option<String> {
    let attribute = start.try_get_attribute("name").ok().flatten()?;
    attribute.unescape_value().ok().map(std::borrow::Cow::into_owned)
}

fn resolve(reference: &BytesRef<'_>, text: &mut String) {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        text.push(character);
        return;
    }
    let name = String::from_utf8_lossy(reference);
    match name.as_ref() {
        "amp" => text.push('&'),
        "lt" => text.push('<'),
        "gt" => text.push('>'),
        "quot" => text.push('"'),
        "apos" => text.push('\''),
        "nbsp" => text.push('\u{A0}'),
        other => {
            text.push('&');
            text.push_str(other);
            text.push(';');
        }
    }
}
