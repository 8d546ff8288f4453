//! One pass over the matching documents of a request: the best of them, the total, the facets, the grid.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use svetu_ports::search_index::{
    Bucket, Cell, Facet, FacetKind, GeoBox, GeoPoint, Position, SearchRequest, Signal, Sort, plane,
};
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, ColumnBlockAccessor};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};
use uuid::Uuid;

use crate::columns::{Keywords, Points, SegmentColumns};
use crate::predicate::Predicate;
use crate::query::is_decided_by_tokens;

/// Documents that facets count together; between two such blocks one looks at the clock.
const BLOCK: usize = 1_024;

/// What all segments share of a request.
pub(crate) struct Pass {
    pub request: Arc<SearchRequest>,
    /// Of the searcher's segments, in its order.
    columns: Vec<Arc<SegmentColumns>>,
    /// Per filter: the facets that ignore it when they count (bits), empty for a filter that only decides.
    ignored_by: Vec<u64>,
    /// Filters that the query's tokens already decided.
    decided: Vec<bool>,
    grid_size: Option<f64>,
    deadline: Instant,
}

impl Pass {
    pub fn new(request: Arc<SearchRequest>, columns: Vec<Arc<SegmentColumns>>, now: Instant) -> Self {
        let ignored_by: Vec<u64> = request
            .filters
            .iter()
            .map(|filter| {
                request
                    .facets
                    .iter()
                    .enumerate()
                    .filter(|(_, facet)| facet.name == filter.name)
                    .fold(0, |bits, (at, _)| bits | 1_u64 << at)
            })
            .collect();
        let decided = request
            .filters
            .iter()
            .zip(&ignored_by)
            .map(|(filter, bits)| *bits == 0 && is_decided_by_tokens(&filter.filter))
            .collect();
        let grid_size = request.grid.map(|grid| plane::grid_size(&grid.area, grid.cells_max));
        let deadline = now + request.facet_budget.min(Duration::from_secs(60));
        Self { request, columns, ignored_by, decided, grid_size, deadline }
    }

    /// Filters that may narrow the query: no facet counts without them.
    pub fn narrowing(&self) -> Vec<&svetu_ports::search_index::Filter> {
        self.request
            .filters
            .iter()
            .zip(&self.ignored_by)
            .filter(|(_, bits)| **bits == 0)
            .map(|(filter, _)| &filter.filter)
            .collect()
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Found {
    pub position: Position,
    pub address: DocAddress,
    pub distance_m: Option<f64>,
}

#[derive(Default)]
pub(crate) struct Outcome {
    pub best: Vec<Found>,
    pub total: u64,
    pub facets: Vec<Facet>,
    pub partial: bool,
    pub cells: Vec<Cell>,
}

struct Counter {
    counted: Counted,
    /// Documents that fail this facet's own filter and no other, so that it counts them and nobody else does.
    own: Vec<DocId>,
}

enum Counted {
    Values { column: Option<Keywords>, counts: Vec<u32> },
    Bounds { column: Option<Column<i64>>, bounds: Option<(i64, i64)> },
}

/// Where a column's values of a block of documents are unpacked to.
#[derive(Default)]
struct Block {
    ordinals: ColumnBlockAccessor<u64>,
    numbers: ColumnBlockAccessor<i64>,
}

impl Counted {
    fn count(&mut self, docs: &[DocId], block: &mut Block) {
        match self {
            Self::Values { column: Some(column), counts } => {
                block.ordinals.fetch_block(docs, column.ordinals_column());
                for ordinal in block.ordinals.iter_vals() {
                    if let Some(count) = usize::try_from(ordinal).ok().and_then(|at| counts.get_mut(at)) {
                        *count += 1;
                    }
                }
            }
            Self::Bounds { column: Some(column), bounds } => {
                block.numbers.fetch_block(docs, column);
                for value in block.numbers.iter_vals() {
                    *bounds = widen(*bounds, Some((value, value)));
                }
            }
            Self::Values { column: None, .. } | Self::Bounds { column: None, .. } => {}
        }
    }
}

enum Rank {
    /// And what they add up to at most.
    Signals(Vec<SignalReader>, i64),
    Numbers {
        columns: Vec<(Column<i64>, i64, i64)>,
        descending: bool,
    },
    Distance {
        points: Points,
        center: GeoPoint,
    },
}

enum SignalReader {
    Recent { column: Column<i64>, origin: i64, half: i64, weight: i64 },
    Number { column: Column<i64>, weight: i64, per: i64 },
    Near { points: Points, center: GeoPoint, half_m: f64, weight: i64 },
}

type CellSums = HashMap<(i64, i64), CellSum>;

struct CellSum {
    count: u64,
    lat: f64,
    lon: f64,
    area: GeoBox,
    example: Uuid,
}

pub(crate) struct Segment {
    ordinal: SegmentOrdinal,
    limit: usize,
    after: Option<Position>,
    filters: Vec<(Predicate, u64)>,
    rank: Rank,
    columns: Arc<SegmentColumns>,
    heap: BinaryHeap<Reverse<(Position, DocId)>>,
    total: u64,
    counters: Vec<Counter>,
    names: Vec<String>,
    /// Documents that pass every filter and wait to be counted by all facets.
    waiting: Vec<DocId>,
    block: Block,
    partial: bool,
    deadline: Instant,
    grid: Option<(Points, f64, CellSums)>,
}

impl Collector for Pass {
    type Fruit = Outcome;
    type Child = Segment;

    fn for_segment(&self, ordinal: SegmentOrdinal, _: &SegmentReader) -> tantivy::Result<Segment> {
        let request = &self.request;
        let columns = usize::try_from(ordinal).ok().and_then(|at| self.columns.get(at));
        let columns = columns.ok_or_else(|| TantivyError::InternalError(format!("no columns of segment {ordinal}")))?;
        let mut filters = Vec::new();
        for ((named, ignored_by), decided) in request.filters.iter().zip(&self.ignored_by).zip(&self.decided) {
            if !decided {
                filters.push((Predicate::open(&named.filter, columns)?, *ignored_by));
            }
        }
        let rank = match &request.sort {
            Sort::Relevance(signals) => {
                let mut readers = Vec::new();
                for signal in signals {
                    match signal {
                        Signal::Recent { key, origin, half, weight } => {
                            if let Some(column) = columns.numbers(key)? {
                                let half = (*half).max(1);
                                readers.push(SignalReader::Recent { column, origin: *origin, half, weight: *weight });
                            }
                        }
                        Signal::Number { key, weight, per } => {
                            if let Some(column) = columns.numbers(key)? {
                                readers.push(SignalReader::Number { column, weight: *weight, per: (*per).max(1) });
                            }
                        }
                        Signal::Near { center, half_m, weight } => readers.push(SignalReader::Near {
                            points: columns.points().clone(),
                            center: *center,
                            half_m: half_m.max(1.0),
                            weight: *weight,
                        }),
                    }
                }
                let most = readers.iter().fold(0_i64, |sum, signal| sum.saturating_add(signal.most()));
                Rank::Signals(readers, most)
            }
            Sort::Number { keys, descending } => {
                let mut opened = Vec::new();
                for key in keys {
                    if let Some(column) = columns.numbers(&key.key)? {
                        opened.push((column, key.numerator, key.denominator.max(1)));
                    }
                }
                Rank::Numbers { columns: opened, descending: *descending }
            }
            Sort::Distance(center) => Rank::Distance { points: columns.points().clone(), center: *center },
        };
        let mut counters = Vec::new();
        for facet in &request.facets {
            let counted = match &facet.kind {
                FacetKind::Values { key, .. } => {
                    let column = columns.keywords(key)?;
                    let values = column.as_ref().map_or(0, Keywords::count);
                    Counted::Values { column, counts: vec![0; values] }
                }
                FacetKind::Bounds { key } => Counted::Bounds { column: columns.numbers(key)?, bounds: None },
            };
            counters.push(Counter { counted, own: Vec::new() });
        }
        let grid = self.grid_size.map(|size| (columns.points().clone(), size, CellSums::new()));
        Ok(Segment {
            ordinal,
            limit: request.limit,
            after: request.after,
            filters,
            rank,
            columns: Arc::clone(columns),
            heap: BinaryHeap::with_capacity(request.limit + 1),
            total: 0,
            counters,
            names: request.facets.iter().map(|facet| facet.name.clone()).collect(),
            waiting: Vec::new(),
            block: Block::default(),
            partial: false,
            deadline: self.deadline,
            grid,
        })
    }

    fn requires_scoring(&self) -> bool {
        matches!(self.request.sort, Sort::Relevance(_)) && self.request.limit > 0
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<SegmentFruit>>) -> tantivy::Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut values: Vec<HashMap<Arc<str>, u64>> = vec![HashMap::new(); self.request.facets.len()];
        let mut bounds: Vec<Option<(i64, i64)>> = vec![None; self.request.facets.len()];
        let mut cells = CellSums::new();
        for fruit in fruits {
            let fruit = fruit?;
            outcome.best.extend(fruit.best);
            outcome.total += fruit.total;
            outcome.partial |= fruit.partial;
            for (at, counts) in fruit.values.into_iter().enumerate() {
                for (value, count) in counts {
                    *values[at].entry(value).or_default() += count;
                }
            }
            for (at, found) in fruit.bounds.into_iter().enumerate() {
                bounds[at] = widen(bounds[at], found);
            }
            for (key, sum) in fruit.cells {
                match cells.entry(key) {
                    std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().add(&sum),
                    std::collections::hash_map::Entry::Vacant(free) => {
                        free.insert(sum);
                    }
                }
            }
        }
        outcome.best.sort_unstable_by_key(|found| Reverse(found.position));
        outcome.best.truncate(self.request.limit);
        for (facet, (counts, bounds)) in self.request.facets.iter().zip(values.into_iter().zip(bounds)) {
            let mut buckets: Vec<Bucket> =
                counts.into_iter().map(|(value, count)| Bucket { value: value.as_ref().to_owned(), count }).collect();
            buckets.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            if let FacetKind::Values { limit, .. } = facet.kind {
                buckets.truncate(limit);
            }
            outcome.facets.push(Facet { name: facet.name.clone(), buckets, bounds });
        }
        outcome.cells = cells.into_values().map(CellSum::into_cell).collect();
        outcome.cells.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| b.example.cmp(&a.example)));
        Ok(outcome)
    }
}

fn widen(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some((low_a, high_a)), Some((low_b, high_b))) => Some((low_a.min(low_b), high_a.max(high_b))),
        (one, other) => one.or(other),
    }
}

impl CellSum {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.lat += other.lat;
        self.lon += other.lon;
        self.area.west = self.area.west.min(other.area.west);
        self.area.east = self.area.east.max(other.area.east);
        self.area.south = self.area.south.min(other.area.south);
        self.area.north = self.area.north.max(other.area.north);
        self.example = self.example.max(other.example);
    }

    fn into_cell(self) -> Cell {
        #[allow(clippy::cast_precision_loss)]
        let count = self.count as f64;
        Cell {
            count: self.count,
            center: GeoPoint { lat: self.lat / count, lon: self.lon / count },
            area: self.area,
            example: self.example,
        }
    }
}

pub(crate) struct SegmentFruit {
    best: Vec<Found>,
    total: u64,
    partial: bool,
    values: Vec<Vec<(Arc<str>, u64)>>,
    bounds: Vec<Option<(i64, i64)>>,
    cells: CellSums,
}

impl Segment {
    /// `only`: the facets (bits) that count the document although it is not found.
    #[inline]
    fn count(&mut self, doc: DocId, only: Option<u64>) {
        match only {
            None => {
                self.waiting.push(doc);
                if self.waiting.len() >= BLOCK {
                    self.count_waiting();
                    self.look_at_the_clock();
                }
            }
            Some(facets) => {
                let mut full = false;
                let counters = self.counters.iter_mut().enumerate().filter(|(at, _)| facets & (1 << *at) != 0);
                for (_, counter) in counters {
                    counter.own.push(doc);
                    if counter.own.len() >= BLOCK {
                        counter.counted.count(&counter.own, &mut self.block);
                        counter.own.clear();
                        full = true;
                    }
                }
                if full {
                    self.look_at_the_clock();
                }
            }
        }
    }

    fn count_waiting(&mut self) {
        for counter in &mut self.counters {
            counter.counted.count(&self.waiting, &mut self.block);
        }
        self.waiting.clear();
    }

    fn look_at_the_clock(&mut self) {
        self.partial |= Instant::now() > self.deadline;
    }

    #[inline]
    fn rank(&self, doc: DocId, score: Score) -> i64 {
        match &self.rank {
            Rank::Signals(signals, _) => {
                signals.iter().fold(of_text(score), |sum, signal| sum.saturating_add(signal.value(doc)))
            }
            Rank::Numbers { columns, descending } => {
                let value = columns.iter().find_map(|(column, numerator, denominator)| {
                    let scaled = i128::from(column.first(doc)?) * i128::from(*numerator) / i128::from(*denominator);
                    i64::try_from(scaled).ok()
                });
                match value {
                    Some(value) if *descending => value.max(i64::MIN + 1),
                    Some(value) => value.saturating_neg().max(i64::MIN + 1),
                    None => i64::MIN,
                }
            }
            Rank::Distance { points, center } => match points.get(doc) {
                Some(point) => -millimetres(plane::distance_m(*center, point)),
                None => i64::MIN,
            },
        }
    }

    /// A rank that no document of the score is above, found without a look at its columns.
    #[inline]
    fn ceiling(&self, score: Score) -> i64 {
        match &self.rank {
            Rank::Signals(_, most) => of_text(score).saturating_add(*most),
            Rank::Numbers { .. } | Rank::Distance { .. } => i64::MAX,
        }
    }

    fn distance_m(&self, doc: DocId) -> Option<f64> {
        let of = |points: &Points, center: &GeoPoint| points.get(doc).map(|point| plane::distance_m(*center, point));
        match &self.rank {
            Rank::Distance { points, center } => of(points, center),
            Rank::Signals(signals, _) => signals.iter().find_map(|signal| match signal {
                SignalReader::Near { points, center, .. } => of(points, center),
                SignalReader::Recent { .. } | SignalReader::Number { .. } => None,
            }),
            Rank::Numbers { .. } => None,
        }
    }
}

/// Weights are whole numbers, so their sum is exact.
#[inline]
fn of_text(score: Score) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let text = score as i64 * 1_000;
    text
}

fn millimetres(metres: f64) -> i64 {
    #[allow(clippy::cast_possible_truncation)]
    let millimetres = (metres * 1_000.0).round() as i64;
    millimetres
}

impl SignalReader {
    /// What it adds at most.
    fn most(&self) -> i64 {
        match self {
            Self::Recent { weight, .. } => (*weight).max(0),
            // Rounded to the next whole.
            Self::Near { weight, .. } => weight.saturating_add(1).max(0),
            Self::Number { column, weight, per } => [column.min_value(), column.max_value(), 0]
                .into_iter()
                .fold(0, |most, value| most.max(value.saturating_mul(*weight) / per)),
        }
    }

    #[inline]
    fn value(&self, doc: DocId) -> i64 {
        match self {
            Self::Recent { column, origin, half, weight } => column.first(doc).map_or(0, |value| {
                let age = origin.saturating_sub(value).max(0);
                match (weight.checked_mul(*half), half.checked_add(age)) {
                    (Some(whole), Some(parts)) => whole / parts,
                    _ => {
                        let scaled = i128::from(*weight) * i128::from(*half) / (i128::from(*half) + i128::from(age));
                        i64::try_from(scaled).unwrap_or(0)
                    }
                }
            }),
            Self::Number { column, weight, per } => {
                column.first(doc).map_or(0, |value| value.saturating_mul(*weight) / per)
            }
            Self::Near { points, center, half_m, weight } => points.get(doc).map_or(0, |point| {
                #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
                let value = (*weight as f64 * half_m / (half_m + plane::distance_m(*center, point))).round() as i64;
                value
            }),
        }
    }
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<SegmentFruit>;

    fn collect(&mut self, doc: DocId, score: Score) {
        // Facets that ignore the one filter that the document fails still count it.
        let mut facets = u64::MAX;
        let mut failed = false;
        for (filter, ignored_by) in &self.filters {
            if !filter.matches(doc) {
                failed = true;
                facets &= ignored_by;
                if facets == 0 {
                    return;
                }
            }
        }
        // A trace of a deleted document has no tokens; only a query without tokens meets it.
        if self.columns.is_trace(doc) {
            return;
        }
        if !self.counters.is_empty() && !self.partial {
            self.count(doc, failed.then_some(facets));
        }
        if failed {
            return;
        }
        self.total += 1;
        if self.grid.is_some() {
            let id = self.columns.id(doc);
            if let Some((points, size, sums)) = &mut self.grid
                && let Some(point) = points.get(doc)
            {
                let area = GeoBox { west: point.lon, south: point.lat, east: point.lon, north: point.lat };
                let sum = CellSum { count: 1, lat: point.lat, lon: point.lon, area, example: id };
                match sums.entry(plane::cell_at(point, *size)) {
                    std::collections::hash_map::Entry::Occupied(mut known) => known.get_mut().add(&sum),
                    std::collections::hash_map::Entry::Vacant(free) => {
                        free.insert(sum);
                    }
                }
            }
        }
        if self.limit == 0 {
            return;
        }
        let worst =
            if self.heap.len() < self.limit { None } else { self.heap.peek().map(|Reverse((worst, _))| worst.rank) };
        if worst.is_some_and(|worst| self.ceiling(score) < worst) {
            return;
        }
        let rank = self.rank(doc, score);
        if worst.is_some_and(|worst| rank < worst) {
            return;
        }
        if self.after.is_some_and(|after| rank > after.rank) {
            return;
        }
        let position = Position { rank, id: self.columns.id(doc) };
        if self.after.is_some_and(|after| position >= after) {
            return;
        }
        self.heap.push(Reverse((position, doc)));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    fn harvest(mut self) -> Self::Fruit {
        if !self.partial {
            self.count_waiting();
            for counter in &mut self.counters {
                counter.counted.count(&counter.own, &mut self.block);
            }
        }
        let heap = std::mem::take(&mut self.heap);
        let best = heap
            .into_iter()
            .map(|Reverse((position, doc))| Found {
                position,
                address: DocAddress::new(self.ordinal, doc),
                distance_m: self.distance_m(doc),
            })
            .collect();
        let mut values = Vec::with_capacity(self.names.len());
        let mut bounds = Vec::with_capacity(self.names.len());
        for counter in self.counters {
            match counter.counted {
                Counted::Values { column, counts } => {
                    values.push(column.map_or_else(|| Ok(Vec::new()), |column| column.named(&counts))?);
                    bounds.push(None);
                }
                Counted::Bounds { bounds: found, .. } => {
                    values.push(Vec::new());
                    bounds.push(found);
                }
            }
        }
        Ok(SegmentFruit {
            best,
            total: self.total,
            partial: self.partial,
            values,
            bounds,
            cells: self.grid.map(|(_, _, sums)| sums).unwrap_or_default(),
        })
    }
}
