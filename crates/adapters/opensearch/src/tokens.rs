//! Looking into the token lists of the engine.

use serde::Deserialize;
use serde_json::{Value, json};
use svetu_ports::search_index::{Edits, SearchIndexError, TokenCount};

/// Tokens of one look-up.
pub(crate) const TOKENS_MAX: usize = 1_000;
/// Edits that Lucene can look for.
pub(crate) const EDITS_MAX: u8 = 2;
/// Documents of a shard that are looked through for the continuations of a beginning: with more, counts are lower bounds.
const DOCUMENTS_MAX: usize = 200_000;

/// Any continuation. Of `.*` the engine makes a look-up of its own, which fails (500, `index_out_of_bounds_exception`) where a
/// beginning lies behind its last token: OpenSearch's issue 19636, in 2.19.1.
const LONGER: &str = ".{0,}";

pub(crate) fn frequencies(field: &str, tokens: &[String]) -> Value {
    let each: Vec<Value> = tokens.iter().map(|token| json!({ "term": { field: token } })).collect();
    // A trace has no tokens.
    json!({ "size": 0, "track_total_hits": false, "aggs": { "t": { "filters": { "filters": each } } } })
}

#[derive(Deserialize)]
struct Counts<T> {
    aggregations: Counted<T>,
}

#[derive(Deserialize)]
struct Counted<T> {
    t: Buckets<T>,
}

#[derive(Deserialize)]
struct Buckets<T> {
    buckets: Vec<T>,
}

#[derive(Deserialize)]
struct Count {
    doc_count: u64,
}

#[derive(Deserialize)]
struct Named {
    key: String,
    doc_count: u64,
}

fn unread(error: serde_json::Error) -> SearchIndexError {
    SearchIndexError::Damaged(format!("an answer of OpenSearch cannot be read: {error}"))
}

pub(crate) fn counted(answer: &[u8]) -> Result<Vec<u64>, SearchIndexError> {
    let counts: Counts<Count> = serde_json::from_slice(answer).map_err(unread)?;
    Ok(counts.aggregations.t.buckets.into_iter().map(|bucket| bucket.doc_count).collect())
}

pub(crate) fn completions(field: &str, prefix: &str, limit: usize) -> Value {
    let limit = limit.min(TOKENS_MAX);
    json!({
        "size": 0,
        "track_total_hits": false,
        "terminate_after": DOCUMENTS_MAX,
        "query": { "bool": { "filter": [{ "prefix": { field: prefix } }] } },
        "aggs": { "t": { "terms": {
            "field": field,
            "include": format!("{}{LONGER}", plain(prefix)),
            "size": limit,
            "shard_size": limit.saturating_mul(2).max(100),
        } } },
    })
}

pub(crate) fn named(answer: &[u8]) -> Result<Vec<TokenCount>, SearchIndexError> {
    let counts: Counts<Named> = serde_json::from_slice(answer).map_err(unread)?;
    let count = |named: Named| TokenCount { token: named.key, documents: named.doc_count };
    Ok(counts.aggregations.t.buckets.into_iter().map(count).collect())
}

/// A text as a pattern that means itself.
fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len() + 8), |mut pattern, c| {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            pattern.push('\\');
        }
        pattern.push(c);
        pattern
    })
}

/// The engine's speller, with everything off that would make it choose.
pub(crate) fn near(field: &str, token: &str, edits: u8, prefix_chars: u8) -> Value {
    json!({
        "size": 0,
        "track_total_hits": false,
        "suggest": { "t": { "text": token, "term": {
            "field": field,
            "analyzer": "keyword",
            "suggest_mode": "always",
            "sort": "frequency",
            "string_distance": "damerau_levenshtein",
            "accuracy": 0,
            "min_word_length": 1,
            "min_doc_freq": 0,
            "max_term_freq": i32::MAX,
            "max_edits": edits,
            "prefix_length": prefix_chars,
            "size": TOKENS_MAX,
            "shard_size": TOKENS_MAX,
        } } },
    })
}

#[derive(Deserialize)]
struct Suggestions {
    suggest: Suggested,
}

#[derive(Deserialize)]
struct Suggested {
    t: Vec<Options>,
}

#[derive(Deserialize)]
struct Options {
    options: Vec<Suggestion>,
}

#[derive(Deserialize)]
struct Suggestion {
    text: String,
    freq: u64,
}

/// Those that are as near as was asked, in the port's order. The speller leaves out the token itself: `own` is how many have it.
pub(crate) fn neighbours(
    answer: &[u8],
    token: &str,
    own: u64,
    edits_max: u8,
    prefix_chars: u8,
    limit: usize,
) -> Result<Vec<TokenCount>, SearchIndexError> {
    let suggestions: Suggestions = serde_json::from_slice(answer).map_err(unread)?;
    let prefix: String = token.chars().take(usize::from(prefix_chars)).collect();
    let pattern: Vec<char> = token.chars().collect();
    let (mut edits, mut letters) = (Edits::default(), Vec::new());
    let mut found = Vec::new();
    if own > 0 {
        found.push((0, TokenCount { token: token.to_owned(), documents: own }));
    }
    for suggestion in suggestions.suggest.t.into_iter().flat_map(|options| options.options) {
        letters.clear();
        letters.extend(suggestion.text.chars());
        if suggestion.text == token || !suggestion.text.starts_with(&prefix) {
            continue;
        }
        if let Some(apart) = edits.between(&pattern, &letters, edits_max) {
            found.push((apart, TokenCount { token: suggestion.text, documents: suggestion.freq }));
        }
    }
    found.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| b.1.documents.cmp(&a.1.documents)).then_with(|| a.1.token.cmp(&b.1.token))
    });
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, count)| count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_its_text() {
        assert_eq!(plain("iphone#"), "iphone\\#");
        assert_eq!(plain("шпорет.|a"), "шпорет\\.\\|a");
    }
}
