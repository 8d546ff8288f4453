//! Ads of the demo world, as the index keeps them and as the search page asks for them.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use svetu_contracts::{
    geo::{Place, Point},
    listings::Price,
    taxonomy::Taxonomy,
};
use svetu_demo::Draft;
use svetu_kernel::{Currency, Language, PlaceId, Timestamp};
use svetu_ports::search_index::{
    FacetKind, FacetRequest, Filter, GeoBox, GeoPoint, IndexDocument, NamedFilter, Query, SearchRequest, Signal, Sort,
};
use svetu_text::{Analyser, Part, Synonyms, Word};
use uuid::Uuid;

pub const FIELDS: &[&str] = &["title", "strong", "all", "exact"];
const SEED: u64 = 1;
const TOP: usize = 24;
/// Never used up: both count to the end.
const FACET_BUDGET: Duration = Duration::from_secs(10);
const TOWNS: [(&str, f64, f64, i32); 8] = [
    ("Beograd", 44.80, 20.46, 1_197_700),
    ("Novi Sad", 45.25, 19.85, 260_400),
    ("Niš", 43.32, 21.90, 183_000),
    ("Kragujevac", 44.01, 20.91, 146_300),
    ("Subotica", 46.10, 19.67, 94_200),
    ("Čačak", 43.89, 20.35, 73_300),
    ("Kraljevo", 43.73, 20.69, 64_200),
    ("Vranje", 42.55, 21.90, 55_200),
];

pub struct World {
    demo: svetu_demo::World,
    size: usize,
    taxonomy: Arc<Taxonomy>,
    analyser: Analyser,
    now: Timestamp,
    towns: BTreeMap<PlaceId, &'static str>,
}

impl World {
    pub fn new(size: usize) -> Result<Self> {
        let taxonomy = Arc::new(taxonomy()?);
        let now = "2026-06-01T10:00:00Z".parse()?;
        let places = places();
        let towns = places.iter().zip(TOWNS).map(|(place, (name, ..))| (place.id, name)).collect();
        let demo = svetu_demo::World::new(SEED, u64::try_from(size)?, now, Arc::clone(&taxonomy), places)?;
        Ok(Self { demo, size, taxonomy, analyser: Analyser::new(Arc::new(Synonyms::built_in()?)), now, towns })
    }

    pub fn ad(&self, number: usize) -> Draft {
        self.demo.listing(number as u64)
    }

    /// The fields, keys and numbers of an ad in the index of the search service, but for its attributes' names.
    pub fn document(&self, number: usize) -> IndexDocument {
        let ad = self.ad(number);
        let title = self.analyser.analyse_document(&ad.title, ad.language);
        let description = self.analyser.analyse_document(&ad.description, ad.language);
        let town = self.towns.get(&ad.place).copied().unwrap_or_default();
        let path = self.taxonomy.path(&ad.category);
        let mut named = format!("{town} ");
        for names in path.iter().map(|category| &category.names) {
            named += &format!("{} {} {} ", names.sr, names.ru, names.en);
        }
        let named = self.analyser.analyse_document(&named, Language::SrLatn);
        let distinct = |lists: &[&[String]]| {
            let mut tokens = lists.concat();
            tokens.sort_unstable();
            tokens.dedup();
            tokens
        };
        let all = [&title.folded, &title.stems, &named.folded, &named.stems, &description.folded, &description.stems];
        let text = BTreeMap::from([
            ("title".to_owned(), distinct(&[&title.folded, &title.stems])),
            ("strong".to_owned(), distinct(&[&title.folded, &named.folded])),
            ("all".to_owned(), distinct(&all.map(Vec::as_slice))),
            ("exact".to_owned(), distinct(&[&title.exact, &named.exact])),
        ]);
        let mut keywords = BTreeMap::from([
            ("category".to_owned(), path.iter().map(|category| category.id.clone()).collect()),
            ("seller_kind".to_owned(), vec![word(ad.seller_kind)]),
            ("seller".to_owned(), vec![ad.seller.to_string()]),
            ("delivery".to_owned(), ad.delivery.iter().map(word).collect()),
            ("place".to_owned(), vec![ad.place.to_string()]),
        ]);
        keywords.extend(ad.condition.map(|condition| ("condition".to_owned(), vec![word(condition)])));
        let mut numbers = BTreeMap::from([
            ("refreshed".to_owned(), ad.created_at.timestamp()),
            ("completeness".to_owned(), 40 + i64::try_from(ad.pictures.len()).unwrap_or(0)),
        ]);
        if let Price::Fixed { amount_minor, currency } = ad.price {
            let key = if currency == Currency::Eur { "price_eur" } else { "price_rsd" };
            numbers.insert(key.to_owned(), amount_minor);
        }
        for (key, value) in &ad.attributes {
            match (value.as_str(), value.as_i64()) {
                (Some(value), _) => drop(keywords.insert(format!("attr:{key}"), vec![value.to_owned()])),
                (None, Some(number)) => drop(numbers.insert(format!("attr:{key}"), number)),
                (None, None) => {}
            }
        }
        let card = json!({ "title": ad.title, "category": ad.category, "price": ad.price, "place": town, "attributes": ad.attributes,
            "seller_name": ad.seller_name, "seller_kind": ad.seller_kind, "created_at": ad.created_at });
        IndexDocument {
            id: id(number),
            version: 1,
            text,
            keywords,
            numbers,
            point: Some(GeoPoint { lat: ad.point.lat, lon: ad.point.lon }),
            payload: serde_json::to_vec(&card).unwrap_or_default(),
        }
    }

    /// As a visitor asks for some ad of the world: words of its title, at times its category or where it is. The same number,
    /// the same question.
    pub fn question(&self, number: u64) -> SearchRequest {
        let mut rng = StdRng::seed_from_u64(number);
        let (ad, words) = loop {
            let ad = self.ad(rng.random_range(0..self.size));
            let words: Vec<&str> = ad
                .title
                .split_whitespace()
                .filter(|word| word.chars().count() > 3 && word.chars().all(char::is_alphabetic))
                .take(rng.random_range(1..3))
                .collect();
            if !words.is_empty() {
                let words = words.join(" ");
                break (ad, words);
            }
        };
        let mut filters = Vec::new();
        if rng.random_bool(0.3) {
            let filter = Filter::Keyword { key: "category".to_owned(), any_of: vec![ad.category] };
            filters.push(NamedFilter { name: "category".to_owned(), filter });
        }
        if rng.random_bool(0.5) {
            let half = 180.0 / f64::from(1_u32 << rng.random_range(7..12_u8));
            let Point { lat, lon } = ad.point;
            let area = GeoBox { west: lon - half, south: lat - half / 2.0, east: lon + half, north: lat + half / 2.0 };
            filters.push(NamedFilter { name: "place".to_owned(), filter: Filter::InBox(area) });
        }
        let values = |key: &str| FacetRequest {
            name: key.to_owned(),
            kind: FacetKind::Values { key: key.to_owned(), limit: 200 },
        };
        let bounds =
            |key: &str| FacetRequest { name: "price".to_owned(), kind: FacetKind::Bounds { key: key.to_owned() } };
        SearchRequest {
            query: self.query(&words),
            filters,
            sort: Sort::Relevance(vec![
                Signal::Recent {
                    key: "refreshed".to_owned(),
                    origin: self.now.timestamp(),
                    half: 14 * 86_400,
                    weight: 4_000,
                },
                Signal::Number { key: "completeness".to_owned(), weight: 2_000, per: 100 },
            ]),
            after: None,
            limit: TOP,
            facets: vec![
                values("category"),
                values("condition"),
                values("seller_kind"),
                values("delivery"),
                bounds("price_rsd"),
                bounds("price_eur"),
            ],
            grid: None,
            facet_budget: FACET_BUDGET,
        }
    }

    /// All words anywhere, better in the title: the shape of the search page's queries.
    fn query(&self, text: &str) -> Query {
        let (mut must, mut should) = (Vec::new(), Vec::new());
        for part in self.analyser.analyse_query(text, Language::SrLatn).parts {
            let words = match part {
                Part::Words { words, .. } | Part::Model { words, .. } => words,
                Part::Code { token } | Part::Number { digits: token } => {
                    must.push(term("all", &token, 3));
                    continue;
                }
            };
            for word in &words {
                must.push(Query::Any(spellings("all", word, 3, 2)));
                should.push(Query::Any(spellings("title", word, 4, 3)));
                should.push(term("exact", &word.exact, 1));
            }
        }
        Query::Prefer { must: Box::new(Query::All(must)), should }
    }
}

pub fn id(number: usize) -> Uuid {
    Uuid::from_u64_pair(number as u64, (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn term(field: &'static str, token: &str, weight: u16) -> Query {
    Query::Term { field, token: token.to_owned(), weight }
}

fn spellings(field: &'static str, word: &Word, folded: u16, stem: u16) -> Vec<Query> {
    let stems = word.stems.iter().map(|token| term(field, token, stem));
    std::iter::once(term(field, &word.folded, folded)).chain(stems).collect()
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn taxonomy() -> Result<Taxonomy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/marketplace/listings/taxonomy");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok(Taxonomy::parse(&files)?.with_cyrillic(svetu_text::latin_to_cyrillic))
}

fn places() -> Vec<Place> {
    let place = |(at, (name, lat, lon, population)): (usize, (&str, f64, f64, i32))| Place {
        id: PlaceId::from_uuid(Uuid::from_u128(at as u128 + 1)),
        name: name.to_owned(),
        name_cyrl: svetu_text::latin_to_cyrillic(name),
        parent_name: None,
        country: "RS".to_owned(),
        point: Point { lat, lon },
        population,
        postal_code: None,
    };
    TOWNS.into_iter().enumerate().map(place).collect()
}
