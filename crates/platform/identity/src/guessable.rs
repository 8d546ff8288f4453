//! Passwords that are tried first: those of leaked lists, the site's own words, the person's own.

use std::sync::LazyLock;

/// Lower case, NFKC, sorted by their bytes; where it is from: `data/README.md`.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("../data/common-passwords.txt").lines().collect());

/// The site's name, and how people here say "password".
const OURS: [&str; 6] = ["svetu", "svetutu", "lozinka", "sifra", "parola", "password"];

/// Whether everybody tries it. `text` is in NFKC.
pub fn is_common(text: &str) -> bool {
    let lower = text.to_lowercase();
    COMMON.binary_search(&lower.as_str()).is_ok() || is_made_of(&lower, &OURS)
}

/// Whether nothing is left of it but one of the words, once or repeated, when digits and signs are gone; scripts and marks are one.
pub fn is_made_of(text: &str, words: &[&str]) -> bool {
    let text = bare(text);
    words.iter().map(|word| bare(word)).any(|word| {
        let repeated = !word.is_empty() && text.len().is_multiple_of(word.len()) && !text.is_empty();
        word.chars().count() > 2 && repeated && text == word.repeat(text.len() / word.len())
    })
}

fn bare(text: &str) -> String {
    svetu_text::fold(text).chars().filter(|c| c.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(COMMON.len() > 15_000 && COMMON.is_sorted());
    }

    #[test]
    fn what_is_tried_first() {
        for text in [
            "password1",
            "Qwerty123456",
            "iloveyou",
            "svetu2026",
            "Sve Tu 123!",
            "лозинка1",
            "Šifra1234",
            "lozinkalozinka",
        ] {
            assert!(is_common(text), "{text}");
        }
        for text in ["konj-baterija-spajalica", "svetu-demo-lozinka", "nova lozinka", "12 pingvina", "шећерлема1"]
        {
            assert!(!is_common(text), "{text}");
        }
        assert!(is_made_of("Пера.Перић1985", &["Pera Perić"]) && is_made_of("pera1234", &["pera"]));
        assert!(!is_made_of("12345678!", &["pera", ""]) && !is_made_of("pera i mika", &["pera"]));
    }
}
