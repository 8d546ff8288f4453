//! Which languages a text is written in: by its letters, its little words, and what its reader or writer says.

use svetu_kernel::Language;

use crate::fold::fold;
use crate::script::is_cyrillic;

/// The languages whose inflection is taken off a text's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spoken {
    pub serbian: bool,
    pub russian: bool,
    pub english: bool,
}

const RUSSIAN_LETTERS: &str = "ыэщъяюйёьЫЭЩЪЯЮЙЁЬ";
const SERBIAN_LETTERS: &str = "ђјљњћџЂЈЉЊЋЏčćšžđČĆŠŽĐ";
const ENGLISH_WORDS: &[&str] = &["the", "and", "with", "for", "of", "is", "are", "very", "new", "sale"];

/// The languages of a text. Letters decide; where they leave both open, `told` does. Serbian is spoken unless the letters
/// say Russian: a word of the other language then still meets its own folded spelling.
pub fn route(text: &str, told: Option<Language>) -> Spoken {
    let russian_letters = text.chars().any(|c| RUSSIAN_LETTERS.contains(c));
    let serbian_letters = text.chars().any(|c| SERBIAN_LETTERS.contains(c));
    let cyrillic = text.chars().any(is_cyrillic);
    let russian = cyrillic && (russian_letters || (!serbian_letters && told == Some(Language::Ru)));
    let english = told == Some(Language::En) || {
        let folded = fold(text);
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| ENGLISH_WORDS.contains(word)).take(2).count() == 2
    };
    Spoken { serbian: !russian || serbian_letters, russian, english }
}

/// Little words that need not match, folded.
pub(crate) fn is_stop_word(folded: &str) -> bool {
    matches!(
        folded,
        // Serbian
        "u" | "na" | "za" | "i" | "sa" | "s" | "od" | "do" | "iz" | "po" | "ili" | "se" | "je" | "su" | "kao" | "kod" | "o" | "uz"
        // Russian, as it folds
        | "v" | "so" | "ot" | "dlja" | "k" | "ko" | "bez" | "pri"
        // English
        | "in" | "on" | "for" | "the" | "a" | "an" | "and" | "or" | "of" | "to" | "with" | "from" | "at" | "by"
        // asking, in all of them
        | "kupujem" | "kupim" | "trazim" | "prodajem" | "prodaja" | "prodaje" | "kuplju" | "prodam" | "sale" | "buy" | "sell"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_first() {
        let russian = route("Продаётся квартира", None);
        assert!(russian.russian && !russian.serbian);
        let serbian = route("Продајем стан", Some(Language::Ru));
        assert!(serbian.serbian && !serbian.russian);
        assert!(route("стан", Some(Language::Ru)).russian);
        assert!(!route("стан", Some(Language::SrCyrl)).russian);
        assert!(route("sofa with the cover", None).english);
        assert!(!route("stan novi beograd", None).english);
    }
}
