//! An index of documents whose text is already analysed (docs/adr/0003): engines compare tokens, they never cut or fold
//! text, so that every engine answers a query with the same set.
//!
//! Scores are sums of the query's own weights and of signals stored with the document, never of statistics of the index.
//! So a document keeps its place in an order while others come and go, and a keyset cursor has no repeats and no holes.

pub mod contract;
mod edits;
pub mod plane;

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use edits::Edits;

/// Documents in one upsert.
pub const BATCH_MAX: usize = 1_000;
/// Hits of one search.
pub const HITS_MAX: usize = 200;
/// Buckets of one facet.
pub const BUCKETS_MAX: usize = 500;
/// Cells of one grid.
pub const CELLS_MAX: usize = 200;
/// Ids of one page of a scan.
pub const SCAN_MAX: usize = 10_000;
/// Facets of one search.
pub const FACETS_MAX: usize = 60;
/// Tokens that a fuzzy term or a prefix may stand for: the nearest, the most frequent.
pub const EXPANSION_MAX: usize = 128;

#[derive(Debug, thiserror::Error)]
pub enum SearchIndexError {
    #[error("the search index cannot be reached: {0}")]
    Unavailable(String),
    #[error("the search index is damaged: {0}")]
    Damaged(String),
    /// As they are now they would never be taken.
    #[error("the search index refuses documents: {0}")]
    Refused(String),
    #[error("the search index has no text field «{0}»")]
    UnknownField(String),
    #[error("a bound is broken: {0}")]
    TooLarge(&'static str),
    #[error("no rebuild is under way")]
    NoRebuild,
    #[error("a rebuild is under way")]
    Rebuilding,
}

/// WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GeoPoint {
    pub lat: f64,
    pub lon: f64,
}

/// Degrees, `west <= east`: a box does not cross the 180th meridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GeoBox {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl GeoBox {
    pub fn contains(&self, point: GeoPoint) -> bool {
        (self.south..=self.north).contains(&point.lat) && (self.west..=self.east).contains(&point.lon)
    }
}

/// One document: what it is found by and what an answer shows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexDocument {
    pub id: Uuid,
    /// The owner's version: an older one never overwrites a newer one, nor revives what a newer delete took away.
    pub version: u64,
    /// Tokens by text field, without white space inside. Fields are those the index was opened with.
    pub text: BTreeMap<String, Vec<String>>,
    /// Exact values by key, for filters and facets. Keys are free (`attr:fuel`), without dots.
    pub keywords: BTreeMap<String, Vec<String>>,
    /// Integers by key, for filters, sorting and signals.
    pub numbers: BTreeMap<String, i64>,
    pub point: Option<GeoPoint>,
    /// Given back with hits; never looked into.
    pub payload: Vec<u8>,
}

/// A condition on text. Weights are whole numbers, added up exactly.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    Everything,
    Nothing,
    /// The field has the token.
    Term {
        field: &'static str,
        token: String,
        weight: u16,
    },
    /// The field has a token within so many edits (insert, delete, replace, swap), the first `prefix_chars` equal.
    Fuzzy {
        field: &'static str,
        token: String,
        edits: u8,
        prefix_chars: u8,
        weight: u16,
    },
    /// The field has a token that begins so. Engines may stop at the 128 most frequent continuations.
    Prefix {
        field: &'static str,
        token: String,
        weight: u16,
    },
    /// All of them; weights add.
    All(Vec<Query>),
    /// At least one; the best weight counts.
    Any(Vec<Query>),
    /// `must` decides, `should` only adds weight.
    Prefer {
        must: Box<Query>,
        should: Vec<Query>,
    },
    /// `must` without what `not` matches.
    Except {
        must: Box<Query>,
        not: Box<Query>,
    },
}

/// A condition on values; never weighs.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// One of the values.
    Keyword {
        key: String,
        any_of: Vec<String>,
    },
    /// Inclusive bounds; a document without the number does not match. Without bounds: has the number.
    Number {
        key: String,
        min: Option<i64>,
        max: Option<i64>,
    },
    InBox(GeoBox),
    Within {
        center: GeoPoint,
        radius_m: f64,
    },
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
}

/// A filter that a facet of the same name ignores when it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedFilter {
    pub name: String,
    pub filter: Filter,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FacetRequest {
    pub name: String,
    pub kind: FacetKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FacetKind {
    /// Documents by value of a keyword, most frequent first, then by value.
    Values { key: String, limit: usize },
    /// Least and greatest number.
    Bounds { key: String },
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facet {
    pub name: String,
    pub buckets: Vec<Bucket>,
    /// Least and greatest, for [`FacetKind::Bounds`].
    pub bounds: Option<(i64, i64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub value: String,
    pub count: u64,
}

/// What is added to a text's weight. Values are pure functions of the document and the request.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// `weight` at `origin`, half of it `half` before it, and so on hyperbolically. For times.
    Recent { key: String, origin: i64, half: i64, weight: i64 },
    /// `number × weight / per`
    Number { key: String, weight: i64, per: i64 },
    /// `weight` at the point, half of it at `half_m`.
    Near { center: GeoPoint, half_m: f64, weight: i64 },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Sort {
    /// Text weight × 1,000 and the signals, greatest first.
    Relevance(Vec<Signal>),
    /// By the first of the numbers that a document has, scaled; those without come last.
    Number { keys: Vec<ScaledKey>, descending: bool },
    /// Nearest first; those without a point come last.
    Distance(GeoPoint),
}

/// `number × numerator / denominator`: prices of several currencies in one order.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledKey {
    pub key: String,
    pub numerator: i64,
    pub denominator: i64,
}

/// Where a page ended: the rank and, among equals, the id. Greater ranks come first, then greater ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub rank: i64,
    pub id: Uuid,
}

/// Counts by cell of a grid aligned to the world, so that a moved map keeps its cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridRequest {
    pub area: GeoBox,
    /// At most [`CELLS_MAX`].
    pub cells_max: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub count: u64,
    /// The mean of its points.
    pub center: GeoPoint,
    /// The box of its points.
    pub area: GeoBox,
    /// One of its documents: the only one if `count` is 1.
    pub example: Uuid,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    pub query: Query,
    pub filters: Vec<NamedFilter>,
    pub sort: Sort,
    pub after: Option<Position>,
    /// 0 when only counts are wanted; at most [`HITS_MAX`].
    pub limit: usize,
    pub facets: Vec<FacetRequest>,
    pub grid: Option<GridRequest>,
    /// After so long facets are counted no further; hits and totals stay exact.
    pub facet_budget: Duration,
}

impl SearchRequest {
    /// Everything, newest ids first, no facets.
    pub fn everything(limit: usize) -> Self {
        Self {
            query: Query::Everything,
            filters: Vec::new(),
            sort: Sort::Relevance(Vec::new()),
            after: None,
            limit,
            facets: Vec::new(),
            grid: None,
            facet_budget: Duration::from_millis(200),
        }
    }

    /// # Errors
    /// [`SearchIndexError::TooLarge`] when it asks for more than one search may.
    pub fn check(&self) -> Result<(), SearchIndexError> {
        if self.limit > HITS_MAX {
            return Err(SearchIndexError::TooLarge("200 hits"));
        }
        if self.facets.len() > FACETS_MAX {
            return Err(SearchIndexError::TooLarge("60 facets"));
        }
        if self.grid.is_some_and(|grid| grid.cells_max > CELLS_MAX) {
            return Err(SearchIndexError::TooLarge("200 cells"));
        }
        for facet in &self.facets {
            if matches!(&facet.kind, FacetKind::Values { limit, .. } if *limit > BUCKETS_MAX) {
                return Err(SearchIndexError::TooLarge("500 buckets"));
            }
        }
        Ok(())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub id: Uuid,
    pub version: u64,
    pub position: Position,
    /// Metres, when the request has a centre (sort or signal).
    pub distance_m: Option<f64>,
    pub payload: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchResponse {
    pub hits: Vec<Hit>,
    /// Matching documents, wherever the page begins.
    pub total: u64,
    pub facets: Vec<Facet>,
    /// The budget ran out: facet counts are lower bounds.
    pub facets_partial: bool,
    pub cells: Vec<Cell>,
}

/// A token of a field and in how many documents it is (at least; deleted ones may still count).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCount {
    pub token: String,
    pub documents: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StoredDocument {
    pub id: Uuid,
    pub version: u64,
    pub payload: Vec<u8>,
}

/// The engine. An adapter is opened with the names of its text fields.
#[async_trait]
pub trait SearchIndex: Send + Sync + 'static {
    /// At most [`BATCH_MAX`]. Durable when it returns; searchable at once or within a second ([`SearchIndex::refresh`]).
    async fn upsert(&self, documents: Vec<IndexDocument>) -> Result<(), SearchIndexError>;
    /// Takes away documents with the version of the taking; at most [`BATCH_MAX`].
    async fn delete(&self, ids: Vec<(Uuid, u64)>) -> Result<(), SearchIndexError>;
    /// Returns when all that was accepted before is searchable.
    async fn refresh(&self) -> Result<(), SearchIndexError>;

    async fn search(&self, request: SearchRequest) -> Result<SearchResponse, SearchIndexError>;
    /// In the order of `ids`, at most [`HITS_MAX`].
    async fn documents(&self, ids: Vec<Uuid>) -> Result<Vec<Option<StoredDocument>>, SearchIndexError>;
    /// In how many documents each token is; the order of `tokens`.
    async fn frequencies(&self, field: &'static str, tokens: Vec<String>) -> Result<Vec<u64>, SearchIndexError>;
    /// Tokens within so many edits that share the first `prefix_chars`: fewest edits first, then most frequent.
    async fn neighbours(
        &self,
        field: &'static str,
        token: String,
        edits: u8,
        prefix_chars: u8,
        limit: usize,
    ) -> Result<Vec<TokenCount>, SearchIndexError>;
    /// Tokens that begin so, most frequent first.
    async fn completions(
        &self,
        field: &'static str,
        prefix: String,
        limit: usize,
    ) -> Result<Vec<TokenCount>, SearchIndexError>;
    /// Ids and versions in the order of ids after `after`; at most [`SCAN_MAX`].
    async fn scan(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, u64)>, SearchIndexError>;
    /// Documents there are.
    async fn count(&self) -> Result<u64, SearchIndexError>;

    /// Begins an empty generation beside the serving one. Until it ends, upserts and deletes go to both.
    async fn begin_rebuild(&self) -> Result<(), SearchIndexError>;
    /// Upserts into the new generation only.
    async fn rebuild(&self, documents: Vec<IndexDocument>) -> Result<(), SearchIndexError>;
    /// The new generation serves from here on; the old one is removed.
    async fn finish_rebuild(&self) -> Result<(), SearchIndexError>;
    async fn abandon_rebuild(&self) -> Result<(), SearchIndexError>;
}
