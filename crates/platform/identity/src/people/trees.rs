//! The trees of all epochs, as one secret.

use std::collections::BTreeMap;

use svetu_kernel::Timestamp;

use super::tree::{Tree, take};

/// A secret of so many bytes is the root of the first epoch: any process may make it.
pub const ROOT_BYTES: usize = 32;
/// Twelve megabytes: an erasure that needs more waits until keys are wrapped anew and the old epochs forgotten.
const NODES_MAX: usize = 300_000;
const FORMAT: u8 = 1;

#[derive(Clone, PartialEq, Eq)]
pub struct Trees {
    epochs: BTreeMap<i32, Epoch>,
}

#[derive(Clone, PartialEq, Eq)]
struct Epoch {
    since: Timestamp,
    tree: Tree,
}

impl Trees {
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        if let Ok(root) = <[u8; ROOT_BYTES]>::try_from(bytes) {
            let first = Epoch { since: Timestamp::UNIX_EPOCH, tree: Tree::new(root) };
            return Some(Self { epochs: BTreeMap::from([(1, first)]) });
        }
        let bytes = &mut bytes;
        let [FORMAT, count] = take(bytes)? else { return None };
        let mut epochs = BTreeMap::new();
        for _ in 0..count {
            let (epoch, since) = (i32::from_be_bytes(take(bytes)?), i64::from_be_bytes(take(bytes)?));
            let since = Timestamp::from_timestamp(since, 0)?;
            epochs.insert(epoch, Epoch { since, tree: Tree::read(bytes)? });
        }
        (bytes.is_empty() && !epochs.is_empty()).then_some(Self { epochs })
    }

    pub fn write(&self) -> Vec<u8> {
        let mut out = vec![FORMAT, u8::try_from(self.epochs.len()).unwrap_or(u8::MAX)];
        for (epoch, Epoch { since, tree }) in &self.epochs {
            out.extend(epoch.to_be_bytes());
            out.extend(since.timestamp().to_be_bytes());
            tree.write(&mut out);
        }
        out
    }

    pub fn of(&self, epoch: i32) -> Option<&Tree> {
        self.epochs.get(&epoch).map(|epoch| &epoch.tree)
    }

    /// What new keys are wrapped under.
    pub fn current(&self) -> i32 {
        self.epochs.keys().next_back().copied().unwrap_or_default()
    }

    /// False: there are too many epochs, some have to be forgotten first.
    pub fn begin_epoch(&mut self, root: [u8; 32], now: Timestamp) -> bool {
        if self.epochs.len() >= usize::from(u8::MAX) {
            return false;
        }
        self.epochs.insert(self.current() + 1, Epoch { since: now, tree: Tree::new(root) });
        true
    }

    /// All that were followed by another one before `before`; answers which.
    pub fn forget_epochs(&mut self, before: Timestamp) -> Vec<i32> {
        let starts: Vec<(i32, Timestamp)> = self.epochs.iter().map(|(epoch, one)| (*epoch, one.since)).collect();
        let over: Vec<i32> = starts.windows(2).filter(|pair| pair[1].1 < before).map(|pair| pair[0].0).collect();
        over.iter().for_each(|epoch| drop(self.epochs.remove(epoch)));
        over
    }

    /// In every epoch. False: what is left would be too large.
    pub fn forget(&mut self, leaves: &[u64]) -> bool {
        for epoch in self.epochs.values_mut() {
            for leaf in leaves {
                epoch.tree.forget(*leaf);
            }
        }
        self.epochs.values().map(|epoch| epoch.tree.nodes()).sum::<usize>() <= NODES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_becomes_epochs() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let mut trees = Trees::read(&[3; 32]).unwrap();
        assert_eq!(trees.current(), 1);
        assert!(trees.forget(&[5, 6]));
        let first = trees.of(1).unwrap().key(4);
        assert!(trees.begin_epoch([4; 32], now));
        assert!(trees.forget(&[9]));
        let again = Trees::read(&trees.write()).unwrap();
        assert!(again == trees);
        assert_eq!((again.current(), again.of(1).unwrap().key(4)), (2, first));
        // A new epoch has forgotten nobody of before: there is nothing of them in it.
        assert_eq!((again.of(1).unwrap().key(5), again.of(1).unwrap().key(9)), (None, None));
        assert!(again.of(2).unwrap().key(5).is_some() && again.of(2).unwrap().key(9).is_none());

        assert!(trees.forget_epochs(now).is_empty());
        assert_eq!(trees.forget_epochs(now + chrono::Duration::seconds(1)), [1]);
        assert_eq!((trees.current(), trees.of(1).is_none()), (2, true));
        assert!(Trees::read(b"rubbish").is_none() && Trees::read(&[]).is_none());
    }
}
