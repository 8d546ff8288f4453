//! Conditions of few lists, walked side by side.
//!
//! Tantivy's own union and optional clauses unpack windows of 4,096 documents with a score for each, for every condition and segment.
//! That pays for long lists; the words of a query are a handful, whose spellings are a handful again.

use tantivy::postings::SegmentPostings;
use tantivy::query::{ConstScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError, Term};

/// Lists that are walked side by side at most; of more, each step looks at too many.
pub(crate) const FEW: usize = 8;

/// Documents of any of the terms, with the greatest weight of those they have.
#[derive(Clone, Debug)]
pub(crate) struct BestOfTerms(pub Vec<(Term, Score)>);

/// Documents of any of the conditions, with the greatest score of those they meet.
#[derive(Debug)]
pub(crate) struct BestOf(pub Vec<Box<dyn Query>>);

/// Documents of the condition; each preference that they meet adds its score.
#[derive(Debug)]
pub(crate) struct Preferring {
    pub must: Box<dyn Query>,
    pub should: Vec<Box<dyn Query>>,
}

impl Clone for BestOf {
    fn clone(&self) -> Self {
        Self(self.0.iter().map(|query| query.box_clone()).collect())
    }
}

impl Clone for Preferring {
    fn clone(&self) -> Self {
        Self { must: self.must.box_clone(), should: self.should.iter().map(|query| query.box_clone()).collect() }
    }
}

impl Query for BestOfTerms {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        for (term, _) in &self.0 {
            visitor(term, false);
        }
    }
}

impl Query for BestOf {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(BestOfWeight(weights(&self.0, scoring)?)))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        for query in &self.0 {
            query.query_terms(visitor);
        }
    }
}

impl Query for Preferring {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(PreferringWeight { must: self.must.weight(scoring)?, should: weights(&self.should, scoring)? }))
    }

    fn query_terms<'a>(&'a self, visitor: &mut dyn FnMut(&'a Term, bool)) {
        self.must.query_terms(visitor);
        for query in &self.should {
            query.query_terms(visitor);
        }
    }
}

fn weights(queries: &[Box<dyn Query>], scoring: EnableScoring<'_>) -> tantivy::Result<Vec<Box<dyn Weight>>> {
    queries.iter().map(|query| query.weight(scoring)).collect()
}

struct BestOfWeight(Vec<Box<dyn Weight>>);

struct PreferringWeight {
    must: Box<dyn Weight>,
    should: Vec<Box<dyn Weight>>,
}

impl Weight for BestOfTerms {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut lists = Vec::with_capacity(self.0.len());
        for (term, weight) in &self.0 {
            let index = reader.inverted_index(term.field())?;
            if let Some(postings) = index.read_postings(term, IndexRecordOption::Basic)? {
                lists.push(ConstScorer::new(postings, weight * boost));
            }
        }
        Ok(Union::<ConstScorer<SegmentPostings>>::of(lists))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain(self.scorer(reader, 1.0)?, doc, "the best of terms")
    }
}

impl Weight for BestOfWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Union::of(scorers(&self.0, reader, boost)?))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain(self.scorer(reader, 1.0)?, doc, "the best of conditions")
    }
}

impl Weight for PreferringWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let must = self.must.scorer(reader, boost)?;
        if must.doc() == TERMINATED {
            return Ok(Box::new(EmptyScorer));
        }
        Ok(Box::new(Preferred { must, should: scorers(&self.should, reader, boost)? }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        explain(self.scorer(reader, 1.0)?, doc, "a condition and its preferences")
    }
}

/// Those that have a document in the segment.
fn scorers(weights: &[Box<dyn Weight>], reader: &SegmentReader, boost: Score) -> tantivy::Result<Vec<Box<dyn Scorer>>> {
    let mut scorers = Vec::with_capacity(weights.len());
    for weight in weights {
        let scorer = weight.scorer(reader, boost)?;
        if scorer.doc() != TERMINATED {
            scorers.push(scorer);
        }
    }
    Ok(scorers)
}

fn explain(mut scorer: Box<dyn Scorer>, doc: DocId, what: &'static str) -> tantivy::Result<Explanation> {
    if scorer.doc() > doc || scorer.seek(doc) != doc {
        return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
    }
    Ok(Explanation::new(what, scorer.score()))
}

struct Union<S> {
    lists: Vec<S>,
    doc: DocId,
}

impl<S: Scorer> Union<S> {
    fn of(mut lists: Vec<S>) -> Box<dyn Scorer> {
        match lists.len() {
            0 => Box::new(EmptyScorer),
            1 => lists.pop().map_or_else(|| Box::new(EmptyScorer) as Box<dyn Scorer>, |only| Box::new(only)),
            _ => {
                let mut union = Self { lists, doc: 0 };
                union.doc = union.least();
                Box::new(union)
            }
        }
    }

    #[inline]
    fn least(&self) -> DocId {
        self.lists.iter().map(DocSet::doc).min().unwrap_or(TERMINATED)
    }
}

impl<S: Scorer> DocSet for Union<S> {
    fn advance(&mut self) -> DocId {
        for list in &mut self.lists {
            if list.doc() == self.doc {
                list.advance();
            }
        }
        self.doc = self.least();
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        for list in &mut self.lists {
            if list.doc() < target {
                list.seek(target);
            }
        }
        self.doc = self.least();
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.lists.iter().map(DocSet::size_hint).max().unwrap_or(0)
    }
}

impl<S: Scorer> Scorer for Union<S> {
    fn score(&mut self) -> Score {
        let doc = self.doc;
        self.lists.iter_mut().filter(|list| list.doc() == doc).map(Scorer::score).fold(0.0, Score::max)
    }
}

struct Preferred {
    must: Box<dyn Scorer>,
    should: Vec<Box<dyn Scorer>>,
}

impl DocSet for Preferred {
    fn advance(&mut self) -> DocId {
        self.must.advance()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.must.seek(target)
    }

    fn doc(&self) -> DocId {
        self.must.doc()
    }

    fn size_hint(&self) -> u32 {
        self.must.size_hint()
    }
}

impl Scorer for Preferred {
    fn score(&mut self) -> Score {
        let doc = self.must.doc();
        let mut score = self.must.score();
        for list in &mut self.should {
            if list.doc() < doc {
                list.seek(doc);
            }
            if list.doc() == doc {
                score += list.score();
            }
        }
        score
    }
}
