//! The port's conditions as Tantivy queries.

use svetu_ports::search_index::{EXPANSION_MAX, Filter, Query, SearchIndexError, plane};
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, Query as TantivyQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use crate::cells;
use crate::error::engine;
use crate::schema::Fields;
use crate::scorers::{BestOf, BestOfTerms, FEW, Preferring};
use crate::terms;

/// Conditions of one query, over all its levels.
const CONDITIONS_MAX: usize = 2_000;
const TOO_MANY: SearchIndexError = SearchIndexError::TooLarge("2,000 conditions of one query");

type Boxed = Box<dyn TantivyQuery>;

pub(crate) struct Compiler<'a> {
    fields: &'a Fields,
    searcher: &'a Searcher,
    /// Whether weights matter; without them scores are not computed at all.
    scored: bool,
    left: usize,
}

impl<'a> Compiler<'a> {
    pub const fn new(fields: &'a Fields, searcher: &'a Searcher, scored: bool) -> Self {
        Self { fields, searcher, scored, left: CONDITIONS_MAX }
    }

    /// The documents that the query and those of the filters match that a list of tokens can tell. The others are left to the
    /// collector, which looks at every filter again or not at all: `narrow` only takes away what does not match.
    pub fn compile(&mut self, query: &Query, narrow: &[&Filter]) -> Result<Boxed, SearchIndexError> {
        let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
        for filter in narrow {
            if let Some(clause) = self.narrow(filter) {
                clauses.push((Occur::Must, self.weighed(clause, 0)));
            }
        }
        let everything = matches!(query, Query::Everything);
        if everything && clauses.is_empty() {
            let traces: Boxed =
                Box::new(TermQuery::new(Term::from_field_u64(self.fields.deleted, 1), IndexRecordOption::Basic));
            let all = self.weighed(Box::new(AllQuery), 0);
            return Ok(Box::new(BooleanQuery::new(vec![(Occur::Must, all), (Occur::MustNot, traces)])));
        }
        if !everything {
            clauses.push((Occur::Must, self.query(query)?));
        }
        if clauses.len() == 1
            && let Some((_, only)) = clauses.pop()
        {
            return Ok(only);
        }
        Ok(Box::new(BooleanQuery::new(clauses)))
    }

    fn query(&mut self, query: &Query) -> Result<Boxed, SearchIndexError> {
        self.left = self.left.checked_sub(1).ok_or(TOO_MANY)?;
        Ok(match query {
            Query::Everything => self.weighed(Box::new(AllQuery), 0),
            Query::Nothing => Box::new(EmptyQuery),
            Query::Term { field, token, weight } => self.term(self.fields.text(field)?, token, *weight),
            Query::Fuzzy { field, token, edits, prefix_chars, weight } => {
                let field = self.fields.text(field)?;
                let found = terms::neighbours(self.searcher, field, token, *edits, *prefix_chars, EXPANSION_MAX)
                    .map_err(engine)?;
                self.union_of(field, found.iter().map(|count| count.token.as_str()), *weight)
            }
            Query::Prefix { field, token, weight } => {
                let field = self.fields.text(field)?;
                let found = terms::completions(self.searcher, field, token, EXPANSION_MAX).map_err(engine)?;
                self.union_of(field, found.iter().map(|count| count.token.as_str()), *weight)
            }
            Query::All(parts) => match parts.as_slice() {
                [] => self.weighed(Box::new(AllQuery), 0),
                [one] => self.query(one)?,
                parts => {
                    let mut clauses = Vec::with_capacity(parts.len());
                    for part in parts {
                        clauses.push((Occur::Must, self.query(part)?));
                    }
                    Box::new(BooleanQuery::new(clauses))
                }
            },
            Query::Any(parts) => match parts.as_slice() {
                [] => Box::new(EmptyQuery),
                [one] => self.query(one)?,
                parts => match self.terms(parts)? {
                    Some(terms) => Box::new(BestOfTerms(terms)),
                    None => {
                        let clauses = parts.iter().map(|part| self.query(part)).collect::<Result<_, _>>()?;
                        self.best_of(clauses)
                    }
                },
            },
            Query::Prefer { must, should } => {
                let must = self.query(must)?;
                if !self.scored || should.is_empty() {
                    return Ok(must);
                }
                let should = should.iter().map(|part| self.query(part)).collect::<Result<_, _>>()?;
                Box::new(Preferring { must, should })
            }
            Query::Except { must, not } => {
                Box::new(BooleanQuery::new(vec![(Occur::Must, self.query(must)?), (Occur::MustNot, self.query(not)?)]))
            }
        })
    }

    fn weighed(&self, query: Boxed, weight: u16) -> Boxed {
        if self.scored { Box::new(ConstScoreQuery::new(query, f32::from(weight))) } else { query }
    }

    fn term(&self, field: Field, token: &str, weight: u16) -> Boxed {
        let term = Term::from_field_text(field, token);
        if self.scored {
            Box::new(BestOfTerms(vec![(term, f32::from(weight))]))
        } else {
            Box::new(TermQuery::new(term, IndexRecordOption::Basic))
        }
    }

    /// The parts with their weights, if they are a few terms and nothing else.
    fn terms(&mut self, parts: &[Query]) -> Result<Option<Vec<(Term, f32)>>, SearchIndexError> {
        if parts.len() > FEW {
            return Ok(None);
        }
        let mut terms = Vec::with_capacity(parts.len());
        for part in parts {
            let Query::Term { field, token, weight } = part else { return Ok(None) };
            terms.push((Term::from_field_text(self.fields.text(field)?, token), f32::from(*weight)));
        }
        self.left = self.left.checked_sub(terms.len()).ok_or(TOO_MANY)?;
        Ok(Some(terms))
    }

    fn union_of<'t>(&self, field: Field, tokens: impl Iterator<Item = &'t str>, weight: u16) -> Boxed {
        let clauses: Vec<Boxed> = tokens.map(|token| self.term(field, token, weight)).collect();
        self.best_of(clauses)
    }

    fn best_of(&self, mut clauses: Vec<Boxed>) -> Boxed {
        if clauses.len() < 2 {
            return clauses.pop().unwrap_or_else(|| Box::new(EmptyQuery));
        }
        if clauses.len() <= FEW {
            return Box::new(BestOf(clauses));
        }
        if self.scored { Box::new(DisjunctionMaxQuery::new(clauses)) } else { Box::new(BooleanQuery::union(clauses)) }
    }

    /// A superset of what the filter matches, if tokens can tell.
    fn narrow(&self, filter: &Filter) -> Option<Boxed> {
        let union = |terms: Vec<Term>| -> Boxed {
            let mut clauses: Vec<Boxed> = terms
                .into_iter()
                .map(|term| Box::new(TermQuery::new(term, IndexRecordOption::Basic)) as Boxed)
                .collect();
            match clauses.len() {
                0 => Box::new(EmptyQuery),
                1 => clauses.remove(0),
                _ => Box::new(BooleanQuery::union(clauses)),
            }
        };
        match filter {
            Filter::Keyword { key, any_of } => {
                Some(union(any_of.iter().map(|value| self.fields.keyword_term(key, value)).collect()))
            }
            Filter::InBox(area) => {
                let cells = cells::cover(area)?;
                Some(union(cells.iter().map(|cell| Term::from_field_text(self.fields.cells, cell)).collect()))
            }
            Filter::Within { center, radius_m } => {
                let cells = cells::cover(&plane::around(*center, *radius_m))?;
                Some(union(cells.iter().map(|cell| Term::from_field_text(self.fields.cells, cell)).collect()))
            }
            Filter::All(parts) => {
                let mut clauses: Vec<(Occur, Boxed)> =
                    parts.iter().filter_map(|part| self.narrow(part)).map(|clause| (Occur::Must, clause)).collect();
                match clauses.len() {
                    0 => None,
                    1 => clauses.pop().map(|(_, clause)| clause),
                    _ => Some(Box::new(BooleanQuery::new(clauses))),
                }
            }
            Filter::Any(parts) => {
                let clauses: Option<Vec<Boxed>> = parts.iter().map(|part| self.narrow(part)).collect();
                clauses
                    .filter(|clauses| !clauses.is_empty())
                    .map(|clauses| Box::new(BooleanQuery::union(clauses)) as Boxed)
            }
            Filter::Number { .. } | Filter::Not(_) => None,
        }
    }
}

/// Whether tokens alone decide the filter, so that nobody need look again.
pub(crate) fn is_decided_by_tokens(filter: &Filter) -> bool {
    match filter {
        Filter::Keyword { .. } => true,
        Filter::All(parts) => parts.iter().all(is_decided_by_tokens),
        Filter::Any(parts) => !parts.is_empty() && parts.iter().all(is_decided_by_tokens),
        Filter::Number { .. } | Filter::InBox(_) | Filter::Within { .. } | Filter::Not(_) => false,
    }
}
