//! Any tree of conditions finds and weighs what a plain reading of the port's words does.

use std::sync::LazyLock;

use proptest::prelude::*;
use svetu_ports::search_index::{BATCH_MAX, HITS_MAX, IndexDocument, Query, SearchIndex, SearchRequest, Sort};
use svetu_tantivy::TantivyIndex;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

const COUNT: u64 = 6_000;
const TOKENS: u64 = 12;

/// Token 0 is in every document, each further one in fewer, and nobody has the last.
fn has(number: u64, token: u64) -> bool {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(u32::try_from(token * 5).unwrap());
    token < TOKENS - 1 && mixed % (1 << token) == 0
}

fn name(token: u64) -> String {
    format!("t{token}")
}

struct World {
    _folder: TempDir,
    runtime: Runtime,
    index: TantivyIndex,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let index = TantivyIndex::open(folder.path(), &["all"]).unwrap();
    for first in (0..COUNT).step_by(BATCH_MAX) {
        let batch = (first..first + BATCH_MAX as u64)
            .map(|number| IndexDocument {
                id: Uuid::from_u64_pair(7, number),
                version: 1,
                text: [("all".to_owned(), (0..TOKENS).filter(|token| has(number, *token)).map(name).collect())].into(),
                keywords: [].into(),
                numbers: [].into(),
                point: None,
                payload: Vec::new(),
            })
            .collect();
        runtime.block_on(index.upsert(batch)).unwrap();
    }
    World { _folder: folder, runtime, index }
});

/// What the port says that a query means for a document.
fn weight(query: &Query, number: u64) -> Option<i64> {
    match query {
        Query::Everything => Some(0),
        Query::Term { token, weight, .. } => {
            let token = token.trim_start_matches('t').parse().unwrap();
            has(number, token).then_some(i64::from(*weight))
        }
        Query::All(parts) => parts.iter().map(|part| weight(part, number)).sum(),
        Query::Any(parts) => parts.iter().filter_map(|part| weight(part, number)).max(),
        Query::Prefer { must, should } => {
            let more: i64 = should.iter().filter_map(|part| weight(part, number)).sum();
            weight(must, number).map(|weight| weight + more)
        }
        Query::Except { must, not } => weight(must, number).filter(|_| weight(not, number).is_none()),
        Query::Nothing | Query::Fuzzy { .. } | Query::Prefix { .. } => None,
    }
}

fn term() -> impl Strategy<Value = Query> {
    (0..TOKENS, 0..9_u16).prop_map(|(token, weight)| Query::Term { field: "all", token: name(token), weight })
}

fn query() -> impl Strategy<Value = Query> {
    let leaf = prop_oneof![9 => term(), 1 => Just(Query::Everything), 1 => Just(Query::Nothing)];
    leaf.prop_recursive(4, 40, 10, |inner| {
        let some = |most: usize| prop::collection::vec(inner.clone(), 1..most);
        prop_oneof![
            some(4).prop_map(Query::All),
            prop::collection::vec(term(), 1..11).prop_map(Query::Any),
            some(11).prop_map(Query::Any),
            (inner.clone(), some(5)).prop_map(|(must, should)| Query::Prefer { must: Box::new(must), should }),
            (inner.clone(), inner.clone())
                .prop_map(|(must, not)| Query::Except { must: Box::new(must), not: Box::new(not) }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn conditions_mean_what_the_port_says(query in query()) {
        let mut expected: Vec<(i64, Uuid)> = (0..COUNT)
            .filter_map(|number| Some((weight(&query, number)? * 1_000, Uuid::from_u64_pair(7, number))))
            .collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        let total = expected.len() as u64;
        expected.truncate(HITS_MAX);
        let ask = |request| WORLD.runtime.block_on(WORLD.index.search(request)).unwrap();
        let sort = Sort::Relevance(Vec::new());
        let scored = ask(SearchRequest { query: query.clone(), sort, ..SearchRequest::everything(HITS_MAX) });
        prop_assert_eq!(scored.total, total);
        let found: Vec<(i64, Uuid)> = scored.hits.iter().map(|hit| (hit.position.rank, hit.position.id)).collect();
        prop_assert_eq!(found, expected);
        // The same set where no weight is asked for.
        let sort = Sort::Number { keys: Vec::new(), descending: true };
        let counted = ask(SearchRequest { query, sort, ..SearchRequest::everything(HITS_MAX) });
        prop_assert_eq!(counted.total, total);
    }
}
