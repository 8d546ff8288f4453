//! One index on disk and the thread that writes it.
//!
//! Writers hand batches to the thread; it takes what is waiting, commits, reloads the readers, and only then answers. So an
//! answer means durable and searchable, and many small batches share a commit.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use svetu_ports::search_index::{IndexDocument, SearchIndexError};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TERMINATED};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::columns::{Columns, Snapshot};
use crate::error::{engine, gone};
use crate::schema::Fields;

/// Of uncommitted documents.
const WRITER_BYTES: usize = 40 * 1024 * 1024;
/// Between the starts of two commits, unless nothing else waits.
const COMMIT_EVERY: Duration = Duration::from_millis(100);
const QUEUE_MAX: usize = 64;
/// Documents of one commit.
const COMMIT_DOCUMENTS_MAX: usize = 20_000;

pub(crate) enum Change {
    Put(Box<IndexDocument>),
    Take(Uuid, u64),
}

struct Batch {
    changes: Vec<Change>,
    done: oneshot::Sender<Result<(), SearchIndexError>>,
}

pub(crate) struct Generation {
    reader: IndexReader,
    columns: Arc<Columns>,
    queue: mpsc::Sender<Batch>,
}

impl Generation {
    /// Opens the index of the folder or makes an empty one.
    pub fn open(folder: &Path, fields: &Arc<Fields>) -> Result<Self, SearchIndexError> {
        std::fs::create_dir_all(folder).map_err(gone)?;
        let directory = MmapDirectory::open(folder).map_err(gone)?;
        let index = Index::builder()
            .schema(fields.schema.clone())
            .settings(IndexSettings::default())
            .open_or_create(directory)
            .map_err(engine)?;
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .build();
        let writer: IndexWriter = index.writer_with_options(options).map_err(engine)?;
        let mut policy = LogMergePolicy::default();
        policy.set_min_num_segments(6);
        policy.set_del_docs_ratio_before_merge(0.3);
        writer.set_merge_policy(Box::new(policy));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(engine)?;
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let columns = Arc::new(Columns::default());
        let thread =
            WriterThread { writer, reader: reader.clone(), columns: Arc::clone(&columns), fields: Arc::clone(fields) };
        std::thread::Builder::new()
            .name("search-writer".to_owned())
            .spawn(move || thread.run(waiting))
            .map_err(gone)?;
        Ok(Self { reader, columns, queue })
    }

    pub fn snapshot(&self) -> Result<Snapshot, SearchIndexError> {
        self.columns.of(self.reader.searcher()).map_err(engine)
    }

    /// Returns when the changes are durable and searchable.
    pub async fn write(&self, changes: Vec<Change>) -> Result<(), SearchIndexError> {
        let (done, answer) = oneshot::channel();
        self.queue.send(Batch { changes, done }).await.map_err(gone)?;
        answer.await.map_err(gone)?
    }
}

struct WriterThread {
    writer: IndexWriter,
    reader: IndexReader,
    columns: Arc<Columns>,
    fields: Arc<Fields>,
}

impl WriterThread {
    fn run(mut self, mut waiting: mpsc::Receiver<Batch>) {
        let mut last_commit: Option<Instant> = None;
        while let Some(first) = waiting.blocking_recv() {
            // A burst waits for company, a lone write does not.
            if let Some(rest) = last_commit.and_then(|at| COMMIT_EVERY.checked_sub(at.elapsed())) {
                std::thread::sleep(rest);
            }
            let mut documents = first.changes.len();
            let mut batches = vec![first];
            while documents < COMMIT_DOCUMENTS_MAX
                && let Ok(more) = waiting.try_recv()
            {
                documents += more.changes.len();
                batches.push(more);
            }
            last_commit = Some(Instant::now());
            let outcome = self.commit(&batches);
            if let Err(error) = &outcome {
                tracing::error!(%error, "the search index refused {documents} changes");
                if let Err(rollback) = self.writer.rollback() {
                    tracing::error!(error = %rollback, "the search index cannot go back to its last commit");
                }
            }
            for batch in batches {
                let answer = match &outcome {
                    Ok(()) => Ok(()),
                    Err(error) => Err(gone(error)),
                };
                // Nobody waits any more: the change stands all the same.
                let _ = batch.done.send(answer);
            }
        }
    }

    fn commit(&mut self, batches: &[Batch]) -> Result<(), SearchIndexError> {
        let snapshot = self.columns.of(self.reader.searcher()).map_err(engine)?;
        let mut pending: HashMap<Uuid, u64> = HashMap::new();
        let mut changed = false;
        for change in batches.iter().flat_map(|batch| &batch.changes) {
            let (id, version) = match change {
                Change::Put(document) => (document.id, document.version),
                Change::Take(id, version) => (*id, *version),
            };
            let known = match pending.get(&id) {
                Some(version) => Some(*version),
                None => version_of(&snapshot, &self.fields, id)?.map(|(version, _)| version),
            };
            // The same version again changes nothing.
            if known.is_some_and(|known| known >= version) {
                continue;
            }
            let document = match change {
                Change::Put(document) => self.fields.document(document)?,
                Change::Take(..) => self.fields.trace(id, version),
            };
            self.writer.delete_term(self.fields.id_term(id));
            self.writer.add_document(document).map_err(engine)?;
            pending.insert(id, version);
            changed = true;
        }
        if changed {
            self.writer.commit().map_err(engine)?;
            self.reader.reload().map_err(engine)?;
        }
        Ok(())
    }
}

/// The version of a document or of its trace, and whether it is a trace.
pub(crate) fn version_of(
    snapshot: &Snapshot,
    fields: &Fields,
    id: Uuid,
) -> Result<Option<(u64, bool)>, SearchIndexError> {
    Ok(address_of(snapshot, fields, id)?.map(|(_, _, version, deleted)| (version, deleted)))
}

/// Segment, document, version and whether it is a trace.
pub(crate) fn address_of(
    snapshot: &Snapshot,
    fields: &Fields,
    id: Uuid,
) -> Result<Option<(u32, u32, u64, bool)>, SearchIndexError> {
    let term = fields.id_term(id);
    for (ordinal, segment) in (0_u32..).zip(snapshot.searcher.segment_readers()) {
        let index = segment.inverted_index(fields.id).map_err(engine)?;
        let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic).map_err(gone)? else { continue };
        loop {
            let doc = postings.doc();
            if doc == TERMINATED {
                break;
            }
            if !segment.is_deleted(doc) {
                return Ok(snapshot
                    .columns(ordinal)
                    .map(|columns| (ordinal, doc, columns.version(doc), columns.is_trace(doc))));
            }
            postings.advance();
        }
    }
    Ok(None)
}
