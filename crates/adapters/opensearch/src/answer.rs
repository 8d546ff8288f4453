//! What OpenSearch answers a search, as the port says it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use svetu_ports::search_index::{
    Bucket, Cell, Facet, FacetKind, GeoBox, GeoPoint, Hit, Position, SearchIndexError, SearchRequest, SearchResponse,
    plane,
};
use uuid::Uuid;

use crate::client::{Reason, refusal};
use crate::layout::payload;
use crate::rank;
use crate::request::facet_name;

#[derive(Debug, Deserialize)]
pub(crate) struct Found {
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    error: Option<Reason>,
    #[serde(default)]
    timed_out: bool,
    #[serde(default, rename = "_shards")]
    shards: Shards,
    #[serde(default)]
    hits: FoundHits,
    #[serde(default)]
    aggregations: BTreeMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Shards {
    failed: u32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FoundHits {
    total: Total,
    pub hits: Vec<FoundHit>,
}

#[derive(Debug, Default, Deserialize)]
struct Total {
    value: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct FoundHit {
    #[serde(rename = "_id")]
    pub id: Uuid,
    #[serde(default, rename = "_version")]
    pub version: u64,
    #[serde(default, rename = "_source")]
    pub source: Stored,
    #[serde(default)]
    sort: Vec<Value>,
}

/// What is kept of a document beside its indexes.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stored {
    pub p: String,
    x: Option<i64>,
    y: Option<i64>,
    pub gone: bool,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(flatten)]
    facets: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Values {
    buckets: Vec<ValueBucket>,
}

#[derive(Debug, Deserialize)]
struct ValueBucket {
    key: String,
    doc_count: u64,
}

#[derive(Debug, Deserialize)]
struct Bounds {
    low: Extreme,
    high: Extreme,
}

#[derive(Debug, Deserialize)]
struct Extreme {
    value: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Grid {
    columns: Buckets<ColumnBucket>,
}

#[derive(Debug, Deserialize)]
struct Buckets<T> {
    buckets: Vec<T>,
}

#[derive(Debug, Deserialize)]
struct ColumnBucket {
    rows: Buckets<CellBucket>,
}

#[derive(Debug, Deserialize)]
struct CellBucket {
    doc_count: u64,
    x: Stats,
    y: Stats,
    example: Example,
}

#[derive(Debug, Deserialize)]
struct Stats {
    min: f64,
    max: f64,
    avg: f64,
}

#[derive(Debug, Deserialize)]
struct Example {
    hits: FoundHits,
}

impl Found {
    /// Part of an answer to several searches may be a refusal.
    fn checked(self) -> Result<Self, SearchIndexError> {
        match &self.error {
            Some(reason) => Err(refusal(self.status.unwrap_or(500), reason)),
            None => Ok(self),
        }
    }

    pub fn is_no_such_index(&self) -> bool {
        self.error.as_ref().is_some_and(Reason::is_no_such_index)
    }

    pub fn into_hits(self) -> Vec<FoundHit> {
        self.hits.hits
    }
}

fn unread(error: serde_json::Error) -> SearchIndexError {
    SearchIndexError::Damaged(format!("an answer of OpenSearch cannot be read: {error}"))
}

pub(crate) fn response(
    request: &SearchRequest,
    hits: Found,
    facets: Option<Found>,
) -> Result<SearchResponse, SearchIndexError> {
    let mut found = hits.checked()?;
    // What was not looked at is not there: no total, no order.
    if found.timed_out || found.shards.failed > 0 {
        return Err(SearchIndexError::Unavailable("a part of the index did not answer".to_owned()));
    }
    let cells = match found.aggregations.remove("grid") {
        Some(grid) => cells(grid)?,
        None => Vec::new(),
    };
    let center = rank::center(request);
    let total = found.hits.total.value;
    let hits = found.into_hits().into_iter().map(|hit| hit_of(hit, center)).collect::<Result<_, _>>()?;
    let (facets, facets_partial) = match facets {
        Some(found) => facets_of(request, found.checked()?)?,
        None => (Vec::new(), false),
    };
    Ok(SearchResponse { hits, total, facets, facets_partial, cells })
}

fn hit_of(hit: FoundHit, center: Option<GeoPoint>) -> Result<Hit, SearchIndexError> {
    let rank = hit.sort.first().and_then(Value::as_f64).map_or(0, rank::from_engine);
    let point = hit.source.y.zip(hit.source.x);
    let point = point.map(|(y, x)| GeoPoint { lat: plane::degrees(y), lon: plane::degrees(x) });
    Ok(Hit {
        id: hit.id,
        version: hit.version,
        position: Position { rank, id: hit.id },
        distance_m: center.zip(point).map(|(center, point)| plane::distance_m(center, point)),
        payload: payload(&hit.source.p)?,
    })
}

fn facets_of(request: &SearchRequest, found: Found) -> Result<(Vec<Facet>, bool), SearchIndexError> {
    let partial = found.timed_out || found.shards.failed > 0;
    let mut counted: BTreeMap<String, Value> = BTreeMap::new();
    for group in found.aggregations.into_values() {
        counted.extend(serde_json::from_value::<Group>(group).map_err(unread)?.facets);
    }
    let mut facets = Vec::with_capacity(request.facets.len());
    for (at, asked) in request.facets.iter().enumerate() {
        let mut facet = Facet { name: asked.name.clone(), ..Facet::default() };
        match (counted.remove(&facet_name(at)), &asked.kind) {
            (Some(found), FacetKind::Values { .. }) => {
                let values: Values = serde_json::from_value(found).map_err(unread)?;
                let bucket = |found: ValueBucket| Bucket { value: found.key, count: found.doc_count };
                facet.buckets = values.buckets.into_iter().map(bucket).collect();
            }
            (Some(found), FacetKind::Bounds { .. }) => {
                let bounds: Bounds = serde_json::from_value(found).map_err(unread)?;
                facet.bounds = bounds.low.value.zip(bounds.high.value).map(|(low, high)| (whole(low), whole(high)));
            }
            (None, _) => {}
        }
        facets.push(facet);
    }
    Ok((facets, partial))
}

fn cells(grid: Value) -> Result<Vec<Cell>, SearchIndexError> {
    let grid: Grid = serde_json::from_value(grid).map_err(unread)?;
    let mut cells: Vec<Cell> = grid
        .columns
        .buckets
        .into_iter()
        .flat_map(|column| column.rows.buckets)
        .filter_map(|cell| {
            Some(Cell {
                count: cell.doc_count,
                center: GeoPoint { lat: cell.y.avg / 1e6, lon: cell.x.avg / 1e6 },
                area: GeoBox {
                    west: plane::degrees(whole(cell.x.min)),
                    south: plane::degrees(whole(cell.y.min)),
                    east: plane::degrees(whole(cell.x.max)),
                    north: plane::degrees(whole(cell.y.max)),
                },
                example: cell.example.hits.hits.first()?.id,
            })
        })
        .collect();
    cells.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| b.example.cmp(&a.example)));
    Ok(cells)
}

fn whole(number: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let whole = number as i64;
    whole
}
