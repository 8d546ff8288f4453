//! Fingerprints of texts: alike texts have fingerprints that differ in few bits (Charikar 2002).

use crate::fold::fold;

/// The 64-bit fingerprint of a text, over its folded words and their neighbours; equal in both scripts. Stable across
/// releases: it is stored. An empty text gives 0.
pub fn simhash(text: &str) -> u64 {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut balance = [0_i32; 64];
    let mut add = |hash: u64| {
        for (bit, sum) in balance.iter_mut().enumerate() {
            *sum += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    };
    for word in &words {
        add(mixed(hash_of(word.as_bytes(), 0)));
    }
    for pair in words.windows(2) {
        let first = hash_of(pair[0].as_bytes(), 1);
        add(mixed(hash_of(pair[1].as_bytes(), first)));
    }
    if words.is_empty() {
        return 0;
    }
    balance.iter().enumerate().fold(0, |hash, (bit, sum)| hash | u64::from(*sum > 0) << bit)
}

/// In how many bits two fingerprints differ. Up to 3 of 64 is a copy, up to 8 a light rewrite of a longer text.
pub const fn distance(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// FNV-1a.
fn hash_of(bytes: &[u8], seed: u64) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The finaliser of SplitMix64: FNV alone leaves the high bits of short words alike.
const fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAT: &str = "Prodajem dvosoban stan na Novom Beogradu, blok 45, treći sprat, terasa, \
        useljiv odmah, uknjižen, blizu škole i vrtića, parking ispred zgrade, centralno grejanje";

    #[test]
    fn a_copy_in_the_other_script_is_the_same() {
        assert_eq!(simhash(FLAT), simhash(&crate::latin_to_cyrillic(FLAT)));
        assert_eq!(simhash(FLAT), simhash(&FLAT.to_uppercase()));
    }

    #[test]
    fn a_light_rewrite_is_near_and_another_text_is_far() {
        let rewritten = FLAT.replace("odmah", "uskoro");
        let other = "Golf 7 dizel 2.0 TDI, 2015. godište, prešao 180000 km, registrovan do marta, \
            prvi vlasnik, servisna knjiga, zimske gume, bez ulaganja, može zamena";
        assert!(distance(simhash(FLAT), simhash(&rewritten)) <= 10);
        assert!(distance(simhash(FLAT), simhash(other)) >= 16);
    }

    #[test]
    fn nothing_has_no_fingerprint() {
        assert_eq!(simhash(" .,! "), 0);
    }
}
