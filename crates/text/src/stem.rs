//! Inflection taken off: one key for the forms of a word.

use std::collections::HashMap;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;

use crate::fold::fold;
use crate::language::Spoken;
use crate::script::{is_cyrillic, unify_scripts};

static SERBIAN: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::Serbian));
static RUSSIAN: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::Russian));
static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));

struct Ekavian {
    words: HashMap<&'static str, &'static str>,
    beginnings: Vec<(&'static str, &'static str)>,
}

static EKAVIAN: LazyLock<Ekavian> = LazyLock::new(|| {
    let mut words = HashMap::new();
    let mut beginnings = Vec::new();
    for line in include_str!("../data/ijekavian.txt").lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some((ijekavian, ekavian)) = line.split_once(' ') {
            match ijekavian.strip_suffix('*') {
                Some(beginning) => beginnings.push((beginning, ekavian.trim())),
                None => {
                    words.insert(ijekavian, ekavian.trim());
                }
            }
        }
    }
    // The longest beginning wins.
    beginnings.sort_by_key(|(beginning, _)| std::cmp::Reverse(beginning.len()));
    Ekavian { words, beginnings }
});

/// The ekavian form of a folded word that the dictionary knows as ijekavian.
pub(crate) fn ekavian(folded: String) -> String {
    if !folded.contains("je") {
        return folded;
    }
    if let Some(word) = EKAVIAN.words.get(folded.as_str()) {
        return (*word).to_owned();
    }
    match EKAVIAN.beginnings.iter().find(|(beginning, _)| folded.starts_with(beginning)) {
        Some((beginning, replacement)) => format!("{replacement}{}", &folded[beginning.len()..]),
        None => folded,
    }
}

/// Stems of one word, each marked with its language (`s:`, `r:`, `e:`), so that they never meet a word or each other.
/// `raw` is the word as written, `folded` its search spelling.
pub(crate) fn stems(raw: &str, folded: &str, spoken: Spoken) -> Vec<String> {
    let mut out = Vec::with_capacity(2);
    if folded.chars().count() < 3 || folded.chars().any(|c| c.is_ascii_digit()) {
        return out;
    }
    if spoken.russian && raw.chars().any(is_cyrillic) {
        let lower: String = unify_scripts(&raw.nfkc().collect::<String>()).to_lowercase().replace('ё', "е");
        out.push(format!("r:{}", fold(&RUSSIAN.stem(&lower))));
    }
    if spoken.serbian || !raw.chars().any(is_cyrillic) {
        out.push(format!("s:{}", serbian(folded)));
    }
    if spoken.english && folded.is_ascii() && !raw.chars().any(is_cyrillic) {
        out.push(format!("e:{}", ENGLISH.stem(folded)));
    }
    out
}

/// Snowball's Serbian prelude turns every `ije` and `je` between consonants into `e`; a `y`, which Serbian lacks, hides them
/// from it. Adjective endings keep theirs: the suffix tables expect them rewritten.
fn serbian(folded: &str) -> String {
    let bytes = folded.as_bytes();
    let consonant = |at: Option<&u8>| at.is_some_and(|b| b.is_ascii_alphabetic() && !b"aeiou".contains(b));
    let mut hidden = String::with_capacity(folded.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &folded[at..];
        let length = if rest.starts_with("ije") {
            3
        } else if rest.starts_with("je") {
            2
        } else {
            0
        };
        let inside = length > 0 && at > 0 && consonant(bytes.get(at - 1)) && consonant(bytes.get(at + length));
        let ending = at >= 3 && matches!(&rest[length.min(rest.len())..], "g" | "m" | "h" | "mu" | "ga");
        if inside && !ending {
            hidden.push_str(if length == 3 { "iye" } else { "ye" });
            at += length;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        hidden.push(c);
        at += c.len_utf8();
    }
    SERBIAN.stem(&hidden).replace('đ', "d")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERBIAN_ONLY: Spoken = Spoken { serbian: true, russian: false, english: false };

    fn stem(word: &str) -> String {
        stems(word, &ekavian(fold(word)), SERBIAN_ONLY).join(" ")
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            ["beograd", "beogradu", "Beograda"],
            ["šporet", "šporeta", "sporeti"],
            ["polovni", "polovna", "polovno"],
            ["telefon", "telefoni", "телефона"],
        ] {
            let stems: Vec<_> = forms.iter().map(|form| stem(form)).collect();
            assert!(stems.iter().skip(1).filter(|s| **s == stems[0]).count() >= 1, "{stems:?}");
        }
    }

    #[test]
    fn ijekavian_meets_ekavian_by_the_dictionary_only() {
        assert_eq!(ekavian(fold("mlijeko")), "mleko");
        assert_eq!(ekavian(fold("dijete")), "dete");
        assert_eq!(ekavian(fold("dijeta")), "dijeta");
        assert_eq!(ekavian(fold("prijem")), "prijem");
        assert_ne!(stem("prijemnik"), stem("premnik"));
        assert_ne!(stem("klijent"), stem("klent"));
    }

    #[test]
    fn languages_do_not_meet() {
        let russian = Spoken { serbian: false, russian: true, english: false };
        let a = stems("квартира", "kvartira", russian);
        assert_eq!(a, stems("квартиру", "kvartiru", russian));
        assert!(a[0].starts_with("r:"));
    }
}
