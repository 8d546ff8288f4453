//! What people search for with success. Counted in the memory of each process, handed over by a light queue, written by the process
//! that the job runs in; only what many asked is suggested.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher as _, RandomState},
    net::IpAddr,
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
/// Folding may lengthen: "…" is three points.
const FOLDED_CHARS_MAX: usize = 80;
/// Of one line that comes from another process, which counts for seconds.
const TIMES_MAX: i64 = 10_000;
/// Pairs of a query and a network that are remembered.
const HEARD_MAX: usize = 100_000;
const HEARD_MS: i64 = 86_400_000;
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

/// As they travel: how it was spelled, how often.
type Line = (String, i64);

/// Folded words and their spelling; None for what nobody else is shown. A query may hold what is nobody else's business.
fn admissible(q: &str) -> Option<(String, String)> {
    let spelling = q.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let folded = fold(&spelling);
    let is_short = (3..=CHARS_MAX).contains(&spelling.chars().count());
    let is_kept = folded.chars().count() <= FOLDED_CHARS_MAX && !spelling.chars().any(char::is_control);
    (is_short && is_kept && contact::find(&spelling).is_empty()).then_some((folded, spelling))
}

/// Who was counted for what since when: a query counts once a network and day in each process. Kept as digests under a key that
/// nobody knows, and never written.
#[derive(Default)]
struct Heard {
    key: RandomState,
    pairs: HashSet<u64>,
    since_ms: i64,
}

impl Heard {
    fn is_new(&mut self, folded: &str, network: IpAddr, now: Timestamp) -> bool {
        if self.pairs.len() >= HEARD_MAX || now.timestamp_millis() - self.since_ms >= HEARD_MS {
            *self = Self { since_ms: now.timestamp_millis(), ..Self::default() };
        }
        self.pairs.insert(self.key.hash_one((folded, network)))
    }
}

#[derive(Default)]
pub(crate) struct Popular {
    pending: Mutex<Counts>,
    heard: Mutex<Heard>,
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

    /// `network`: of who asks, where it is known.
    pub fn asked(&self, q: &str, network: Option<IpAddr>, now: Timestamp) {
        let Some((folded, spelling)) = admissible(q) else { return };
        if network.is_none_or(|network| self.heard.lock().is_new(&folded, network, now)) {
            self.pending.lock().add(folded, spelling, 1);
        }
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
        let lines: Vec<Line> = pending.0.into_values().collect();
        let bodies = lines.chunks(IN_A_MESSAGE).map(|some| serde_json::to_vec(some).map(Bytes::from));
        let bodies: Vec<Bytes> = bodies.filter_map(Result::ok).collect();
        let put = self.0.queue.put(QUEUE, &bodies).await;
        if put.is_err() {
            let mut pending = self.0.popular.pending.lock();
            lines.into_iter().for_each(|(spelling, times)| pending.add(fold(&spelling), spelling, times));
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
                        // The engine is believed as little as a stranger.
                        for (spelling, times) in lines {
                            let Some((folded, spelling)) = admissible(&spelling) else { continue };
                            counts.add(folded, spelling, times.clamp(1, TIMES_MAX));
                        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(popular: &Popular) -> Vec<(String, i64)> {
        let mut all: Vec<(String, i64)> = popular.pending.lock().0.values().cloned().collect();
        all.sort();
        all
    }

    #[test]
    fn a_network_counts_once_a_day() {
        let popular = Popular::default();
        let at = |hour: i64| Timestamp::from_timestamp_secs(1_768_478_400 + hour * 3_600).unwrap();
        let network = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        for hour in 0..9 {
            popular.asked("Šporet na  drva", network(1), at(hour));
            popular.asked("šporet na drva", network(2), at(hour));
        }
        assert_eq!(counted(&popular), [("šporet na drva".to_owned(), 2)]);
        popular.asked("šporet na drva", network(1), at(25));
        assert_eq!(counted(&popular), [("šporet na drva".to_owned(), 3)]);
    }

    #[test]
    fn what_grows_by_folding_or_is_private_is_left_out() {
        let dots = format!("stan {}", "…".repeat(50));
        for q in ["ab", "pozovi 0641234567", "ana@example.com", dots.as_str(), "stan\u{0}", &"a".repeat(61)] {
            assert_eq!(admissible(q), None, "{q:?}");
        }
        assert_eq!(admissible(" Стан  Нови "), Some(("stan novi".to_owned(), "стан нови".to_owned())));
    }
}
