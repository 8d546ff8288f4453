//! What parts of a process count of themselves, for whoever shows it. Names stand in the code: there are few of them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;

static LOOKUPS: Mutex<BTreeMap<&'static str, Arc<Lookups>>> = Mutex::new(BTreeMap::new());
static BREAKERS: Mutex<BTreeMap<&'static str, Arc<AtomicBool>>> = Mutex::new(BTreeMap::new());

/// How often a cache had what it was asked for.
#[derive(Debug, Default)]
pub struct Lookups {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Lookups {
    /// Caches of one name count together.
    pub fn of(cache: &'static str) -> Arc<Self> {
        Arc::clone(LOOKUPS.lock().entry(cache).or_default())
    }

    pub fn note(&self, hit: bool) {
        if hit { &self.hits } else { &self.misses }.fetch_add(1, Ordering::Relaxed);
    }
}

/// Name, hits and misses of every cache.
pub fn lookups() -> Vec<(&'static str, u64, u64)> {
    let read = |(name, lookups): (&&'static str, &Arc<Lookups>)| {
        (*name, lookups.hits.load(Ordering::Relaxed), lookups.misses.load(Ordering::Relaxed))
    };
    LOOKUPS.lock().iter().map(read).collect()
}

/// Whether the breaker of this name is open, kept by itself.
pub(crate) fn breaker(name: &'static str) -> Arc<AtomicBool> {
    Arc::clone(BREAKERS.lock().entry(name).or_default())
}

/// Name of every breaker, and whether it is open.
pub fn breakers() -> Vec<(&'static str, bool)> {
    BREAKERS.lock().iter().map(|(name, open)| (*name, open.load(Ordering::Relaxed))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_of_one_name_count_together() {
        Lookups::of("test").note(true);
        Lookups::of("test").note(false);
        Lookups::of("test").note(false);
        assert!(lookups().contains(&("test", 1, 2)));
    }
}
