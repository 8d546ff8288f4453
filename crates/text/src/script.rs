//! Serbian Cyrillic ↔ Latin, and words that mix the two alphabets.
//!
//! Cyrillic → Latin keeps every distinction. The reverse needs to know which Latin words stay Latin (brands, units,
//! Roman numerals) and where `nj`, `lj`, `dž` are two letters; both lists are data.

use std::collections::HashSet;
use std::sync::LazyLock;

use svetu_kernel::Language;

static STAYS_LATIN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/stays-latin.txt")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// Latin fragments whose digraph letters are two sounds, beside their Cyrillic spelling.
const SPLIT_DIGRAPHS: &[(&str, &str)] = &[
    ("injek", "инјек"),
    ("injic", "иниц"),
    ("konjunk", "конјунк"),
    ("konjug", "конјуг"),
    ("vanjezi", "ванјези"),
    ("tanjug", "танјуг"),
    ("nadživ", "наджив"),
    ("nadžnj", "наджњ"),
    ("podžup", "поджуп"),
    ("nadžup", "наджуп"),
    ("podžanr", "поджанр"),
    ("odživ", "оджив"),
    ("odžval", "оджвал"),
    ("odžal", "оджал"),
];

/// One Serbian Cyrillic letter in Latin, lower case or title case as the letter is.
pub(crate) const fn serbian_latin(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'ђ' => "đ",
        'е' => "e",
        'ж' => "ž",
        'з' => "z",
        'и' => "i",
        'ј' => "j",
        'к' => "k",
        'л' => "l",
        'љ' => "lj",
        'м' => "m",
        'н' => "n",
        'њ' => "nj",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'ћ' => "ć",
        'у' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "c",
        'ч' => "č",
        'џ' => "dž",
        'ш' => "š",
        'А' => "A",
        'Б' => "B",
        'В' => "V",
        'Г' => "G",
        'Д' => "D",
        'Ђ' => "Đ",
        'Е' => "E",
        'Ж' => "Ž",
        'З' => "Z",
        'И' => "I",
        'Ј' => "J",
        'К' => "K",
        'Л' => "L",
        'Љ' => "Lj",
        'М' => "M",
        'Н' => "N",
        'Њ' => "Nj",
        'О' => "O",
        'П' => "P",
        'Р' => "R",
        'С' => "S",
        'Т' => "T",
        'Ћ' => "Ć",
        'У' => "U",
        'Ф' => "F",
        'Х' => "H",
        'Ц' => "C",
        'Ч' => "Č",
        'Џ' => "Dž",
        'Ш' => "Š",
        _ => return None,
    })
}

const fn serbian_cyrillic(c: char) -> Option<char> {
    Some(match c {
        'a' => 'а',
        'b' => 'б',
        'c' => 'ц',
        'č' => 'ч',
        'ć' => 'ћ',
        'd' => 'д',
        'đ' => 'ђ',
        'e' => 'е',
        'f' => 'ф',
        'g' => 'г',
        'h' => 'х',
        'i' => 'и',
        'j' => 'ј',
        'k' => 'к',
        'l' => 'л',
        'm' => 'м',
        'n' => 'н',
        'o' => 'о',
        'p' => 'п',
        'r' => 'р',
        's' => 'с',
        'š' => 'ш',
        't' => 'т',
        'u' => 'у',
        'v' => 'в',
        'z' => 'з',
        'ž' => 'ж',
        _ => return None,
    })
}

/// The alphabets of Serbian, Macedonian, Bulgarian, Russian, Ukrainian and Belarusian.
pub(crate) const fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{0400}'..='\u{045F}' | '\u{0490}' | '\u{0491}')
}

pub(crate) fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || (matches!(c, '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}') && c.is_alphabetic())
}

/// Whether any letter of the text is Cyrillic.
pub fn has_cyrillic(text: &str) -> bool {
    text.chars().any(is_cyrillic)
}

/// Serbian Cyrillic in Latin letters; everything else stays. `Љ`, `Њ`, `Џ` become `LJ` beside capitals, `Lj` else.
///
/// ```
/// assert_eq!(svetu_text::cyrillic_to_latin("Ђубриво и ЊЕГОШ, Љубица"), "Đubrivo i NJEGOŠ, Ljubica");
/// ```
pub fn cyrillic_to_latin(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match serbian_latin(c) {
            Some(latin) if latin.chars().count() == 2 && c.is_uppercase() => {
                let next = letters.peek().copied().unwrap_or(' ');
                let beside_capitals = if next.is_alphabetic() {
                    next.is_uppercase()
                } else {
                    previous.is_alphabetic() && previous.is_uppercase()
                };
                if beside_capitals {
                    out.extend(latin.chars().flat_map(char::to_uppercase));
                } else {
                    out.push_str(latin);
                }
            }
            Some(latin) => out.push_str(latin),
            None => out.push(c),
        }
        previous = c;
    }
    out
}

/// Latin text in Serbian Cyrillic. Addresses, words with digits or with q w x y, brands, abbreviations, units after a
/// number and Roman numerals stay Latin.
///
/// ```
/// assert_eq!(svetu_text::latin_to_cyrillic("Njegova injekcija, Samsung A52, II sprat"), "Његова инјекција, Samsung A52, II спрат");
/// ```
pub fn latin_to_cyrillic(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut after_number = false;
    for chunk in text.split_inclusive(char::is_whitespace) {
        if chunk.contains('@') || chunk.contains("://") || chunk.contains("www.") {
            out.push_str(chunk);
            continue;
        }
        let mut rest = chunk;
        while !rest.is_empty() {
            let word_end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if word_end == 0 {
                let other = rest.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..other]);
                rest = &rest[other..];
                continue;
            }
            let word = &rest[..word_end];
            if stays_latin(word, after_number) {
                out.push_str(word);
            } else {
                push_cyrillic(&mut out, word);
            }
            after_number = word.ends_with(|c: char| c.is_ascii_digit());
            rest = &rest[word_end..];
        }
    }
    out
}

fn stays_latin(word: &str, after_number: bool) -> bool {
    let foreign = |c: char| c.is_numeric() || (is_latin(c) && c.to_lowercase().all(|l| serbian_cyrillic(l).is_none()));
    if word.chars().any(foreign) || is_roman(word) {
        return true;
    }
    let lower = word.to_lowercase();
    let unit = matches!(
        lower.as_str(),
        "m" | "km" | "cm" | "mm" | "kg" | "g" | "l" | "ml" | "kv" | "gb" | "mb" | "tb" | "hz" | "v" | "ah" | "mah"
    );
    (after_number && unit) || STAYS_LATIN.contains(lower.as_str())
}

/// A Roman numeral from II to XXXIX in capitals.
pub(crate) fn is_roman(word: &str) -> bool {
    word.len() >= 2
        && word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
        && crate::numerals::roman(&word.to_ascii_lowercase()).is_some()
}

fn push_cyrillic(out: &mut String, word: &str) {
    let lower = word.to_lowercase();
    // Case mapping that changes the number of letters would put the split digraphs at wrong places.
    let same_length = lower.chars().count() == word.chars().count();
    let split = SPLIT_DIGRAPHS.iter().filter(|_| same_length).find_map(|(latin, cyrillic)| {
        lower.find(latin).map(|at| (lower[..at].chars().count(), latin.chars().count(), *cyrillic))
    });
    let letters: Vec<char> = word.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        if let Some((start, length, cyrillic)) = split
            && at == start
        {
            let capital = letters[at].is_uppercase();
            let all = letters[start..start + length].iter().all(|c| c.is_uppercase());
            for (index, c) in cyrillic.chars().enumerate() {
                if all || (capital && index == 0) {
                    out.extend(c.to_uppercase());
                } else {
                    out.push(c);
                }
            }
            at += length;
            continue;
        }
        let c = letters[at];
        let next = letters.get(at + 1).copied().unwrap_or(' ');
        let digraph = match (lower_one(c), lower_one(next)) {
            ('l', 'j') => Some('љ'),
            ('n', 'j') => Some('њ'),
            ('d', 'ž') => Some('џ'),
            _ => None,
        };
        if let Some(letter) = digraph {
            push_cased(out, letter, c.is_uppercase());
            at += 2;
            continue;
        }
        match serbian_cyrillic(lower_one(c)) {
            Some(letter) => push_cased(out, letter, c.is_uppercase()),
            None => out.push(c),
        }
        at += 1;
    }
}

fn lower_one(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn push_cased(out: &mut String, letter: char, capital: bool) {
    if capital {
        out.extend(letter.to_uppercase());
    } else {
        out.push(letter);
    }
}

/// The Latin letter that looks like this Cyrillic one.
pub(crate) const fn latin_lookalike(c: char) -> Option<char> {
    Some(match c {
        'а' => 'a',
        'е' => 'e',
        'о' => 'o',
        'р' => 'p',
        'с' => 'c',
        'у' => 'y',
        'х' => 'x',
        'ј' => 'j',
        'і' => 'i',
        'ѕ' => 's',
        'к' => 'k',
        'м' => 'm',
        'т' => 't',
        'А' => 'A',
        'В' => 'B',
        'Е' => 'E',
        'К' => 'K',
        'М' => 'M',
        'Н' => 'H',
        'О' => 'O',
        'Р' => 'P',
        'С' => 'C',
        'Т' => 'T',
        'У' => 'Y',
        'Х' => 'X',
        'Ј' => 'J',
        'І' => 'I',
        'Ѕ' => 'S',
        _ => return None,
    })
}

const fn cyrillic_lookalike(c: char) -> Option<char> {
    Some(match c {
        'a' => 'а',
        'e' => 'е',
        'o' => 'о',
        'p' => 'р',
        'c' => 'с',
        'y' => 'у',
        'x' => 'х',
        'j' => 'ј',
        'k' => 'к',
        'm' => 'м',
        't' => 'т',
        'A' => 'А',
        'B' => 'В',
        'E' => 'Е',
        'K' => 'К',
        'M' => 'М',
        'H' => 'Н',
        'O' => 'О',
        'P' => 'Р',
        'C' => 'С',
        'T' => 'Т',
        'Y' => 'У',
        'X' => 'Х',
        'J' => 'Ј',
        _ => return None,
    })
}

/// A word written in two alphabets, put into the one it is meant in: look-alikes of the minority go to the majority.
/// A word with digits whose Cyrillic letters all look Latin ("Х5", "С220") is a model name and becomes Latin.
///
/// ```
/// assert_eq!(svetu_text::unify_scripts("beоgrad"), "beograd");
/// assert_eq!(svetu_text::unify_scripts("cтан"), "стан");
/// ```
pub fn unify_scripts(word: &str) -> String {
    let (mut latin, mut cyrillic, mut digits) = (0_usize, 0_usize, false);
    let (mut latin_convertible, mut cyrillic_convertible) = (true, true);
    for c in word.chars() {
        if is_cyrillic(c) {
            cyrillic += 1;
            cyrillic_convertible &= latin_lookalike(c).is_some();
        } else if is_latin(c) {
            latin += 1;
            latin_convertible &= cyrillic_lookalike(c).is_some();
        } else {
            digits |= c.is_ascii_digit();
        }
    }
    let to_latin =
        cyrillic > 0 && cyrillic_convertible && (digits || (latin > 0 && (latin >= cyrillic || !latin_convertible)));
    let to_cyrillic = !to_latin && latin > 0 && cyrillic > 0 && latin_convertible;
    if to_latin {
        word.chars().map(|c| latin_lookalike(c).unwrap_or(c)).collect()
    } else if to_cyrillic {
        word.chars().map(|c| cyrillic_lookalike(c).unwrap_or(c)).collect()
    } else {
        word.to_owned()
    }
}

/// A Serbian text in the script that the reader reads; None where it is shown as it was written. Who reads English is given Latin.
pub fn in_script(text: &str, written: Language, reader: Language) -> Option<String> {
    match (written, reader) {
        (Language::SrLatn, Language::SrCyrl) => Some(latin_to_cyrillic(text)),
        (Language::SrCyrl, Language::SrLatn | Language::En) => Some(cyrillic_to_latin(text)),
        (Language::SrLatn, Language::SrLatn | Language::Ru | Language::En)
        | (Language::SrCyrl, Language::SrCyrl | Language::Ru)
        | (Language::Ru | Language::En, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digraphs_keep_their_case() {
        assert_eq!(cyrillic_to_latin("Љубав ЉУБАВ ЏЕП џеп КОЊ Њ."), "Ljubav LJUBAV DŽEP džep KONJ Nj.");
        assert_eq!(latin_to_cyrillic("Ljubav LJUBAV DŽEP džep KONJ"), "Љубав ЉУБАВ ЏЕП џеп КОЊ");
    }

    #[test]
    fn two_sounds_stay_two_letters() {
        assert_eq!(
            latin_to_cyrillic("injekcija Injektori konjunkcija nadživeti konj"),
            "инјекција Инјектори конјункција надживети коњ"
        );
    }

    #[test]
    fn brands_units_and_addresses_stay_latin() {
        assert_eq!(
            latin_to_cyrillic("Prodajem Samsung TV 55 cm, 120 km, WiFi, XII sprat, pera@primer.rs"),
            "Продајем Samsung TV 55 cm, 120 km, WiFi, XII спрат, pera@primer.rs"
        );
    }

    #[test]
    fn model_letters_become_latin() {
        assert_eq!(unify_scripts("Х5"), "X5");
        assert_eq!(unify_scripts("С220"), "C220");
        assert_eq!(unify_scripts("стан"), "стан");
        assert_eq!(unify_scripts("шпорет5"), "шпорет5");
    }

    #[test]
    fn scripts_are_derived_for_serbian_texts_only() {
        let shown = |text, written| Language::ALL.map(|reader| in_script(text, written, reader));
        let latin = Some("Šporet".to_owned());
        assert_eq!(shown("Šporet", Language::SrLatn), [None, Some("Шпорет".to_owned()), None, None]);
        assert_eq!(shown("Шпорет", Language::SrCyrl), [latin.clone(), None, None, latin]);
        assert_eq!(shown("Плита", Language::Ru), [None, None, None, None]);
    }

    proptest! {
        // Only the pairs that Latin cannot tell apart are left out: нј, лј, дж; and the words kept Latin.
        #[test]
        fn cyrillic_survives_the_round_trip(word in "[абвгдђежзијклљмнњопрстћуфхцчџш]{3,14}") {
            prop_assume!(!["нј", "лј", "дж"].iter().any(|pair| word.contains(pair)));
            let latin = cyrillic_to_latin(&word);
            prop_assume!(!stays_latin(&latin, false));
            prop_assume!(!SPLIT_DIGRAPHS.iter().any(|(fragment, _)| latin.contains(fragment)));
            prop_assert_eq!(latin_to_cyrillic(&latin), word);
        }

        #[test]
        fn latin_survives_the_round_trip(text in "\\PC{0,40}") {
            let latin = cyrillic_to_latin(&text);
            prop_assert_eq!(cyrillic_to_latin(&latin), latin);
        }
    }
}
