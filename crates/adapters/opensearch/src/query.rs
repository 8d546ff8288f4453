//! Conditions on text as OpenSearch's. Every leaf weighs what the request says, so a score is a sum of whole numbers.

use std::collections::HashMap;

use serde_json::{Value, json};
use svetu_ports::search_index::{Query, SearchIndexError};

use crate::layout::Layout;

/// Conditions of one query, over all its levels: OpenSearch takes 1,024 by default.
const CONDITIONS_MAX: usize = 1_000;

/// A condition that stands for several tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Open {
    Fuzzy { field: &'static str, token: String, edits: u8, prefix_chars: u8 },
    Prefix { field: &'static str, token: String },
}

/// What a query has to know before it can be asked.
pub(crate) fn open(query: &Query, into: &mut Vec<Open>) {
    match query {
        Query::Everything | Query::Nothing | Query::Term { .. } => {}
        Query::Fuzzy { field, token, edits, prefix_chars, .. } => {
            into.push(Open::Fuzzy { field, token: token.clone(), edits: *edits, prefix_chars: *prefix_chars });
        }
        Query::Prefix { field, token, .. } => into.push(Open::Prefix { field, token: token.clone() }),
        Query::All(parts) | Query::Any(parts) => parts.iter().for_each(|part| open(part, into)),
        Query::Prefer { must, should } => {
            open(must, into);
            should.iter().for_each(|part| open(part, into));
        }
        Query::Except { must, not } => {
            open(must, into);
            open(not, into);
        }
    }
}

pub(crate) struct Compiler<'a> {
    layout: &'a Layout,
    tokens: &'a HashMap<Open, Vec<String>>,
    left: usize,
}

impl<'a> Compiler<'a> {
    pub const fn new(layout: &'a Layout, tokens: &'a HashMap<Open, Vec<String>>) -> Self {
        Self { layout, tokens, left: CONDITIONS_MAX }
    }

    pub fn compile(&mut self, query: &Query) -> Result<Value, SearchIndexError> {
        self.left = self.left.checked_sub(1).ok_or(SearchIndexError::TooLarge("1,000 conditions of one query"))?;
        Ok(match query {
            Query::Everything => everything(),
            Query::Nothing => json!({ "match_none": {} }),
            Query::Term { field, token, weight } => {
                weighed(json!({ "term": { self.layout.text(field)?: token } }), *weight)
            }
            Query::Fuzzy { field, token, edits, prefix_chars, weight } => {
                let open = Open::Fuzzy { field, token: token.clone(), edits: *edits, prefix_chars: *prefix_chars };
                self.one_of(field, &open, *weight)?
            }
            Query::Prefix { field, token, weight } => {
                self.one_of(field, &Open::Prefix { field, token: token.clone() }, *weight)?
            }
            Query::All(parts) => match parts.as_slice() {
                [] => everything(),
                [one] => self.compile(one)?,
                parts => json!({ "bool": { "must": self.each(parts)? } }),
            },
            Query::Any(parts) => match parts.as_slice() {
                [] => json!({ "match_none": {} }),
                [one] => self.compile(one)?,
                parts => json!({ "dis_max": { "queries": self.each(parts)? } }),
            },
            Query::Prefer { must, should } => {
                let must = self.compile(must)?;
                json!({ "bool": { "must": [must], "should": self.each(should)? } })
            }
            Query::Except { must, not } => {
                json!({ "bool": { "must": [self.compile(must)?], "must_not": [self.compile(not)?] } })
            }
        })
    }

    fn each(&mut self, parts: &[Query]) -> Result<Vec<Value>, SearchIndexError> {
        parts.iter().map(|part| self.compile(part)).collect()
    }

    fn one_of(&self, field: &str, open: &Open, weight: u16) -> Result<Value, SearchIndexError> {
        let tokens = self.tokens.get(open).map(Vec::as_slice).unwrap_or_default();
        Ok(weighed(json!({ "terms": { self.layout.text(field)?: tokens } }), weight))
    }
}

fn everything() -> Value {
    weighed(json!({ "match_all": {} }), 0)
}

fn weighed(filter: Value, weight: u16) -> Value {
    json!({ "constant_score": { "filter": filter, "boost": weight } })
}
