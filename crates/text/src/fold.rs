//! One spelling for everything that a reader takes for the same word.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::script::{is_cyrillic, serbian_latin, unify_scripts};

/// Words whose `dj` is an abbreviation of its own, not a way to write đ.
const DJ_WORDS: &[&str] = &["dj", "djs", "dji"];

/// The search spelling of a text: NFKC, lower case, Latin letters, no diacritics. đ and dj both become d, so that a word
/// is one whether it was typed with đ, dj, d or ђ; the same function runs over documents and queries.
/// Separators stay as they are. Idempotent.
///
/// ```
/// use svetu_text::fold;
/// assert_eq!(fold("Ђубриво"), "dubrivo");
/// assert_eq!(fold("djubrivo"), fold("đubrivo"));
/// assert_eq!(fold("ШПОРЕТ"), "sporet");
/// assert_eq!(fold("Квартира"), "kvartira");
/// ```
pub fn fold(text: &str) -> String {
    map_words(text, |word, out| {
        let latin = to_lower_latin(word);
        let bare: String = latin.nfd().filter(|c| !is_combining_mark(*c)).collect();
        let mut plain = String::with_capacity(bare.len());
        for c in bare.chars() {
            match latin_of(c) {
                Some(latin) => plain.extend(latin.chars().flat_map(plain_letter)),
                None => plain.extend(plain_letter(c)),
            }
        }
        if DJ_WORDS.contains(&plain.as_str()) {
            out.push_str(&plain);
            return;
        }
        let mut after_d = false;
        for c in plain.chars() {
            if after_d && c == 'j' {
                continue;
            }
            after_d = c == 'd';
            out.push(c);
        }
    })
}

/// The same spelling with its diacritics: NFKC, lower case, Latin letters. What the writer meant exactly; used to rank
/// "šišanje" above "sisanje", never to exclude.
pub fn exact(text: &str) -> String {
    map_words(text, |word, out| {
        out.extend(to_lower_latin(word).nfc());
    })
}

/// Applies `f` to every run of letters, marks and digits of the NFKC form; other characters are copied.
fn map_words(text: &str, mut f: impl FnMut(&str, &mut String)) -> String {
    let composed: String = text.nfkc().collect();
    let mut out = String::with_capacity(composed.len());
    let mut word = String::new();
    for c in composed.chars() {
        if c.is_alphanumeric() || is_combining_mark(c) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            f(&word, &mut out);
            word.clear();
        }
        out.push(c);
    }
    if !word.is_empty() {
        f(&word, &mut out);
    }
    out
}

fn to_lower_latin(word: &str) -> String {
    let unified = unify_scripts(word);
    let mut out = String::with_capacity(unified.len());
    for c in unified.chars().flat_map(char::to_lowercase) {
        match latin_of(c) {
            Some(latin) => out.push_str(latin),
            None => out.push(c),
        }
    }
    out
}

/// Lower-case Cyrillic of Serbian, Russian and the neighbours, as Serbian Latin hears it. Signs without a sound vanish.
const fn latin_of(c: char) -> Option<&'static str> {
    if !is_cyrillic(c) {
        return None;
    }
    if let Some(latin) = serbian_latin(c) {
        return Some(latin);
    }
    Some(match c {
        'й' => "j",
        'ё' | 'э' | 'є' | 'ѐ' => "e",
        'ы' | 'і' | 'ї' | 'ѝ' => "i",
        'щ' => "šč",
        'ю' => "ju",
        'я' => "ja",
        'ъ' | 'ь' => "",
        'ґ' => "g",
        'ў' => "u",
        'ѓ' => "đ",
        'ќ' => "ć",
        'ѕ' => "dz",
        _ => return None,
    })
}

fn plain_letter(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'đ' | 'ð' | 'ɖ' => ('d', None),
        'š' => ('s', None),
        'č' | 'ć' => ('c', None),
        'ž' => ('z', None),
        'ł' => ('l', None),
        'ø' => ('o', None),
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        'ı' => ('i', None),
        'ħ' => ('h', None),
        other => (other, None),
    };
    std::iter::once(first).chain(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_word_however_typed() {
        for spelling in ["đubrivo", "djubrivo", "dubrivo", "ђубриво", "ЂУБРИВО", "Đubrivo", "DJUBRIVO"]
        {
            assert_eq!(fold(spelling), "dubrivo", "{spelling}");
        }
        for spelling in ["šporet", "sporet", "шпорет", "Šporet", "ŠPORET"] {
            assert_eq!(fold(spelling), "sporet", "{spelling}");
        }
        for spelling in ["beоgrad", "београд", "BEOGRAD", "Bеоgrаd"] {
            assert_eq!(fold(spelling), "beograd", "{spelling}");
        }
        for spelling in ["љубав", "ljubav", "ǉubav", "Ljubav"] {
            assert_eq!(fold(spelling), "ljubav", "{spelling}");
        }
        for spelling in ["џеп", "džep", "ǆep", "dzep"] {
            assert_eq!(fold(spelling), "dzep", "{spelling}");
        }
    }

    #[test]
    fn diacritics_survive_in_the_exact_spelling() {
        assert_eq!(exact("ШИШАЊЕ"), "šišanje");
        assert_eq!(exact("c\u{30c}ekic\u{301}"), "čekić");
    }

    #[test]
    fn a_drone_is_not_a_prefix() {
        assert_eq!(fold("DJI Mini"), "dji mini");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn folding_twice_changes_nothing_in_our_alphabets(text in "[a-zčćšžđа-яђјљњћџ 0-9ЁёЪъ.-]{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn both_scripts_fold_alike(word in "[абвгдђежзијклљмнњопрстћуфхцчџш]{1,16}") {
            prop_assert_eq!(fold(&word), fold(&crate::cyrillic_to_latin(&word)));
        }
    }
}
