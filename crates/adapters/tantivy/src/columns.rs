//! Columns of the segments that serve, opened once.
//!
//! Opening one reads and unpacks the segment's list of columns, and a value's name is in an unpacked block of a dictionary: either
//! costs more than what a search then reads of it. A segment's columns never change, so what was opened stays until it serves no more.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use svetu_ports::search_index::{GeoPoint, plane};
use tantivy::columnar::{Column, StrColumn};
use tantivy::fastfield::FastFieldReaders;
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentOrdinal, SegmentReader};
use uuid::Uuid;

use crate::schema::{keyword_column, number_column};

/// Keys of one segment and kind that stay open; a request's others are opened for it alone.
const KEYS_MAX: usize = 512;
/// Values of a dictionary that stay in memory.
const VALUES_MAX: usize = 8_192;

/// What every request asks of the same segments.
#[derive(Default)]
pub(crate) struct Columns {
    segments: Mutex<HashMap<SegmentId, Arc<SegmentColumns>>>,
}

impl Columns {
    pub fn of(&self, searcher: Searcher) -> tantivy::Result<Snapshot> {
        let mut known = self.segments.lock();
        let mut segments = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            let columns = match known.get(&id) {
                Some(columns) => Arc::clone(columns),
                None => {
                    let columns = Arc::new(SegmentColumns::open(segment)?);
                    known.insert(id, Arc::clone(&columns));
                    columns
                }
            };
            segments.push(columns);
        }
        if known.len() > segments.len() {
            known.retain(|id, _| searcher.segment_readers().iter().any(|segment| segment.segment_id() == *id));
        }
        Ok(Snapshot { searcher, segments })
    }
}

/// The index as one commit left it.
pub(crate) struct Snapshot {
    pub searcher: Searcher,
    segments: Vec<Arc<SegmentColumns>>,
}

impl Snapshot {
    pub fn segments(&self) -> &[Arc<SegmentColumns>] {
        &self.segments
    }

    /// Of the segment that an address names.
    pub fn columns(&self, ordinal: SegmentOrdinal) -> Option<&SegmentColumns> {
        self.segments.get(usize::try_from(ordinal).ok()?).map(AsRef::as_ref)
    }
}

pub(crate) struct SegmentColumns {
    readers: FastFieldReaders,
    id_high: Column<u64>,
    id_low: Column<u64>,
    version: Column<u64>,
    /// None where the segment has no trace of a deleted document.
    traces: Option<Column<u64>>,
    points: Points,
    keywords: RwLock<HashMap<String, Option<Keywords>>>,
    numbers: RwLock<HashMap<String, Option<Column<i64>>>>,
}

impl SegmentColumns {
    fn open(segment: &SegmentReader) -> tantivy::Result<Self> {
        let readers = segment.fast_fields().clone();
        let deleted = readers.u64("deleted")?;
        Ok(Self {
            id_high: readers.u64("id_high")?,
            id_low: readers.u64("id_low")?,
            version: readers.u64("version")?,
            traces: (deleted.max_value() > 0).then_some(deleted),
            points: Points { lat: readers.i64("lat")?, lon: readers.i64("lon")? },
            readers,
            keywords: RwLock::default(),
            numbers: RwLock::default(),
        })
    }

    #[inline]
    pub fn id(&self, doc: DocId) -> Uuid {
        Uuid::from_u64_pair(self.id_high.first(doc).unwrap_or_default(), self.id_low.first(doc).unwrap_or_default())
    }

    pub fn version(&self, doc: DocId) -> u64 {
        self.version.first(doc).unwrap_or_default()
    }

    /// Whether it is the trace that a deleted document leaves.
    #[inline]
    pub fn is_trace(&self, doc: DocId) -> bool {
        self.traces.as_ref().is_some_and(|traces| traces.first(doc) != Some(0))
    }

    pub const fn points(&self) -> &Points {
        &self.points
    }

    /// None where no document of the segment has the key.
    pub fn keywords(&self, key: &str) -> tantivy::Result<Option<Keywords>> {
        kept(&self.keywords, key, || Ok(self.readers.str(&keyword_column(key))?.map(Keywords::new)))
    }

    /// None where no document of the segment has the key.
    pub fn numbers(&self, key: &str) -> tantivy::Result<Option<Column<i64>>> {
        kept(&self.numbers, key, || self.readers.column_opt(&number_column(key)))
    }
}

fn kept<T: Clone>(
    of: &RwLock<HashMap<String, Option<T>>>,
    key: &str,
    open: impl FnOnce() -> tantivy::Result<Option<T>>,
) -> tantivy::Result<Option<T>> {
    if let Some(known) = of.read().get(key) {
        return Ok(known.clone());
    }
    let opened = open()?;
    let mut of = of.write();
    if of.len() < KEYS_MAX {
        of.insert(key.to_owned(), opened.clone());
    }
    Ok(opened)
}

/// A column of values with names.
#[derive(Clone)]
pub(crate) struct Keywords {
    column: StrColumn,
    /// In the order of their ordinals, which is that of their bytes.
    values: Arc<OnceLock<Vec<Arc<str>>>>,
}

impl Keywords {
    fn new(column: StrColumn) -> Self {
        Self { column, values: Arc::default() }
    }

    pub fn count(&self) -> usize {
        self.column.num_terms()
    }

    #[inline]
    pub fn ordinals(&self, doc: DocId) -> impl Iterator<Item = u64> + '_ {
        self.column.term_ords(doc)
    }

    pub fn ordinals_column(&self) -> &Column<u64> {
        self.column.ords()
    }

    pub fn ordinal(&self, value: &str) -> tantivy::Result<Option<u64>> {
        match self.values()? {
            Some(values) => {
                let at = values.binary_search_by(|known| known.as_bytes().cmp(value.as_bytes()));
                Ok(at.ok().and_then(|at| u64::try_from(at).ok()))
            }
            None => Ok(self.column.dictionary().term_ord(value.as_bytes())?),
        }
    }

    /// The counted values by name, without those that were not met.
    pub fn named(&self, counts: &[u32]) -> tantivy::Result<Vec<(Arc<str>, u64)>> {
        let met = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        if let Some(values) = self.values()? {
            return Ok(met.filter_map(|(at, count)| Some((Arc::clone(values.get(at)?), u64::from(*count)))).collect());
        }
        let mut named = Vec::new();
        let mut left = met.clone().map(|(_, count)| u64::from(*count));
        self.column.dictionary().sorted_ords_to_term_cb(met.map(|(at, _)| at as u64), |value| {
            let value = std::str::from_utf8(value).map_err(|error| std::io::Error::other(error.to_string()))?;
            named.extend(left.next().map(|count| (Arc::from(value), count)));
            Ok(())
        })?;
        Ok(named)
    }

    /// All values, unless they are too many to keep.
    fn values(&self) -> tantivy::Result<Option<&[Arc<str>]>> {
        if let Some(known) = self.values.get() {
            return Ok(Some(known));
        }
        if self.count() > VALUES_MAX {
            return Ok(None);
        }
        let mut values = Vec::with_capacity(self.count());
        let mut terms = self.column.dictionary().stream()?;
        while terms.advance() {
            let value = std::str::from_utf8(terms.key()).map_err(|error| std::io::Error::other(error.to_string()))?;
            values.push(Arc::from(value));
        }
        Ok(Some(self.values.get_or_init(|| values)))
    }
}

/// Where the documents of a segment are.
#[derive(Clone)]
pub(crate) struct Points {
    lat: Column<i64>,
    lon: Column<i64>,
}

impl Points {
    #[inline]
    pub fn get(&self, doc: DocId) -> Option<GeoPoint> {
        Some(GeoPoint { lat: plane::degrees(self.lat.first(doc)?), lon: plane::degrees(self.lon.first(doc)?) })
    }
}
