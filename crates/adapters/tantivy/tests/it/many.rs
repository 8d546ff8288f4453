//! More documents than are counted together, and more values than are kept.

use std::collections::{BTreeMap, HashSet};

use svetu_ports::search_index::{
    BATCH_MAX, FacetKind, FacetRequest, Filter, HITS_MAX, IndexDocument, NamedFilter, Query, SearchIndex,
    SearchRequest, Signal, Sort,
};
use svetu_tantivy::TantivyIndex;
use uuid::Uuid;

/// Above the values of a key that stay in memory.
const COUNT: u64 = 9_000;
const NOW: i64 = 1_800_000_000;

fn colour(number: u64) -> &'static str {
    if number.is_multiple_of(3) { "red" } else { "blue" }
}

fn document(number: u64) -> IndexDocument {
    let values = |value: String| vec![value];
    IndexDocument {
        id: Uuid::from_u64_pair(7, number),
        version: 1,
        text: [("all".to_owned(), vec!["stan".to_owned()])].into(),
        keywords: BTreeMap::from([
            ("colour".to_owned(), values(colour(number).to_owned())),
            ("code".to_owned(), values(format!("{number:05}"))),
            ("half".to_owned(), values((number % 2).to_string())),
        ]),
        numbers: BTreeMap::from([
            ("year".to_owned(), 1_990 + i64::try_from(number % 30).unwrap()),
            ("refreshed".to_owned(), NOW - i64::try_from(number * 7_919 % COUNT).unwrap() * 600),
        ]),
        point: None,
        payload: Vec::new(),
    }
}

async fn filled(folder: &std::path::Path) -> TantivyIndex {
    let index = TantivyIndex::open(folder, &["all"]).unwrap();
    for first in (0..COUNT).step_by(BATCH_MAX) {
        let batch = (first..COUNT.min(first + BATCH_MAX as u64)).map(document).collect();
        index.upsert(batch).await.unwrap();
    }
    index
}

fn values(name: &str) -> FacetRequest {
    FacetRequest { name: name.to_owned(), kind: FacetKind::Values { key: name.to_owned(), limit: 500 } }
}

fn keyword(name: &str, value: &str) -> NamedFilter {
    NamedFilter {
        name: name.to_owned(),
        filter: Filter::Keyword { key: name.to_owned(), any_of: vec![value.to_owned()] },
    }
}

/// All documents in order of rank, page by page.
async fn all_pages(index: &TantivyIndex, sort: &Sort) -> Vec<(i64, Uuid)> {
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let query = Query::Term { field: "all", token: "stan".to_owned(), weight: 2 };
        let request = SearchRequest { query, sort: sort.clone(), after, ..SearchRequest::everything(HITS_MAX) };
        let hits = index.search(request).await.unwrap().hits;
        found.extend(hits.iter().map(|hit| (hit.position.rank, hit.position.id)));
        after = hits.last().map(|hit| hit.position);
        if hits.len() < HITS_MAX {
            return found;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn facets_count_what_only_they_see() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path()).await;
    let request = SearchRequest {
        filters: vec![keyword("colour", "red"), keyword("half", "1")],
        facets: vec![
            values("colour"),
            values("half"),
            values("code"),
            FacetRequest { name: "year".to_owned(), kind: FacetKind::Bounds { key: "year".to_owned() } },
        ],
        ..SearchRequest::everything(5)
    };
    let check = async |gone: &HashSet<u64>| {
        let response = index.search(request.clone()).await.unwrap();
        let count = |which: &dyn Fn(u64) -> bool| (0..COUNT).filter(|n| !gone.contains(n) && which(*n)).count() as u64;
        let (red, odd) = (|n: u64| colour(n) == "red", |n: u64| n % 2 == 1);
        assert_eq!(response.total, count(&|n| red(n) && odd(n)));
        let seen = |at: usize| -> Vec<(&str, u64)> {
            response.facets[at].buckets.iter().map(|bucket| (bucket.value.as_str(), bucket.count)).collect()
        };
        assert_eq!(seen(0), [("blue", count(&|n| !red(n) && odd(n))), ("red", count(&|n| red(n) && odd(n)))]);
        let halves: HashSet<_> = seen(1).into_iter().collect();
        assert_eq!(halves, HashSet::from([("0", count(&|n| red(n) && !odd(n))), ("1", count(&|n| red(n) && odd(n)))]));
        let codes: Vec<String> = (0..COUNT)
            .filter(|n| !gone.contains(n) && red(*n) && odd(*n))
            .take(500)
            .map(|n| format!("{n:05}"))
            .collect();
        assert_eq!(seen(2), codes.iter().map(|code| (code.as_str(), 1)).collect::<Vec<_>>());
        assert_eq!(response.facets[3].bounds, Some((1_993, 2_017)));
        assert!(!response.facets_partial);
    };
    check(&HashSet::new()).await;
    // Traces are counted nowhere, in segments that had none when their columns were opened as in new ones.
    let gone: HashSet<u64> = (0..COUNT).filter(|n| n % 5 == 0).collect();
    for part in gone.iter().map(|n| (Uuid::from_u64_pair(7, *n), 2)).collect::<Vec<_>>().chunks(BATCH_MAX) {
        index.delete(part.to_vec()).await.unwrap();
    }
    check(&gone).await;
    let one = SearchRequest { filters: vec![keyword("code", "00003")], ..SearchRequest::everything(5) };
    assert_eq!(index.search(one).await.unwrap().total, 1);
    let none = SearchRequest { filters: vec![keyword("code", "00005")], ..SearchRequest::everything(5) };
    assert_eq!(index.search(none).await.unwrap().total, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_are_the_first_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let index = filled(folder.path()).await;
    let recent = |weight| Signal::Recent { key: "refreshed".to_owned(), origin: NOW, half: 86_400, weight };
    let year = |weight| Signal::Number { key: "year".to_owned(), weight, per: 100 };
    for signals in [vec![recent(4_000), year(2_000)], vec![recent(4_000), year(-2_000)], vec![recent(-300)]] {
        let sort = Sort::Relevance(signals);
        let found = all_pages(&index, &sort).await;
        assert_eq!(found.len() as u64, COUNT);
        assert!(found.windows(2).all(|pair| pair[0] > pair[1]), "{sort:?}");
        assert_eq!(found.iter().map(|(_, id)| id).collect::<HashSet<_>>().len() as u64, COUNT);
        // By what is worked out here: the greatest of all comes first.
        let rank = |n: u64| {
            let document = document(n);
            let (year, refreshed) = (document.numbers["year"], document.numbers["refreshed"]);
            let Sort::Relevance(signals) = &sort else { unreachable!() };
            signals.iter().fold(2_000, |sum, signal| {
                sum + match signal {
                    Signal::Recent { half, weight, .. } => weight * half / (half + NOW - refreshed),
                    Signal::Number { weight, per, .. } => year * weight / per,
                    Signal::Near { .. } => 0,
                }
            })
        };
        let mut expected: Vec<(i64, Uuid)> = (0..COUNT).map(|n| (rank(n), Uuid::from_u64_pair(7, n))).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(found, expected, "{sort:?}");
    }
}
