//! What duplicates are found by.

use svetu_kernel::AccountId;
use svetu_text::{simhash, simhash_distance};

/// Hashes that differ in no more bits than this are the same text or picture: so many are found for certain by four bands.
pub const DISTANCE_MAX: u32 = 3;
/// A shorter text is like many others.
const WORDS_MIN: usize = 12;
const BANDS: u32 = 4;
const BAND_BITS: u32 = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// 0: too short to be compared.
    pub text: u64,
    pub pictures: Vec<u64>,
}

impl Fingerprint {
    pub fn of(title: &str, description: &str, mut pictures: Vec<u64>) -> Self {
        let text = format!("{title}\n{description}");
        let is_long = text.split_whitespace().nth(WORDS_MIN - 1).is_some();
        // A flat picture (a logo on white) has a hash of few bits: it is like thousands.
        pictures.retain(|hash| (8..=56).contains(&hash.count_ones()));
        Self { text: if is_long { simhash(&text) } else { 0 }, pictures }
    }

    pub const fn is_empty(&self) -> bool {
        self.text == 0 && self.pictures.is_empty()
    }

    /// Texts in bands 0–3, pictures in bands 4–7.
    pub fn bands(&self) -> Vec<i32> {
        let text = (self.text != 0).then_some(self.text).into_iter().flat_map(|hash| bands_of(hash, 0));
        let mut bands: Vec<i32> = text.chain(self.pictures.iter().flat_map(|hash| bands_of(*hash, BANDS))).collect();
        bands.sort_unstable();
        bands.dedup();
        bands
    }

    pub fn same_text(&self, other: &Self) -> bool {
        self.text != 0 && other.text != 0 && simhash_distance(self.text, other.text) <= DISTANCE_MAX
    }

    /// How many of its pictures the other one has too.
    pub fn same_pictures(&self, other: &Self) -> usize {
        self.pictures
            .iter()
            .filter(|mine| other.pictures.iter().any(|theirs| simhash_distance(**mine, *theirs) <= DISTANCE_MAX))
            .count()
    }
}

fn bands_of(hash: u64, first: u32) -> impl Iterator<Item = i32> {
    (0..BANDS).map(move |band| {
        let bits = (hash >> (band * BAND_BITS)) & 0xffff;
        // Below 2^19: the cast cannot wrap.
        (i64::from(first + band) << BAND_BITS | bits as i64) as i32
    })
}

/// An ad that shares a band, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    pub listing: svetu_kernel::ListingId,
    pub seller: AccountId,
    pub fingerprint: Fingerprint,
    pub category: Option<String>,
    pub title: String,
    pub attributes: serde_json::Value,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn near_hashes_share_a_band(hash: u64, flips in proptest::collection::vec(0_u32..64, 0..=3)) {
            let near = flips.iter().fold(hash, |hash, bit| hash ^ (1 << bit));
            let print = |hash| Fingerprint { text: hash, pictures: Vec::new() };
            prop_assume!(hash != 0 && near != 0);
            let theirs = print(near).bands();
            prop_assert!(print(hash).bands().iter().any(|band| theirs.contains(band)));
            prop_assert!(print(hash).same_text(&print(near)));
        }

        #[test]
        fn a_text_never_shares_a_band_with_a_picture(hash in 1_u64..) {
            let text = Fingerprint { text: hash, pictures: Vec::new() }.bands();
            let picture = Fingerprint { text: 0, pictures: vec![hash] }.bands();
            prop_assert!(text.iter().all(|band| !picture.contains(band)));
        }
    }

    #[test]
    fn short_texts_are_not_compared() {
        assert!(Fingerprint::of("Prodajem stan", "Zvati posle 17", Vec::new()).is_empty());
    }
}
