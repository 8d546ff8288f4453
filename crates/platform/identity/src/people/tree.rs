//! A key for each of four billion leaves out of one root, of which single leaves can be forgotten for good.
//!
//! The root derives two children, each of them two more, down to the leaves (Goldreich, Goldwasser and Micali). To forget a
//! leaf, its way from the root is replaced by the siblings beside it: every other leaf can still be derived, this one by nobody.

use std::{collections::BTreeMap, ops::RangeInclusive};

use zeroize::Zeroizing;

pub const HEIGHT: u8 = 32;
pub const LEAF_MAX: u64 = (1 << HEIGHT) - 1;

type Node = Zeroizing<[u8; 32]>;

/// What is left of a tree: by their first leaf, the topmost nodes that are known.
#[derive(Clone, PartialEq, Eq)]
pub struct Tree(BTreeMap<u64, (u8, Node)>);

impl Tree {
    pub fn new(root: [u8; 32]) -> Self {
        Self(BTreeMap::from([(0, (HEIGHT, Zeroizing::new(root)))]))
    }

    /// None: the leaf was forgotten.
    pub fn key(&self, leaf: u64) -> Option<Node> {
        let (start, (height, node)) = self.covering(leaf)?;
        let mut node = node.clone();
        for level in (0..*height).rev() {
            node = child(&node, (leaf - start) >> level & 1);
        }
        Some(Zeroizing::new(blake3::derive_key("svetu identity person key v1", node.as_slice())))
    }

    /// False: it was forgotten before.
    pub fn forget(&mut self, leaf: u64) -> bool {
        let Some((&start, _)) = self.covering(leaf) else { return false };
        let Some((height, mut node)) = self.0.remove(&start) else { return false };
        let mut first = start;
        for level in (0..height).rev() {
            let side = (leaf - first) >> level & 1;
            let beside = first + ((1 - side) << level);
            self.0.insert(beside, (level, child(&node, 1 - side)));
            node = child(&node, side);
            first += side << level;
        }
        true
    }

    /// All leaves that were forgotten, in order.
    pub fn forgotten(&self) -> Vec<RangeInclusive<u64>> {
        let mut gaps = Vec::new();
        let mut next = 0;
        for (start, (height, _)) in &self.0 {
            if *start > next {
                gaps.push(next..=start - 1);
            }
            next = start + (1 << height);
        }
        if next <= LEAF_MAX {
            gaps.push(next..=LEAF_MAX);
        }
        gaps
    }

    pub fn nodes(&self) -> usize {
        self.0.len()
    }

    fn covering(&self, leaf: u64) -> Option<(&u64, &(u8, Node))> {
        self.0.range(..=leaf).next_back().filter(|(start, (height, _))| leaf - *start < 1 << height)
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend((self.0.len() as u64).to_be_bytes());
        for (start, (height, node)) in &self.0 {
            out.extend(start.to_be_bytes());
            out.push(*height);
            out.extend(node.as_slice());
        }
    }

    /// None: it is not what [`Tree::write`] wrote.
    pub fn read(bytes: &mut &[u8]) -> Option<Self> {
        let nodes = u64::from_be_bytes(take(bytes)?);
        let mut tree = BTreeMap::new();
        let mut next = 0;
        for _ in 0..nodes {
            let (start, [height], node) = (u64::from_be_bytes(take(bytes)?), take(bytes)?, take(bytes)?);
            // In order, apart, aligned and within the tree.
            if start < next || height > HEIGHT || start % (1 << height) != 0 || start + (1 << height) > LEAF_MAX + 1 {
                return None;
            }
            next = start + (1 << height);
            tree.insert(start, (height, Zeroizing::new(node)));
        }
        Some(Self(tree))
    }
}

fn child(node: &Node, side: u64) -> Node {
    Zeroizing::new(*blake3::keyed_hash(node, &[u8::from(side == 1)]).as_bytes())
}

pub fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn leaf() -> impl Strategy<Value = u64> {
        prop_oneof![0..40_u64, LEAF_MAX - 40..=LEAF_MAX, 0..=LEAF_MAX]
    }

    proptest! {
        /// Nothing but what was forgotten is lost, and that is not to be had from what is left.
        #[test]
        fn forgets_exactly(forgotten in prop::collection::vec(leaf(), 0..60), asked in prop::collection::vec(leaf(), 1..60)) {
            let whole = Tree::new([7; 32]);
            let mut tree = whole.clone();
            let mut gone = BTreeSet::new();
            for leaf in forgotten {
                prop_assert_eq!(tree.forget(leaf), gone.insert(leaf));
            }
            for leaf in asked.into_iter().chain(gone.iter().copied()) {
                let expected = if gone.contains(&leaf) { None } else { whole.key(leaf) };
                prop_assert_eq!(tree.key(leaf), expected);
            }
            let ranges: BTreeSet<u64> = tree.forgotten().into_iter().flatten().collect();
            prop_assert_eq!(&ranges, &gone);
            // No node that is left is on a forgotten leaf's way.
            for (start, (height, _)) in &tree.0 {
                prop_assert_eq!(gone.range(start..&(start + (1 << height))).next(), None);
            }
            prop_assert!(tree.nodes() <= 1 + gone.len() * 32);
            let mut bytes = Vec::new();
            tree.write(&mut bytes);
            prop_assert!(Tree::read(&mut bytes.as_slice()) == Some(tree));
            prop_assert!(Tree::read(&mut &bytes[..bytes.len() - 1]).is_none());
        }
    }

    #[test]
    fn keys_differ() {
        let tree = Tree::new([1; 32]);
        let keys: BTreeSet<_> = (0..1_000).map(|leaf| *tree.key(leaf).unwrap()).collect();
        assert_eq!(keys.len(), 1_000);
        assert_ne!(Tree::new([2; 32]).key(5), tree.key(5));
    }

    /// What a thousand erasures among the first million people cost in the secret.
    #[test]
    fn grows_little() {
        let mut tree = Tree::new([1; 32]);
        (0..1_000).for_each(|n| assert!(tree.forget(n * 997)));
        assert!(tree.nodes() < 12_000, "{}", tree.nodes());
    }
}
