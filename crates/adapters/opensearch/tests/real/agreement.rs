//! Whatever is asked, both engines answer the same: documents, order, positions, counts, cells.

use std::{collections::BTreeMap, time::Duration};

use rand::{Rng as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;
use svetu_ports::search_index::{
    FacetKind, FacetRequest, Filter, GeoBox, GeoPoint, GridRequest, IndexDocument, NamedFilter, Query, ScaledKey,
    SearchIndex, SearchRequest, SearchResponse, Signal, Sort, contract,
};
use svetu_tantivy::TantivyIndex;
use svetu_testkit::Engine;
use uuid::Uuid;

use crate::index;

const SEED: u64 = 20_261_126;
const DOCUMENTS: u64 = 400;
const REQUESTS: usize = 300;
const WORDS: [&str; 24] = [
    "stan",
    "stanovi",
    "стан",
    "kuca",
    "kuce",
    "golf",
    "golf7",
    "golf#",
    "iphone",
    "iphone13",
    "iphone#",
    "šporet",
    "sporet",
    "шпорет",
    "beograd",
    "beogradski",
    "novi",
    "sad",
    "dizel",
    "diesel",
    "дизель",
    "flat",
    "квартира",
    "a.b|c",
];
const CITIES: [&str; 5] = ["Beograd", "Novi Sad", "Niš", "Čačak", "Суботица"];
const KEYS: [&str; 4] = ["city", "attr:fuel", "attr.dotted", "nobody"];
const NUMBERS: [&str; 4] = ["price_rsd", "price_eur", "refreshed", "nothing"];

struct Dice(ChaCha8Rng);

impl Dice {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.0).unwrap()
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    fn point(&mut self) -> GeoPoint {
        // Around Serbia, some on the very lattice that cells have.
        if self.below(4) == 0 {
            return GeoPoint { lat: 44.0 + 0.703_125 * self.below(3) as f64, lon: 20.390_625 };
        }
        GeoPoint { lat: self.0.random_range(42.0..46.5), lon: self.0.random_range(18.5..23.5) }
    }

    fn area(&mut self) -> GeoBox {
        let (center, half) = (self.point(), self.0.random_range(0.05..3.0));
        GeoBox {
            west: center.lon - half,
            south: center.lat - half / 2.0,
            east: center.lon + half,
            north: center.lat + half / 2.0,
        }
    }

    fn document(&mut self, number: u64) -> IndexDocument {
        let field = |dice: &mut Self| (0..dice.below(6)).map(|_| dice.one(&WORDS).to_owned()).collect::<Vec<String>>();
        let title = field(self);
        let mut all = field(self);
        all.extend(title.iter().cloned());
        let mut keywords = BTreeMap::new();
        for key in &KEYS[..3] {
            if self.below(3) > 0 {
                let values = (0..=self.below(2)).map(|_| self.one(&CITIES).to_owned()).collect();
                keywords.insert((*key).to_owned(), values);
            }
        }
        let mut numbers = BTreeMap::new();
        for key in &NUMBERS[..3] {
            if self.below(4) > 0 {
                let number = match self.below(12) {
                    0 => -self.0.random_range(0..1_000_i64),
                    1 => 9_000_000_000_000 + self.0.random_range(0..5),
                    _ => self.0.random_range(0..2_000_000),
                };
                numbers.insert((*key).to_owned(), number);
            }
        }
        IndexDocument {
            id: Uuid::from_u64_pair(self.0.random(), number),
            version: self.0.random_range(0..1 << 40),
            text: BTreeMap::from([("title".to_owned(), title), ("all".to_owned(), all)]),
            keywords,
            numbers,
            point: (self.below(5) > 0).then(|| self.point()),
            payload: (0..self.below(40)).map(|_| self.0.random()).collect(),
        }
    }

    fn query(&mut self, depth: usize) -> Query {
        let field = self.one(contract::FIELDS);
        let weight = self.0.random_range(0..12);
        let some = |dice: &mut Self| (0..dice.below(4)).map(|_| dice.query(depth + 1)).collect();
        match self.below(if depth < 3 { 9 } else { 4 }) {
            0 => Query::Everything,
            1..=3 => Query::Term { field, token: self.one(&WORDS).to_owned(), weight },
            4 => {
                let token: String = self.one(&WORDS).chars().take(1 + self.below(4)).collect();
                Query::Prefix { field, token, weight }
            }
            5 => {
                let mut letters: Vec<char> = self.one(&WORDS).chars().collect();
                let at = self.below(letters.len() - 1);
                letters.swap(at, at + 1);
                let edits = self.0.random_range(0..=2);
                Query::Fuzzy { field, token: letters.into_iter().collect(), edits, prefix_chars: 1, weight }
            }
            6 => Query::All(some(self)),
            7 => Query::Any(some(self)),
            _ => {
                let must = Box::new(self.query(depth + 1));
                if self.below(3) == 0 {
                    Query::Except { must, not: Box::new(self.query(depth + 1)) }
                } else {
                    Query::Prefer { must, should: some(self) }
                }
            }
        }
    }

    fn filter(&mut self, depth: usize) -> Filter {
        match self.below(if depth < 2 { 7 } else { 4 }) {
            0 => Filter::Keyword {
                key: self.one(&KEYS).to_owned(),
                any_of: (0..self.below(3)).map(|_| self.one(&CITIES).to_owned()).collect(),
            },
            1 => {
                let bound = |dice: &mut Self| (dice.below(2) == 0).then(|| dice.0.random_range(-10..2_000_000));
                Filter::Number { key: self.one(&NUMBERS).to_owned(), min: bound(self), max: bound(self) }
            }
            2 => Filter::InBox(self.area()),
            3 => Filter::Within { center: self.point(), radius_m: self.0.random_range(1.0..200_000.0) },
            4 => Filter::All((0..self.below(3)).map(|_| self.filter(depth + 1)).collect()),
            5 => Filter::Any((0..self.below(3)).map(|_| self.filter(depth + 1)).collect()),
            _ => Filter::Not(Box::new(self.filter(depth + 1))),
        }
    }

    fn sort(&mut self) -> Sort {
        match self.below(4) {
            0 => Sort::Distance(self.point()),
            1 => Sort::Number {
                keys: (0..self.below(3))
                    .map(|at| ScaledKey {
                        key: NUMBERS[at].to_owned(),
                        numerator: self.one(&[1, 117_174_300, -3]),
                        denominator: self.one(&[1, 1_000_000]),
                    })
                    .collect(),
                descending: self.below(2) == 0,
            },
            _ => Sort::Relevance(
                (0..self.below(4))
                    .map(|_| match self.below(3) {
                        0 => Signal::Recent {
                            key: "refreshed".to_owned(),
                            origin: 1_000_000,
                            half: 86_400,
                            weight: 4_000,
                        },
                        1 => Signal::Number {
                            key: self.one(&NUMBERS).to_owned(),
                            weight: self.one(&[2_000, -7]),
                            per: 100,
                        },
                        _ => {
                            Signal::Near { center: self.point(), half_m: 20_000.0, weight: self.one(&[3_000, -3_000]) }
                        }
                    })
                    .collect(),
            ),
        }
    }

    fn request(&mut self) -> SearchRequest {
        let names = ["city", "fuel", "place", ""];
        let mut filters: Vec<NamedFilter> = (0..self.below(3))
            .map(|_| NamedFilter { name: self.one(&names).to_owned(), filter: self.filter(0) })
            .collect();
        let facets = (0..self.below(5))
            .map(|_| {
                let kind = if self.below(3) > 0 {
                    FacetKind::Values { key: self.one(&KEYS).to_owned(), limit: self.below(5) }
                } else {
                    FacetKind::Bounds { key: self.one(&NUMBERS).to_owned() }
                };
                FacetRequest { name: self.one(&names).to_owned(), kind }
            })
            .collect();
        let grid = (self.below(3) == 0).then(|| GridRequest { area: self.area(), cells_max: 1 + self.below(150) });
        // Cells are of what lies in the area.
        filters.extend(grid.map(|grid| NamedFilter { name: "grid".to_owned(), filter: Filter::InBox(grid.area) }));
        SearchRequest {
            query: self.query(0),
            filters,
            sort: self.sort(),
            after: None,
            limit: self.one(&[0, 3, 20, 200]),
            facets,
            grid,
            facet_budget: Duration::from_secs(10),
        }
    }
}

/// What differs in the last bits of a double only is the same.
fn level(mut response: SearchResponse, with: &SearchResponse) -> SearchResponse {
    let near = |a: f64, b: f64, by: f64| (a - b).abs() < by;
    for (hit, other) in response.hits.iter_mut().zip(&with.hits) {
        if hit.distance_m.zip(other.distance_m).is_some_and(|(a, b)| near(a, b, 1e-6)) {
            hit.distance_m = other.distance_m;
        }
    }
    for (cell, other) in response.cells.iter_mut().zip(&with.cells) {
        if near(cell.center.lat, other.center.lat, 1e-9) && near(cell.center.lon, other.center.lon, 1e-9) {
            cell.center = other.center;
        }
    }
    response
}

/// Before anything is deleted: how often a token of what is gone still counts is each engine's own affair.
async fn tokens_agree(ours: &dyn SearchIndex, theirs: &dyn SearchIndex) {
    for word in WORDS {
        for prefix_chars in [1, 2] {
            for edits in [1, 2] {
                let near = async |index: &dyn SearchIndex| {
                    index.neighbours("all", word.to_owned(), edits, prefix_chars, 50).await.unwrap()
                };
                assert_eq!(near(theirs).await, near(ours).await, "{word} {edits} {prefix_chars}");
            }
        }
        let start: String = word.chars().take(2).collect();
        let longer = async |index: &dyn SearchIndex| index.completions("all", start.clone(), 50).await.unwrap();
        assert_eq!(longer(theirs).await, longer(ours).await, "{start}");
        let counts = async |index: &dyn SearchIndex| {
            index.frequencies("all", vec![word.to_owned(), "nobody".to_owned()]).await.unwrap()
        };
        assert_eq!(counts(theirs).await, counts(ours).await, "{word}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_answer_the_same() {
    let engine = Engine::start("opensearch");
    let theirs = index(&engine, "agreement");
    let folder = tempfile::tempdir().unwrap();
    let ours = TantivyIndex::open(folder.path(), contract::FIELDS).unwrap();
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(SEED));
    let documents: Vec<IndexDocument> = (0..DOCUMENTS).map(|number| dice.document(number)).collect();
    for index in [&ours as &dyn SearchIndex, &*theirs] {
        index.upsert(documents.clone()).await.unwrap();
        index.refresh().await.unwrap();
    }
    tokens_agree(&ours, &*theirs).await;
    for index in [&ours as &dyn SearchIndex, &*theirs] {
        index.delete(documents.iter().step_by(11).map(|document| (document.id, 1 << 41)).collect()).await.unwrap();
        index.refresh().await.unwrap();
    }
    let (mut found, mut paged, mut with_cells) = (0, 0, 0);
    for number in 0..REQUESTS {
        let mut request = dice.request();
        for page in 0..4 {
            let expected = ours.search(request.clone()).await.unwrap();
            let answered = level(theirs.search(request.clone()).await.unwrap(), &expected);
            let told = || format!("request {number}, page {page}, seed {SEED}: {request:#?}");
            assert_eq!(answered.cells, expected.cells, "{}", told());
            assert_eq!(answered.facets, expected.facets, "{}", told());
            let positions =
                |response: &SearchResponse| response.hits.iter().map(|hit| hit.position).collect::<Vec<_>>();
            assert_eq!(positions(&answered), positions(&expected), "{}", told());
            assert_eq!(answered, expected, "{}", told());
            found += usize::from(expected.total > 0);
            with_cells += usize::from(!expected.cells.is_empty());
            let Some(last) = expected.hits.last().filter(|_| expected.hits.len() == request.limit) else { break };
            request.after = Some(last.position);
            paged += usize::from(page > 0);
        }
    }
    // A suite that finds nothing agrees about nothing.
    assert!(found > REQUESTS / 2 && paged > 50 && with_cells > 30, "{found} {paged} {with_cells}");
    println!("{REQUESTS} requests: {found} pages with hits, {paged} further pages, {with_cells} grids");

    assert_eq!(theirs.scan(None, 1_000).await.unwrap(), ours.scan(None, 1_000).await.unwrap());
}
