//! What people search for with success. Counted in the memory of each process, handed over by a light queue, written by the process
//! that the job runs in; only what many asked is suggested.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use svetu_kernel::Timestamp;
use svetu_text::{contact, fold};

use crate::{Search, SearchError, store};

/// Different queries held until they are handed over.
const PENDING_MAX: usize = 10_000;
const CHARS_MAX: usize = 60;
/// Asked so often before others see it.
pub(crate) const TIMES_MIN: i64 = 5;
pub(crate) const KEPT: i64 = 5_000;
/// How often a process that is asked hands over what it counted, and reads what is popular.
const TEND_MS: i64 = 15_000;
const QUEUE: &str = "search.asked";
/// Queries in one message: it stays below 64 KiB also where each character is written as six.
const IN_A_MESSAGE: usize = 50;
const IN_A_BATCH: usize = PENDING_MAX / IN_A_MESSAGE;
const BATCHES_MAX: usize = 100;
/// One batch is one statement.
const LEASE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub folded: String,
    pub spelling: String,
    pub times: i64,
}

/// By folded words: how they were spelled, and how often they were asked.
#[derive(Debug, Default)]
pub(crate) struct Counts(pub HashMap<String, (String, i64)>);

impl Counts {
    fn add(&mut self, folded: String, spelling: String, times: i64) {
        if self.0.len() < PENDING_MAX || self.0.contains_key(&folded) {
            let counted = &mut self.0.entry(folded).or_insert((spelling, 0)).1;
            *counted = counted.saturating_add(times);
        }
    }
}

/// As they travel: folded words, spelling, times.
type Line = (String, String, i64);

#[derive(Default)]
pub(crate) struct Popular {
    pending: Mutex<Counts>,
    known: RwLock<Arc<Vec<Asked>>>,
    /// In milliseconds since 1970: before then nothing is to be done.
    tended_until: AtomicI64,
}

impl Popular {
    /// `now`: what is popular is read.
    pub fn new(now: Timestamp) -> Self {
        let popular = Self::default();
        popular.tended_until.store(now.timestamp_millis() + TEND_MS, Ordering::Relaxed);
        popular
    }

    pub fn asked(&self, q: &str) {
        let spelling = q.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let length = spelling.chars().count();
        // A query may hold what is nobody else's business.
        if !(3..=CHARS_MAX).contains(&length) || !contact::find(&spelling).is_empty() {
            return;
        }
        self.pending.lock().add(fold(&spelling), spelling, 1);
    }

    /// Most asked first.
    pub fn beginning_with(&self, folded: &str, limit: usize) -> Vec<Asked> {
        let known = Arc::clone(&self.known.read());
        known.iter().filter(|asked| asked.folded.starts_with(folded)).take(limit).cloned().collect()
    }

    /// True for one caller in a while.
    fn is_due(&self, now: Timestamp) -> bool {
        let (now, until) = (now.timestamp_millis(), self.tended_until.load(Ordering::Relaxed));
        let claim = || self.tended_until.compare_exchange(until, now + TEND_MS, Ordering::Relaxed, Ordering::Relaxed);
        now >= until && claim().is_ok()
    }
}

impl Search {
    /// Beside the request that found it was time.
    pub(crate) fn tend_popular(&self) {
        if !self.0.popular.is_due(self.0.clock.now()) {
            return;
        }
        let search = self.clone();
        tokio::spawn(async move {
            for done in [search.hand_over_asked().await, search.read_popular().await] {
                if let Err(error) = done {
                    tracing::warn!(%error, "what is popular waits for its engine");
                }
            }
        });
    }

    pub(crate) async fn hand_over_asked(&self) -> Result<(), SearchError> {
        let pending = std::mem::take(&mut *self.0.popular.pending.lock());
        let lines: Vec<Line> = pending.0.into_iter().map(|(folded, (spelling, times))| (folded, spelling, times)).collect();
        let bodies = lines.chunks(IN_A_MESSAGE).map(|some| serde_json::to_vec(some).map(Bytes::from));
        let bodies: Vec<Bytes> = bodies.filter_map(Result::ok).collect();
        let put = self.0.queue.put(QUEUE, &bodies).await;
        if put.is_err() {
            let mut pending = self.0.popular.pending.lock();
            lines.into_iter().for_each(|(folded, spelling, times)| pending.add(folded, spelling, times));
        }
        Ok(put?)
    }

    pub(crate) async fn read_popular(&self) -> Result<(), SearchError> {
        let known = store::popular(&self.0.db, TIMES_MIN, KEPT).await?;
        *self.0.popular.known.write() = Arc::new(known);
        Ok(())
    }

    /// Writes what all processes were asked, and reads what is popular.
    pub(crate) async fn count_asked(&self) -> Result<(), SearchError> {
        self.hand_over_asked().await?;
        for _ in 0..BATCHES_MAX {
            let messages = self.0.queue.take(QUEUE, IN_A_BATCH, LEASE).await?;
            if messages.is_empty() {
                break;
            }
            let mut counts = Counts::default();
            for message in &messages {
                match serde_json::from_slice::<Vec<Line>>(&message.body) {
                    Ok(lines) => {
                        lines.into_iter().for_each(|(folded, spelling, times)| counts.add(folded, spelling, times));
                    }
                    Err(error) => tracing::warn!(%error, queue = QUEUE, "a message that nobody can read is dropped"),
                }
            }
            store::add_asked(&self.0.db, counts.0, self.0.clock.now()).await?;
            let ids: Vec<String> = messages.into_iter().map(|message| message.id).collect();
            self.0.queue.done(QUEUE, &ids).await?;
        }
        self.read_popular().await
    }
}
