//! Generations, and the port over the serving one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use parking_lot::RwLock;
use svetu_ports::search_index::{
    BATCH_MAX, HITS_MAX, Hit, IndexDocument, SCAN_MAX, SearchIndex, SearchIndexError, SearchRequest, SearchResponse,
    Sort, StoredDocument, TokenCount,
};
use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::collect::Pass;
use crate::columns::Snapshot;
use crate::error::{engine, gone};
use crate::generation::{Change, Generation, address_of};
use crate::query::Compiler;
use crate::schema::{Fields, LAYOUT};
use crate::terms;

/// Searches that run at the same time; more wait.
const SEARCHES_MAX: usize = 16;

/// An index in a folder. One process at a time may have it open.
pub struct TantivyIndex {
    folder: PathBuf,
    fields: Arc<Fields>,
    state: RwLock<State>,
    /// Held while generations begin and end.
    turning: tokio::sync::Mutex<()>,
    searches: Semaphore,
}

struct State {
    serving: Arc<Generation>,
    number: u64,
    next: Option<(Arc<Generation>, u64)>,
}

impl TantivyIndex {
    /// Opens the index of the folder. A folder without one, or with one of another layout, starts empty.
    ///
    /// # Errors
    /// When the folder cannot be written or another process has the index open.
    pub fn open(folder: &Path, text_fields: &[&'static str]) -> Result<Self, SearchIndexError> {
        std::fs::create_dir_all(folder).map_err(gone)?;
        let fields = Arc::new(Fields::new(text_fields));
        let layout = layout(&fields);
        let number = match std::fs::read_to_string(folder.join("current")) {
            Ok(text) => match text.split_once('\n') {
                Some((number, known)) if known == layout => number.parse().unwrap_or(1),
                Some((number, _)) => number.parse::<u64>().unwrap_or(0) + 1,
                None => 1,
            },
            Err(_) => 1,
        };
        let serving = Arc::new(Generation::open(&folder.join(number.to_string()), &fields)?);
        let index = Self {
            folder: folder.to_owned(),
            fields,
            state: RwLock::new(State { serving, number, next: None }),
            turning: tokio::sync::Mutex::new(()),
            searches: Semaphore::new(SEARCHES_MAX),
        };
        point_to(folder, number, &layout)?;
        remove_others(folder, number);
        Ok(index)
    }

    fn serving(&self) -> Arc<Generation> {
        Arc::clone(&self.state.read().serving)
    }

    async fn write(&self, changes: impl Fn() -> Vec<Change>) -> Result<(), SearchIndexError> {
        let (serving, next) = {
            let state = self.state.read();
            (Arc::clone(&state.serving), state.next.as_ref().map(|(next, _)| Arc::clone(next)))
        };
        match next {
            None => serving.write(changes()).await,
            Some(next) => {
                let (old, new) = tokio::join!(serving.write(changes()), next.write(changes()));
                old.and(new)
            }
        }
    }

    /// Runs on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Fields, &Snapshot) -> Result<T, SearchIndexError> + Send + 'static,
    ) -> Result<T, SearchIndexError> {
        let _turn = self.searches.acquire().await.map_err(gone)?;
        let fields = Arc::clone(&self.fields);
        let serving = self.serving();
        tokio::task::spawn_blocking(move || work(&fields, &serving.snapshot()?)).await.map_err(gone)?
    }
}

fn layout(fields: &Fields) -> String {
    format!("{LAYOUT} {}", fields.text.keys().copied().collect::<Vec<_>>().join(" "))
}

/// The number of the serving generation, replaced in one step.
fn point_to(folder: &Path, number: u64, layout: &str) -> Result<(), SearchIndexError> {
    let written = folder.join("current.new");
    std::fs::write(&written, format!("{number}\n{layout}")).map_err(gone)?;
    std::fs::File::open(&written).and_then(|file| file.sync_all()).map_err(gone)?;
    std::fs::rename(&written, folder.join("current")).map_err(gone)?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(gone)
}

/// Generations that serve no more: an abandoned or interrupted rebuild, the one before the last.
fn remove_others(folder: &Path, number: u64) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let other = name.to_str().and_then(|name| name.parse::<u64>().ok()).is_some_and(|other| other != number);
        if other && let Err(error) = std::fs::remove_dir_all(entry.path()) {
            tracing::warn!(%error, folder = %entry.path().display(), "an old generation of the search index stays");
        }
    }
}

fn payload(fields: &Fields, searcher: &Searcher, address: DocAddress) -> Result<Vec<u8>, SearchIndexError> {
    let document: TantivyDocument = searcher.doc(address).map_err(engine)?;
    Ok(document.get_first(fields.payload).and_then(|value| value.as_bytes()).unwrap_or_default().to_vec())
}

fn search(fields: &Fields, snapshot: &Snapshot, request: SearchRequest) -> Result<SearchResponse, SearchIndexError> {
    request.check()?;
    let pass = Pass::new(Arc::new(request), snapshot.segments().to_vec(), Instant::now());
    let request = Arc::clone(&pass.request);
    let scored = matches!(request.sort, Sort::Relevance(_)) && request.limit > 0;
    let query = Compiler::new(fields, &snapshot.searcher, scored).compile(&request.query, &pass.narrowing())?;
    let outcome = snapshot.searcher.search(&query, &pass).map_err(engine)?;
    let mut hits = Vec::with_capacity(outcome.best.len());
    for found in outcome.best {
        let columns = snapshot.columns(found.address.segment_ord);
        hits.push(Hit {
            id: found.position.id,
            version: columns.map_or(0, |columns| columns.version(found.address.doc_id)),
            position: found.position,
            distance_m: found.distance_m,
            payload: payload(fields, &snapshot.searcher, found.address)?,
        });
    }
    Ok(SearchResponse {
        hits,
        total: outcome.total,
        facets: outcome.facets,
        facets_partial: outcome.partial,
        cells: outcome.cells,
    })
}

fn scan(snapshot: &Snapshot, after: Option<Uuid>, limit: usize) -> Vec<(Uuid, u64)> {
    let mut least: std::collections::BinaryHeap<(Uuid, u64)> = std::collections::BinaryHeap::with_capacity(limit + 1);
    for (segment, columns) in snapshot.searcher.segment_readers().iter().zip(snapshot.segments()) {
        for doc in segment.doc_ids_alive() {
            let id = columns.id(doc);
            let wanted = after.is_none_or(|after| id > after)
                && !columns.is_trace(doc)
                && (least.len() < limit || least.peek().is_some_and(|(greatest, _)| id < *greatest));
            if wanted {
                least.push((id, columns.version(doc)));
                if least.len() > limit {
                    least.pop();
                }
            }
        }
    }
    least.into_sorted_vec()
}

fn bounded(length: usize, max: usize, what: &'static str) -> Result<(), SearchIndexError> {
    if length > max { Err(SearchIndexError::TooLarge(what)) } else { Ok(()) }
}

fn puts(documents: &[IndexDocument]) -> Vec<Change> {
    documents.iter().map(|document| Change::Put(Box::new(document.clone()))).collect()
}

#[async_trait]
impl SearchIndex for TantivyIndex {
    async fn upsert(&self, documents: Vec<IndexDocument>) -> Result<(), SearchIndexError> {
        bounded(documents.len(), BATCH_MAX, "1,000 documents")?;
        for field in documents.iter().flat_map(|document| document.text.keys()) {
            self.fields.text(field)?;
        }
        self.write(|| puts(&documents)).await
    }

    async fn delete(&self, ids: Vec<(Uuid, u64)>) -> Result<(), SearchIndexError> {
        bounded(ids.len(), BATCH_MAX, "1,000 documents")?;
        self.write(|| ids.iter().map(|(id, version)| Change::Take(*id, *version)).collect()).await
    }

    async fn refresh(&self) -> Result<(), SearchIndexError> {
        self.write(Vec::new).await
    }

    async fn search(&self, request: SearchRequest) -> Result<SearchResponse, SearchIndexError> {
        self.read(move |fields, snapshot| search(fields, snapshot, request)).await
    }

    async fn documents(&self, ids: Vec<Uuid>) -> Result<Vec<Option<StoredDocument>>, SearchIndexError> {
        bounded(ids.len(), HITS_MAX, "200 documents")?;
        self.read(move |fields, snapshot| {
            ids.into_iter()
                .map(|id| match address_of(snapshot, fields, id)? {
                    Some((segment, doc, version, false)) => {
                        let payload = payload(fields, &snapshot.searcher, DocAddress::new(segment, doc))?;
                        Ok(Some(StoredDocument { id, version, payload }))
                    }
                    Some((_, _, _, true)) | None => Ok(None),
                })
                .collect()
        })
        .await
    }

    async fn frequencies(&self, field: &'static str, tokens: Vec<String>) -> Result<Vec<u64>, SearchIndexError> {
        self.read(move |fields, snapshot| {
            let field = fields.text(field)?;
            tokens.iter().map(|token| terms::frequency(&snapshot.searcher, field, token).map_err(engine)).collect()
        })
        .await
    }

    async fn neighbours(
        &self,
        field: &'static str,
        token: String,
        edits: u8,
        prefix_chars: u8,
        limit: usize,
    ) -> Result<Vec<TokenCount>, SearchIndexError> {
        self.read(move |fields, snapshot| {
            terms::neighbours(&snapshot.searcher, fields.text(field)?, &token, edits, prefix_chars, limit)
                .map_err(engine)
        })
        .await
    }

    async fn completions(
        &self,
        field: &'static str,
        prefix: String,
        limit: usize,
    ) -> Result<Vec<TokenCount>, SearchIndexError> {
        self.read(move |fields, snapshot| {
            terms::completions(&snapshot.searcher, fields.text(field)?, &prefix, limit).map_err(engine)
        })
        .await
    }

    async fn scan(&self, after: Option<Uuid>, limit: usize) -> Result<Vec<(Uuid, u64)>, SearchIndexError> {
        bounded(limit, SCAN_MAX, "10,000 ids")?;
        self.read(move |_, snapshot| Ok(scan(snapshot, after, limit))).await
    }

    async fn count(&self) -> Result<u64, SearchIndexError> {
        let mut request = SearchRequest::everything(0);
        request.sort = Sort::Number { keys: Vec::new(), descending: true };
        Ok(self.search(request).await?.total)
    }

    async fn begin_rebuild(&self) -> Result<(), SearchIndexError> {
        let _turn = self.turning.lock().await;
        let number = {
            let state = self.state.read();
            if state.next.is_some() {
                return Err(SearchIndexError::Rebuilding);
            }
            state.number + 1
        };
        let (folder, fields) = (self.folder.join(number.to_string()), Arc::clone(&self.fields));
        let next = tokio::task::spawn_blocking(move || {
            if folder.exists() {
                std::fs::remove_dir_all(&folder).map_err(gone)?;
            }
            Generation::open(&folder, &fields)
        })
        .await
        .map_err(gone)??;
        self.state.write().next = Some((Arc::new(next), number));
        Ok(())
    }

    async fn rebuild(&self, documents: Vec<IndexDocument>) -> Result<(), SearchIndexError> {
        bounded(documents.len(), BATCH_MAX, "1,000 documents")?;
        let next = self.state.read().next.as_ref().map(|(next, _)| Arc::clone(next));
        next.ok_or(SearchIndexError::NoRebuild)?.write(puts(&documents)).await
    }

    async fn finish_rebuild(&self) -> Result<(), SearchIndexError> {
        let _turn = self.turning.lock().await;
        let next = self.state.read().next.as_ref().map(|(next, number)| (Arc::clone(next), *number));
        let (next, number) = next.ok_or(SearchIndexError::NoRebuild)?;
        next.write(Vec::new()).await?;
        point_to(&self.folder, number, &layout(&self.fields))?;
        {
            let mut state = self.state.write();
            state.serving = next;
            state.number = number;
            state.next = None;
        }
        remove_others(&self.folder, number);
        Ok(())
    }

    async fn abandon_rebuild(&self) -> Result<(), SearchIndexError> {
        let _turn = self.turning.lock().await;
        let number = {
            let mut state = self.state.write();
            state.next = None;
            state.number
        };
        remove_others(&self.folder, number);
        Ok(())
    }
}
