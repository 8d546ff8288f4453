//! What this process read a moment ago: bounded, and forgotten as soon as this process changes it.

use std::{collections::HashMap, hash::Hash};

use chrono::Duration;
use parking_lot::RwLock;
use svetu_kernel::Timestamp;

/// Beyond it all is forgotten: who makes up names fills no memory.
const ENTRIES_MAX: usize = 4_096;

/// Other processes' changes are seen after its life at the latest.
pub struct Known<K, V> {
    life: Duration,
    inner: RwLock<Inner<K, V>>,
}

struct Inner<K, V> {
    /// How often all was forgotten.
    epoch: u64,
    entries: HashMap<K, (Timestamp, V)>,
}

impl<K: Eq + Hash, V: Clone> Known<K, V> {
    pub fn new(life: Duration) -> Self {
        Self { life, inner: RwLock::new(Inner { epoch: 0, entries: HashMap::new() }) }
    }

    pub fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let inner = self.inner.read();
        let (at, value) = inner.entries.get(key)?;
        // A clock that was set back makes nothing last longer.
        (*at <= now && now - *at < self.life).then(|| value.clone())
    }

    /// Read before the rows are: what was read before a change is not kept after it.
    pub fn epoch(&self) -> u64 {
        self.inner.read().epoch
    }

    pub fn put(&self, epoch: u64, key: K, value: V, now: Timestamp) {
        let mut inner = self.inner.write();
        if inner.epoch != epoch {
            return;
        }
        if inner.entries.len() >= ENTRIES_MAX {
            inner.entries.clear();
        }
        inner.entries.insert(key, (now, value));
    }

    pub fn forget(&self) {
        let mut inner = self.inner.write();
        inner.epoch += 1;
        inner.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn what_is_old_or_was_changed_is_read_again() {
        let known = Known::new(Duration::seconds(2));
        known.put(known.epoch(), "a", 1, at(100));
        assert_eq!(
            (known.get(&"a", at(101)), known.get(&"a", at(102)), known.get(&"a", at(99))),
            (Some(1), None, None)
        );
        // Read before the change, put after it.
        let before = known.epoch();
        known.forget();
        known.put(before, "a", 1, at(101));
        assert_eq!(known.get(&"a", at(101)), None);
    }

    #[test]
    fn names_that_are_made_up_fill_no_memory() {
        let known = Known::new(Duration::seconds(2));
        for name in 0..3 * ENTRIES_MAX {
            known.put(0, name, (), at(0));
        }
        assert!(known.inner.read().entries.len() <= ENTRIES_MAX);
    }
}
