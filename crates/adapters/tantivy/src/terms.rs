//! Looking into the token lists of an index.

use std::collections::HashMap;

use svetu_ports::search_index::{Edits, TokenCount};
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// Tokens of one field that one look-up reads at most, over all segments.
const TOKENS_READ_MAX: usize = 400_000;

/// Documents by token, over the tokens that begin with `prefix` and that `keep` takes.
fn collect(
    searcher: &Searcher,
    field: Field,
    prefix: &str,
    mut keep: impl FnMut(&str) -> bool,
) -> tantivy::Result<HashMap<String, u64>> {
    let mut found: HashMap<String, u64> = HashMap::new();
    let mut read = 0;
    for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut stream = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
        while stream.advance() {
            let Ok(token) = std::str::from_utf8(stream.key()) else { continue };
            read += 1;
            if !token.starts_with(prefix) || read > TOKENS_READ_MAX {
                break;
            }
            if keep(token) {
                *found.entry(token.to_owned()).or_default() += u64::from(stream.value().doc_freq);
            }
        }
    }
    Ok(found)
}

pub(crate) fn frequency(searcher: &Searcher, field: Field, token: &str) -> tantivy::Result<u64> {
    searcher.doc_freq(&Term::from_field_text(field, token))
}

pub(crate) fn completions(
    searcher: &Searcher,
    field: Field,
    prefix: &str,
    limit: usize,
) -> tantivy::Result<Vec<TokenCount>> {
    let mut found: Vec<TokenCount> = collect(searcher, field, prefix, |_| true)?
        .into_iter()
        .map(|(token, documents)| TokenCount { token, documents })
        .collect();
    found.sort_unstable_by(|a, b| b.documents.cmp(&a.documents).then_with(|| a.token.cmp(&b.token)));
    found.truncate(limit);
    Ok(found)
}

pub(crate) fn neighbours(
    searcher: &Searcher,
    field: Field,
    token: &str,
    edits_max: u8,
    prefix_chars: u8,
    limit: usize,
) -> tantivy::Result<Vec<TokenCount>> {
    let prefix: String = token.chars().take(usize::from(prefix_chars)).collect();
    let pattern: Vec<char> = token.chars().collect();
    let mut letters = Vec::new();
    let mut rows = Edits::default();
    let mut distances: HashMap<String, u8> = HashMap::new();
    let found = collect(searcher, field, &prefix, |candidate| {
        if let Some(edits) = distances.get(candidate) {
            return *edits <= edits_max;
        }
        letters.clear();
        letters.extend(candidate.chars());
        match rows.between(&pattern, &letters, edits_max) {
            Some(edits) => {
                distances.insert(candidate.to_owned(), edits);
                true
            }
            None => false,
        }
    })?;
    let mut found: Vec<(u8, TokenCount)> = found
        .into_iter()
        .map(|(token, documents)| (distances.get(&token).copied().unwrap_or(u8::MAX), TokenCount { token, documents }))
        .collect();
    found.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| b.1.documents.cmp(&a.1.documents)).then_with(|| a.1.token.cmp(&b.1.token))
    });
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, count)| count).collect())
}
