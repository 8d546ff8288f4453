//! The port over the serving generation.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use svetu_kernel::SharedClock;
use svetu_ports::search_index::{
    BATCH_MAX, EXPANSION_MAX, HITS_MAX, IndexDocument, Query, SCAN_MAX, SearchIndex, SearchIndexError, SearchRequest,
    SearchResponse, StoredDocument, TokenCount,
};
use uuid::Uuid;

use crate::answer::{self, Found, Stored};
use crate::bulk::{Batch, Bulks, Line, Stop};
use crate::client::{Answer, Client, READ_MAX};
use crate::generation::{Generations, Known, REFRESH_MAX};
use crate::layout::{Layout, id_of, payload, trace};
use crate::place::{OpenSearchUrlError, Place};
use crate::query::{Compiler, Open, open};
use crate::{filter, request, tokens};

/// One upsert or delete with everything that is tried again.
const CALL_MAX: Duration = Duration::from_secs(30);
/// A little more than one question's, so that the breaker hears of that.
const SEARCH_MAX: Duration = READ_MAX.saturating_add(Duration::from_millis(250));
/// Times that a write follows generations that change under it.
const TURNS_MAX: usize = 5;
/// Fuzzy terms and prefixes of one query.
const OPEN_MAX: usize = 16;

/// An index in a cluster, which any number of processes may have open.
pub struct OpenSearchIndex {
    client: Client,
    layout: Layout,
    generations: Generations,
    /// As last looked at.
    known: Mutex<Option<Known>>,
    bulks: Bulks,
}

impl OpenSearchIndex {
    /// Connects with the first call: a platform starts before its index.
    ///
    /// # Errors
    /// When the URL is none, or names certificates that cannot be read.
    pub fn try_new(url: &str, text_fields: &[&'static str], clock: SharedClock) -> Result<Self, OpenSearchUrlError> {
        let place = Place::parse(url)?;
        let layout = Layout::new(&place, text_fields);
        Ok(Self {
            client: Client::try_new(&place)?,
            generations: Generations::new(&layout.base, clock),
            layout,
            known: Mutex::default(),
            bulks: Bulks::new(),
        })
    }

    async fn look(&self) -> Result<Known, SearchIndexError> {
        let known = self.generations.look(&self.client, &self.layout).await?;
        *self.known.lock() = Some(known.clone());
        Ok(known)
    }

    /// Writes to every generation there is. One that appears while we write is written to as well: the look after the writing is
    /// later than the writing, so whoever begins a rebuild after it reads what was written.
    async fn write(&self, batch: &Batch) -> Result<(), SearchIndexError> {
        let known = self.known.lock().clone();
        let mut known = match known {
            Some(known) => known,
            None => self.look().await?,
        };
        let mut written: Vec<String> = Vec::new();
        for _ in 0..TURNS_MAX {
            let mut failed = None;
            for index in known.all().filter(|index| !written.contains(index)).cloned().collect::<Vec<_>>() {
                match self.bulks.write(&self.client, &index, batch).await {
                    Ok(()) => written.push(index),
                    Err(Stop::Gone) => {}
                    Err(Stop::Failed(error)) => failed = failed.or(Some(error)),
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
            known = self.look().await?;
            if known.all().all(|index| written.contains(index)) {
                return Ok(());
            }
        }
        Err(SearchIndexError::Unavailable("generations of the index change too fast".to_owned()))
    }

    async fn written(&self, batch: Batch) -> Result<(), SearchIndexError> {
        if batch.lines.is_empty() {
            return Ok(());
        }
        match tokio::time::timeout(CALL_MAX, self.write(&batch)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(SearchIndexError::Unavailable(format!(
                "OpenSearch did not take {} documents within {} s",
                batch.lines.len(),
                CALL_MAX.as_secs()
            ))),
        }
    }

    fn batch(&self, documents: &[IndexDocument]) -> Result<Batch, SearchIndexError> {
        let mut batch = Batch::default();
        for document in documents {
            let source = self.layout.document(document, &mut batch.keys)?.to_string();
            batch.lines.push(Line { id: document.id, version: version_of(document.version)?, source });
        }
        Ok(batch)
    }

    /// Asks the serving index. A cluster that has none of ours yet gets one.
    async fn ask(&self, what: &str, body: &Value, within: Duration) -> Result<Answer, SearchIndexError> {
        let path = format!("/{}/{what}", self.generations.serving());
        let answer = self.client.post(&path, body, within).await?;
        if answer.status == 404 && answer.reason().is_no_such_index() {
            self.look().await?;
            return self.client.post(&path, body, within).await?.done();
        }
        answer.done()
    }

    async fn asked(&self, body: &Value) -> Result<Answer, SearchIndexError> {
        self.ask("_search?allow_partial_search_results=false", body, READ_MAX).await
    }

    /// Hits and facets side by side, so that the facets' budget cuts no hit.
    async fn both(&self, hits: &Value, facets: &Value) -> Result<(Found, Found), SearchIndexError> {
        #[derive(Deserialize)]
        struct Both {
            responses: Vec<Found>,
        }
        let serving = self.generations.serving();
        let whole = json!({ "index": serving, "allow_partial_search_results": false });
        let part = json!({ "index": serving, "allow_partial_search_results": true });
        let lines = Bytes::from(format!("{whole}\n{hits}\n{part}\n{facets}\n"));
        for made in [false, true] {
            let answer = self.client.post_lines("/_msearch", lines.clone(), READ_MAX).await?.done()?;
            let Both { responses } = answer.read()?;
            let Ok([hits, facets]) = <[Found; 2]>::try_from(responses) else {
                return Err(SearchIndexError::Damaged("OpenSearch did not answer both searches".to_owned()));
            };
            if made || !(hits.is_no_such_index() || facets.is_no_such_index()) {
                return Ok((hits, facets));
            }
            self.look().await?;
        }
        Err(SearchIndexError::Unavailable("OpenSearch has no index".to_owned()))
    }

    /// The tokens that fuzzy terms and prefixes of the query stand for.
    async fn opened(&self, query: &Query) -> Result<HashMap<Open, Vec<String>>, SearchIndexError> {
        let mut asked = Vec::new();
        open(query, &mut asked);
        let mut tokens: HashMap<Open, Vec<String>> = HashMap::new();
        for open in asked {
            if tokens.contains_key(&open) {
                continue;
            }
            if tokens.len() == OPEN_MAX {
                return Err(SearchIndexError::TooLarge("16 fuzzy terms and prefixes of one query"));
            }
            let counts = match &open {
                Open::Fuzzy { field, token, edits, prefix_chars } => {
                    self.near(field, token, *edits, *prefix_chars, EXPANSION_MAX).await?
                }
                Open::Prefix { field, token } => self.longer(field, token, EXPANSION_MAX).await?,
            };
            tokens.insert(open, counts.into_iter().map(|count| count.token).collect());
        }
        Ok(tokens)
    }

    async fn searched(&self, request: SearchRequest) -> Result<SearchResponse, SearchIndexError> {
        let tokens = self.opened(&request.query).await?;
        let query = Compiler::new(&self.layout, &tokens).compile(&request.query)?;
        let hits = request::hits(&request, &query)?;
        match request::facets(&request, &query) {
            Some(facets) => {
                let (hits, facets) = self.both(&hits, &facets).await?;
                answer::response(&request, hits, Some(facets))
            }
            None => answer::response(&request, self.asked(&hits).await?.read()?, None),
        }
    }

    async fn counts(&self, field: &str, tokens: &[String]) -> Result<Vec<u64>, SearchIndexError> {
        bounded(tokens.len(), tokens::TOKENS_MAX, "1,000 tokens")?;
        let field = self.layout.text(field)?;
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let counts = tokens::counted(&self.asked(&tokens::frequencies(&field, tokens)).await?.body)?;
        if counts.len() != tokens.len() {
            return Err(SearchIndexError::Damaged("OpenSearch did not count each token".to_owned()));
        }
        Ok(counts)
    }

    async fn near(
        &self,
        field: &str,
        token: &str,
        edits: u8,
        prefix_chars: u8,
        limit: usize,
    ) -> Result<Vec<TokenCount>, SearchIndexError> {
        if edits > tokens::EDITS_MAX {
            return Err(SearchIndexError::TooLarge("2 edits"));
        }
        let name = self.layout.text(field)?;
        let own = self.counts(field, &[token.to_owned()]).await?.first().copied().unwrap_or(0);
        if edits == 0 {
            let own = (own > 0).then(|| TokenCount { token: token.to_owned(), documents: own });
            return Ok(own.into_iter().take(limit).collect());
        }
        let answer = self.asked(&tokens::near(&name, token, edits, prefix_chars)).await?;
        tokens::neighbours(&answer.body, token, own, edits, prefix_chars, limit)
    }

    async fn longer(&self, field: &str, prefix: &str, limit: usize) -> Result<Vec<TokenCount>, SearchIndexError> {
        let name = self.layout.text(field)?;
        if limit == 0 {
            return Ok(Vec::new());
        }
        tokens::named(&self.asked(&tokens::completions(&name, prefix, limit)).await?.body)
    }
}

fn version_of(version: u64) -> Result<u64, SearchIndexError> {
    // Lucene's are signed.
    if i64::try_from(version).is_ok() { Ok(version) } else { Err(SearchIndexError::TooLarge("a version of 63 bits")) }
}

fn bounded(length: usize, max: usize, what: &'static str) -> Result<(), SearchIndexError> {
    if length > max { Err(SearchIndexError::TooLarge(what)) } else { Ok(()) }
}

#[async_trait]
impl SearchIndex for OpenSearchIndex {
    async fn upsert(&self, documents: Vec<IndexDocument>) -> Result<(), SearchIndexError> {
        bounded(documents.len(), BATCH_MAX, "1,000 documents")?;
        self.written(self.batch(&documents)?).await
    }

    async fn delete(&self, ids: Vec<(Uuid, u64)>) -> Result<(), SearchIndexError> {
        bounded(ids.len(), BATCH_MAX, "1,000 documents")?;
        let line = |(id, version)| Ok(Line { id, version: version_of(version)?, source: trace(id).to_string() });
        let lines = ids.into_iter().map(line).collect::<Result<_, _>>()?;
        self.written(Batch { lines, ..Batch::default() }).await
    }

    async fn refresh(&self) -> Result<(), SearchIndexError> {
        self.ask("_refresh", &json!({}), REFRESH_MAX).await.map(drop)
    }

    async fn search(&self, request: SearchRequest) -> Result<SearchResponse, SearchIndexError> {
        request.check()?;
        // It may be many questions, one after the other.
        match tokio::time::timeout(SEARCH_MAX, self.searched(request)).await {
            Ok(answered) => answered,
            Err(_) => Err(SearchIndexError::Unavailable(format!("no answer within {} ms", SEARCH_MAX.as_millis()))),
        }
    }

    async fn documents(&self, ids: Vec<Uuid>) -> Result<Vec<Option<StoredDocument>>, SearchIndexError> {
        #[derive(Deserialize)]
        struct Docs {
            docs: Vec<Doc>,
        }
        #[derive(Deserialize)]
        struct Doc {
            #[serde(default)]
            found: bool,
            #[serde(default, rename = "_version")]
            version: u64,
            #[serde(default, rename = "_source")]
            source: Stored,
            #[serde(default)]
            error: Option<crate::client::Reason>,
        }
        bounded(ids.len(), HITS_MAX, "200 documents")?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<String> = ids.iter().map(|id| id_of(*id)).collect();
        let Docs { docs } = self.ask("_mget", &json!({ "ids": asked }), READ_MAX).await?.read()?;
        if docs.len() != ids.len() {
            return Err(SearchIndexError::Damaged("OpenSearch did not answer for each document".to_owned()));
        }
        let stored = |(id, doc): (Uuid, Doc)| match doc.error {
            Some(reason) => Err(SearchIndexError::Unavailable(reason.told())),
            None if doc.found && !doc.source.gone => {
                Ok(Some(StoredDocument { id, version: doc.version, payload: payload(&doc.source.p)? }))
            }
            None => Ok(None),
        };
        ids.into_iter().zip(docs).map(stored).collect()
    }

    async fn frequencies(&self, field: &'static str, tokens: Vec<String>) -> Result<Vec<u64>, SearchIndexError> {
        self.counts(field, &tokens).await
    }

    async fn neighbours(
        &self,
        field: &'static str,
        token: String,
        edits: u8,
        prefix_chars: u8,
        limit: usize,
    ) -> Result<Vec<TokenCount>, SearchIndexError> {
        self.near(field, &token, edits, prefix_chars, limit).await
    }

    async fn completions(
        &self,
        field: &'static str,
        prefix: String,
        limit: usize,
    ) -> Result<Vec<TokenCount>, SearchIndexError> {
        self.longer(field, &prefix, limit).await
    }

    async fn scan(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, u64)>, SearchIndexError> {
        bounded(limit, SCAN_MAX, "10,000 ids")?;
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut body = json!({
            "size": limit,
            "query": filter::there(),
            "sort": [{ "id": "asc" }],
            "track_total_hits": false,
            "version": true,
            "_source": false,
        });
        if let Some(after) = after {
            body["search_after"] = json!([id_of(after)]);
        }
        let path = "_search?allow_partial_search_results=false&filter_path=hits.hits._id,hits.hits._version";
        let found: Found = self.ask(path, &body, REFRESH_MAX).await?.read()?;
        Ok(found.into_hits().into_iter().map(|hit| (hit.id, hit.version)).collect())
    }

    async fn count(&self) -> Result<u64, SearchIndexError> {
        #[derive(Deserialize)]
        struct Count {
            count: u64,
        }
        let count: Count = self.ask("_count", &json!({ "query": filter::there() }), READ_MAX).await?.read()?;
        Ok(count.count)
    }

    async fn begin_rebuild(&self) -> Result<(), SearchIndexError> {
        self.generations.begin(&self.client, &self.layout).await
    }

    async fn rebuild(&self, documents: Vec<IndexDocument>) -> Result<(), SearchIndexError> {
        bounded(documents.len(), BATCH_MAX, "1,000 documents")?;
        let batch = self.batch(&documents)?;
        let building = self.generations.at_work(&self.client, &self.layout).await?;
        let write = self.bulks.write(&self.client, &building, &batch);
        match tokio::time::timeout(CALL_MAX, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Stop::Gone)) => Err(SearchIndexError::NoRebuild),
            Ok(Err(Stop::Failed(error))) => Err(error),
            Err(_) => Err(SearchIndexError::Unavailable("OpenSearch did not take documents in time".to_owned())),
        }
    }

    async fn finish_rebuild(&self) -> Result<(), SearchIndexError> {
        self.generations.finish(&self.client, &self.layout).await
    }

    async fn abandon_rebuild(&self) -> Result<(), SearchIndexError> {
        self.generations.abandon(&self.client, &self.layout).await
    }
}
