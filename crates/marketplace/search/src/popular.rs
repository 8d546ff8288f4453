//! What people search for with success. Counted in memory, written now and then; only what many asked is suggested.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use svetu_text::{contact, fold};

use crate::{Search, SearchError, store};

/// Different queries held until the next writing.
const PENDING_MAX: usize = 10_000;
const CHARS_MAX: usize = 60;
/// Asked so often before others see it.
pub(crate) const TIMES_MIN: i64 = 5;
pub(crate) const KEPT: i64 = 5_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub folded: String,
    pub spelling: String,
    pub times: i64,
}

#[derive(Default)]
pub(crate) struct Popular {
    pending: Mutex<HashMap<String, (String, i64)>>,
    known: RwLock<Arc<Vec<Asked>>>,
}

impl Popular {
    pub fn asked(&self, q: &str) {
        let spelling = q.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let length = spelling.chars().count();
        // A query may hold what is nobody else's business.
        if !(3..=CHARS_MAX).contains(&length) || !contact::find(&spelling).is_empty() {
            return;
        }
        let mut pending = self.pending.lock();
        let folded = fold(&spelling);
        if pending.len() < PENDING_MAX || pending.contains_key(&folded) {
            pending.entry(folded).or_insert((spelling, 0)).1 += 1;
        }
    }

    /// Most asked first.
    pub fn beginning_with(&self, folded: &str, limit: usize) -> Vec<Asked> {
        let known = Arc::clone(&self.known.read());
        known.iter().filter(|asked| asked.folded.starts_with(folded)).take(limit).cloned().collect()
    }
}

impl Search {
    /// Writes what was counted and reads what is popular.
    pub(crate) async fn refresh_popular(&self) -> Result<(), SearchError> {
        let pending = std::mem::take(&mut *self.0.popular.pending.lock());
        if !pending.is_empty() {
            store::add_asked(&self.0.db, pending, self.0.clock.now()).await?;
        }
        let known = store::popular(&self.0.db, TIMES_MIN, KEPT).await?;
        *self.0.popular.known.write() = Arc::new(known);
        Ok(())
    }
}
