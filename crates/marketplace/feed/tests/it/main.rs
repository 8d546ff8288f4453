#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod export;
mod files;
mod mappings;
mod rubbish;
mod sample;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use svetu_feed::{Entry, Feed, FeedError, Mapping};

/// A mapping of the columns `id`, `name` and `price`.
const SIMPLE: &str = r#"
[key]
column = "id"
[fields.title]
column = "name"
[fields.category]
value = "other"
[fields.price]
column = "price"
currency = "EUR"
"#;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples/import").join(name)
}

fn written(folder: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn mapping(text: &str) -> Mapping {
    Mapping::parse(Path::new("map.toml"), text).unwrap_or_else(|error| panic!("{error}"))
}

fn read(name: &str, bytes: impl AsRef<[u8]>, map: &str) -> Result<Vec<Entry>, FeedError> {
    let folder = tempfile::tempdir().unwrap();
    Feed::open(&written(&folder, name, bytes), mapping(map))?.collect()
}

/// An entry in a line: `3 key | title | price`, or its problems.
fn told(entry: &Entry) -> String {
    match entry {
        Entry::Row(row) => format!("{} {} | {} | {:?}", row.line, row.source_key, row.draft.title, row.draft.price),
        Entry::Refused(problems) => problems
            .iter()
            .map(|problem| format!("{} {} «{}»: {}", problem.line, problem.column, problem.value, problem.reason))
            .collect::<Vec<_>>()
            .join("; "),
        Entry::Duplicate { line, source_key, first_line } => format!("{line} {source_key} again, as in {first_line}"),
    }
}

fn check(name: &str, bytes: impl AsRef<[u8]>, map: &str, expected: expect_test::Expect) {
    let said = match read(name, bytes, map) {
        Ok(entries) => entries.iter().map(told).collect::<Vec<_>>().join("\n"),
        // The folder's name changes from run to run.
        Err(error) => error.to_string().rsplit_once(&format!("{name}: ")).unwrap().1.to_owned(),
    };
    expected.assert_eq(&said);
}

fn tally<'a>(reasons: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, u32> {
    reasons.fold(BTreeMap::new(), |mut counts, reason| {
        *counts.entry(reason).or_default() += 1;
        counts
    })
}
