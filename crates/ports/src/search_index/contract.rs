//! What every [`SearchIndex`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use uuid::Uuid;

use super::*;

/// The text fields that the index under test has.
pub const FIELDS: &[&str] = &["title", "all"];

/// The index is empty when each part begins: `open` gives a new one each time.
pub async fn all(open: impl AsyncFn() -> Arc<dyn SearchIndex>) {
    text(&*open().await).await;
    versions(&*open().await).await;
    filters_and_facets(&*open().await).await;
    geography(&*open().await).await;
    order(&*open().await).await;
    paging_while_it_changes(&*open().await).await;
    tokens(&*open().await).await;
    scanning(&*open().await).await;
    generations(&*open().await).await;
    bounds(&*open().await).await;
}

fn id(number: u64) -> Uuid {
    Uuid::from_u64_pair(0x0190_0000_0000_7000, number)
}

fn document(number: u64, title: &str) -> IndexDocument {
    let tokens: Vec<String> = title.split_whitespace().map(str::to_owned).collect();
    IndexDocument {
        id: id(number),
        version: 1,
        text: BTreeMap::from([("title".to_owned(), tokens.clone()), ("all".to_owned(), tokens)]),
        keywords: BTreeMap::new(),
        numbers: BTreeMap::new(),
        point: None,
        payload: title.as_bytes().to_vec(),
    }
}

fn term(token: &str, weight: u16) -> Query {
    Query::Term { field: "all", token: token.to_owned(), weight }
}

fn asking(query: Query) -> SearchRequest {
    SearchRequest { query, ..SearchRequest::everything(100) }
}

async fn found(index: &dyn SearchIndex, request: SearchRequest) -> Vec<u64> {
    let response = index.search(request).await.unwrap();
    response.hits.iter().map(|hit| hit.id.as_u64_pair().1).collect()
}

async fn put(index: &dyn SearchIndex, documents: Vec<IndexDocument>) {
    index.upsert(documents).await.unwrap();
    index.refresh().await.unwrap();
}

async fn text(index: &dyn SearchIndex) {
    let titles = ["golf 7 dizel", "golf 6 benzin", "beograd stan", "beogradski stan", "opel astra dizel"];
    put(index, (1..).zip(titles).map(|(number, title)| document(number, title)).collect()).await;
    let check = async |query: Query, expected: &[u64]| {
        let mut seen = found(index, asking(query.clone())).await;
        seen.sort_unstable();
        assert_eq!(seen, expected, "{query:?}");
    };
    check(Query::Everything, &[1, 2, 3, 4, 5]).await;
    check(Query::Nothing, &[]).await;
    check(term("golf", 1), &[1, 2]).await;
    check(term("Golf", 1), &[]).await;
    check(Query::All(vec![term("golf", 1), term("dizel", 1)]), &[1]).await;
    check(Query::Any(vec![term("benzin", 1), term("astra", 1), term("none", 1)]), &[2, 5]).await;
    check(Query::All(Vec::new()), &[1, 2, 3, 4, 5]).await;
    check(Query::Any(Vec::new()), &[]).await;
    let except = Query::Except { must: Box::new(term("golf", 1)), not: Box::new(term("dizel", 1)) };
    check(except, &[2]).await;
    let prefix = Query::Prefix { field: "all", token: "beograd".to_owned(), weight: 1 };
    check(prefix, &[3, 4]).await;
    let fuzzy =
        |token: &str, edits| Query::Fuzzy { field: "all", token: token.to_owned(), edits, prefix_chars: 1, weight: 1 };
    check(fuzzy("beogrd", 1), &[3]).await;
    check(fuzzy("beogard", 1), &[3]).await;
    check(fuzzy("xeograd", 1), &[]).await;
    check(fuzzy("beogradsk", 2), &[3, 4]).await;

    // The heavier comes first; among equals the greater id.
    let must = Box::new(Query::Any(vec![term("golf", 1), term("dizel", 1)]));
    let preferred = Query::Prefer { must, should: vec![term("benzin", 5), term("astra", 3)] };
    assert_eq!(found(index, asking(preferred)).await, [2, 5, 1]);
    let both = Query::All(vec![term("golf", 2), Query::Any(vec![term("7", 9), term("6", 4)])]);
    assert_eq!(found(index, asking(both)).await, [1, 2]);
    assert!(matches!(
        index.search(asking(Query::Term { field: "unknown", token: "a".to_owned(), weight: 1 })).await,
        Err(SearchIndexError::UnknownField(_))
    ));
}

async fn versions(index: &dyn SearchIndex) {
    let versioned = |version, title| IndexDocument { version, ..document(1, title) };
    put(index, vec![versioned(2, "second")]).await;
    put(index, vec![versioned(1, "first")]).await;
    assert_eq!(found(index, asking(term("second", 1))).await, [1]);
    put(index, vec![versioned(3, "third"), versioned(5, "fifth"), versioned(4, "fourth")]).await;
    assert_eq!(found(index, asking(Query::Everything)).await, [1]);
    assert_eq!(found(index, asking(term("fifth", 1))).await, [1]);
    let stored = index.documents(vec![id(1), id(2)]).await.unwrap();
    let payload = b"fifth".to_vec();
    assert_eq!(stored, vec![Some(StoredDocument { id: id(1), version: 5, payload }), None]);

    // A delete that is older changes nothing; a newer one stays, whatever old comes after it.
    index.delete(vec![(id(1), 4)]).await.unwrap();
    index.refresh().await.unwrap();
    assert_eq!(index.count().await.unwrap(), 1);
    index.delete(vec![(id(1), 7), (id(9), 1)]).await.unwrap();
    index.refresh().await.unwrap();
    assert_eq!(index.count().await.unwrap(), 0);
    put(index, vec![versioned(6, "sixth")]).await;
    assert_eq!(index.count().await.unwrap(), 0);
    assert_eq!(found(index, asking(Query::Everything)).await, Vec::<u64>::new());
    assert_eq!(index.documents(vec![id(1)]).await.unwrap(), [None]);
    put(index, vec![versioned(8, "eighth")]).await;
    assert_eq!(found(index, asking(term("eighth", 1))).await, [1]);
}

async fn filters_and_facets(index: &dyn SearchIndex) {
    let car = |number, fuel: &[&str], year: i64, city: &str| {
        let mut car = document(number, "auto");
        car.keywords.insert("attr:fuel".to_owned(), fuel.iter().map(|&fuel| fuel.to_owned()).collect());
        car.keywords.insert("city".to_owned(), vec![city.to_owned()]);
        car.numbers.insert("year".to_owned(), year);
        car
    };
    put(
        index,
        vec![
            car(1, &["dizel"], 2010, "Beograd"),
            car(2, &["dizel"], 2015, "Niš"),
            car(3, &["benzin"], 2015, "Beograd"),
            car(4, &["benzin", "gas"], 2020, "Beograd"),
            document(5, "auto"),
        ],
    )
    .await;
    let keyword = |key: &str, values: &[&str]| Filter::Keyword {
        key: key.to_owned(),
        any_of: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let years = |min, max| Filter::Number { key: "year".to_owned(), min, max };
    let named = |name: &str, filter| NamedFilter { name: name.to_owned(), filter };
    let check = async |filter: Filter, expected: &[u64]| {
        let filters = vec![named("one", filter.clone())];
        let mut seen = found(index, SearchRequest { filters, ..asking(term("auto", 1)) }).await;
        seen.sort_unstable();
        assert_eq!(seen, expected, "{filter:?}");
        let filters = vec![named("one", filter.clone())];
        let mut seen = found(index, SearchRequest { filters, ..asking(Query::Everything) }).await;
        seen.sort_unstable();
        assert_eq!(seen, expected, "{filter:?}");
    };
    check(keyword("attr:fuel", &["dizel"]), &[1, 2]).await;
    check(keyword("attr:fuel", &["gas", "dizel"]), &[1, 2, 4]).await;
    check(keyword("attr:fuel", &["none"]), &[]).await;
    check(keyword("none", &["dizel"]), &[]).await;
    check(years(Some(2015), None), &[2, 3, 4]).await;
    check(years(Some(2011), Some(2015)), &[2, 3]).await;
    check(years(None, None), &[1, 2, 3, 4]).await;
    check(Filter::Not(Box::new(keyword("city", &["Beograd"]))), &[2, 5]).await;
    check(Filter::Any(vec![years(None, Some(2010)), keyword("attr:fuel", &["gas"])]), &[1, 4]).await;
    check(Filter::All(vec![years(Some(2015), None), keyword("city", &["Beograd"])]), &[3, 4]).await;

    let request = SearchRequest {
        filters: vec![
            named("fuel", keyword("attr:fuel", &["dizel"])),
            named("city", keyword("city", &["Beograd"])),
            named("year", years(Some(2010), None)),
        ],
        facets: vec![
            FacetRequest {
                name: "fuel".to_owned(),
                kind: FacetKind::Values { key: "attr:fuel".to_owned(), limit: 10 },
            },
            FacetRequest { name: "city".to_owned(), kind: FacetKind::Values { key: "city".to_owned(), limit: 10 } },
            FacetRequest { name: "year".to_owned(), kind: FacetKind::Bounds { key: "year".to_owned() } },
        ],
        ..asking(term("auto", 1))
    };
    let response = index.search(request).await.unwrap();
    assert_eq!(response.total, 1);
    let counts = |at: usize| -> Vec<(&str, u64)> {
        response.facets[at].buckets.iter().map(|bucket| (bucket.value.as_str(), bucket.count)).collect()
    };
    // Each ignores its own filter and obeys the others.
    assert_eq!(counts(0), [("benzin", 2), ("dizel", 1), ("gas", 1)]);
    assert_eq!(counts(1), [("Beograd", 1), ("Niš", 1)]);
    assert_eq!(response.facets[2].bounds, Some((2010, 2010)));
    assert!(!response.facets_partial);
}

async fn geography(index: &dyn SearchIndex) {
    // A lattice around Belgrade, some 1.1 km by 0.8 km.
    let mut documents = Vec::new();
    for row in 0..20_u64 {
        for column in 0..20_u64 {
            let mut point = document(row * 20 + column, "stan");
            #[allow(clippy::cast_precision_loss)]
            let (lat, lon) = (44.70 + row as f64 * 0.01, 20.30 + column as f64 * 0.01);
            point.point = Some(GeoPoint { lat, lon });
            documents.push(point);
        }
    }
    put(index, documents).await;
    let area = GeoBox { west: 20.345, south: 44.745, east: 20.385, north: 44.785 };
    let inside = vec![NamedFilter { name: "place".to_owned(), filter: Filter::InBox(area) }];
    let request = SearchRequest { filters: inside, ..asking(Query::Everything) };
    assert_eq!(index.search(request.clone()).await.unwrap().total, 16);

    let gridded = SearchRequest { grid: Some(GridRequest { area, cells_max: 9 }), limit: 0, ..request };
    let response = index.search(gridded).await.unwrap();
    assert!(!response.cells.is_empty() && response.cells.len() <= 9);
    assert_eq!(response.cells.iter().map(|cell| cell.count).sum::<u64>(), response.total);
    assert!(response.cells.iter().all(|cell| area.contains(cell.center)));

    let center = GeoPoint { lat: 44.80, lon: 20.40 };
    let near = Filter::Within { center, radius_m: 1_200.0 };
    let request = SearchRequest {
        filters: vec![NamedFilter { name: "place".to_owned(), filter: near }],
        sort: Sort::Distance(center),
        ..asking(term("stan", 1))
    };
    let response = index.search(request).await.unwrap();
    assert_eq!(response.total, 5);
    assert_eq!(response.hits[0].id.as_u64_pair().1, 210);
    let distances: Vec<f64> = response.hits.iter().filter_map(|hit| hit.distance_m.map(f64::round)).collect();
    assert!(distances.len() == 5 && distances.is_sorted(), "{distances:?}");
}

async fn order(index: &dyn SearchIndex) {
    let priced = |number, rsd: Option<i64>, eur: Option<i64>, at: i64| {
        let mut listing = document(number, "stan");
        listing.numbers.extend(rsd.map(|price| ("rsd".to_owned(), price)));
        listing.numbers.extend(eur.map(|price| ("eur".to_owned(), price)));
        listing.numbers.insert("at".to_owned(), at);
        listing
    };
    put(
        index,
        vec![
            priced(1, Some(5_000), None, 100),
            priced(2, None, Some(50), 300),
            priced(3, Some(6_000), None, 200),
            priced(4, None, None, 400),
        ],
    )
    .await;
    let prices = |descending| Sort::Number {
        keys: vec![
            ScaledKey { key: "rsd".to_owned(), numerator: 1, denominator: 1 },
            ScaledKey { key: "eur".to_owned(), numerator: 117, denominator: 1 },
        ],
        descending,
    };
    let sorted = async |sort| found(index, SearchRequest { sort, ..asking(Query::Everything) }).await;
    assert_eq!(sorted(prices(false)).await, [1, 2, 3, 4]);
    assert_eq!(sorted(prices(true)).await, [3, 2, 1, 4]);
    let recent = Signal::Recent { key: "at".to_owned(), origin: 400, half: 100, weight: 1_000 };
    assert_eq!(sorted(Sort::Relevance(vec![recent])).await, [4, 2, 3, 1]);
    let cheap = Signal::Number { key: "rsd".to_owned(), weight: -1, per: 1 };
    assert_eq!(sorted(Sort::Relevance(vec![cheap])).await, [4, 2, 1, 3]);
}

/// Documents that stay are seen once each, in order, while others come, go and change.
async fn paging_while_it_changes(index: &dyn SearchIndex) {
    let mut stable = Vec::new();
    for number in 0..120_u64 {
        let mut listing = document(number * 10, if number % 3 == 0 { "stan beograd" } else { "stan" });
        listing.numbers.insert("at".to_owned(), i64::try_from(number % 7).unwrap());
        stable.push(listing);
    }
    put(index, stable).await;
    let must = Box::new(term("stan", 1));
    let query = Query::Prefer { must, should: vec![term("beograd", 3)] };
    let signal = Signal::Number { key: "at".to_owned(), weight: 100, per: 1 };
    let mut seen: Vec<u64> = Vec::new();
    let mut after = None;
    for round in 0..100_u64 {
        let request = SearchRequest {
            query: query.clone(),
            sort: Sort::Relevance(vec![signal.clone()]),
            after,
            limit: 17,
            ..SearchRequest::everything(17)
        };
        let response = index.search(request).await.unwrap();
        let Some(last) = response.hits.last() else { break };
        after = Some(last.position);
        seen.extend(response.hits.iter().map(|hit| hit.id.as_u64_pair().1).filter(|number| number % 10 == 0));
        let mut guests = Vec::new();
        for guest in 1..=5 {
            let mut listing = document((round * 37 % 120) * 10 + guest, "stan beograd");
            listing.version = round + 1;
            listing.numbers.insert("at".to_owned(), i64::try_from(round % 7).unwrap());
            guests.push(listing);
        }
        let gone = vec![(guests[0].id, round + 2)];
        index.upsert(guests).await.unwrap();
        index.delete(gone).await.unwrap();
        index.refresh().await.unwrap();
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), 120, "no holes");
    assert_eq!(seen.len(), 120, "no repeats");
}

async fn tokens(index: &dyn SearchIndex) {
    put(index, vec![document(1, "skoda skola"), document(2, "skoda"), document(3, "skuter iphone12")]).await;
    let asked = vec!["skoda".to_owned(), "none".to_owned()];
    assert_eq!(index.frequencies("all", asked).await.unwrap(), [2, 0]);
    let near = index.neighbours("all", "skods".to_owned(), 1, 1, 5).await.unwrap();
    assert_eq!(near, [TokenCount { token: "skoda".to_owned(), documents: 2 }]);
    let near = index.neighbours("all", "skoda".to_owned(), 1, 1, 5).await.unwrap();
    assert_eq!(near.iter().map(|count| count.token.as_str()).collect::<Vec<_>>(), ["skoda", "skola"]);
    let completed = index.completions("all", "sk".to_owned(), 2).await.unwrap();
    assert_eq!(completed[0], TokenCount { token: "skoda".to_owned(), documents: 2 });
    assert_eq!(completed.len(), 2);
    // Before all tokens, behind all tokens, between two of them, and in each of UTF-8's lengths.
    for nowhere in ["0", "skp", "zz", "я", "中", "\u{14094}ra3", "\u{10ffff}"] {
        assert_eq!(index.completions("all", nowhere.to_owned(), 8).await.unwrap(), [], "{nowhere}");
        assert_eq!(index.neighbours("all", nowhere.to_owned(), 1, 1, 8).await.unwrap(), [], "{nowhere}");
        assert_eq!(index.frequencies("all", vec![nowhere.to_owned()]).await.unwrap(), [0], "{nowhere}");
        let query = Query::Prefix { field: "all", token: nowhere.to_owned(), weight: 1 };
        let found = index.search(asking(query)).await.unwrap();
        assert_eq!(found.total, 0, "{nowhere}");
    }
}

async fn scanning(index: &dyn SearchIndex) {
    put(index, (0..25).map(|number| document(number, "stan")).collect()).await;
    index.delete(vec![(id(3), 9)]).await.unwrap();
    index.refresh().await.unwrap();
    let mut seen = Vec::new();
    while let Ok(page) = index.scan(seen.last().map(|(id, _)| *id), 7).await {
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    let expected: Vec<(Uuid, u64)> = (0..25).filter(|number| *number != 3).map(|number| (id(number), 1)).collect();
    assert_eq!(seen, expected);
}

async fn generations(index: &dyn SearchIndex) {
    put(index, vec![document(1, "old"), document(2, "old")]).await;
    assert!(matches!(index.finish_rebuild().await, Err(SearchIndexError::NoRebuild)));
    index.begin_rebuild().await.unwrap();
    assert!(matches!(index.begin_rebuild().await, Err(SearchIndexError::Rebuilding)));
    index.delete(vec![(id(2), 5)]).await.unwrap();
    put(index, vec![IndexDocument { version: 3, ..document(3, "live") }]).await;
    index.rebuild(vec![document(1, "new"), document(2, "new"), document(3, "new")]).await.unwrap();
    // The old one serves until the end.
    let mut serving = found(index, asking(Query::Everything)).await;
    serving.sort_unstable();
    assert_eq!(serving, [1, 3]);
    assert_eq!(found(index, asking(term("new", 1))).await, Vec::<u64>::new());
    index.finish_rebuild().await.unwrap();
    // What happened meanwhile is newer than the snapshot.
    assert_eq!(found(index, asking(term("new", 1))).await, [1]);
    assert_eq!(found(index, asking(term("live", 1))).await, [3]);
    assert_eq!(index.count().await.unwrap(), 2);
    index.begin_rebuild().await.unwrap();
    index.abandon_rebuild().await.unwrap();
    assert_eq!(index.count().await.unwrap(), 2);
}

async fn bounds(index: &dyn SearchIndex) {
    let many = (0..=u64::try_from(BATCH_MAX).unwrap()).map(|number| document(number, "stan")).collect();
    assert!(index.upsert(many).await.is_err());
    assert!(index.search(SearchRequest::everything(HITS_MAX + 1)).await.is_err());
    assert!(index.scan(None, SCAN_MAX + 1).await.is_err());
    let mut wrong = document(1, "stan");
    wrong.text.insert("unknown".to_owned(), Vec::new());
    assert!(matches!(index.upsert(vec![wrong]).await, Err(SearchIndexError::UnknownField(_))));
    // A spent budget leaves hits and totals exact.
    let mut listing = document(1, "stan");
    listing.keywords.insert("city".to_owned(), vec!["Niš".to_owned()]);
    put(index, vec![listing]).await;
    let request = SearchRequest {
        facets: vec![FacetRequest {
            name: "city".to_owned(),
            kind: FacetKind::Values { key: "city".to_owned(), limit: 5 },
        }],
        facet_budget: Duration::ZERO,
        ..SearchRequest::everything(5)
    };
    assert_eq!(index.search(request).await.unwrap().total, 1);
}
