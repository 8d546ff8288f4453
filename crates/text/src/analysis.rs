//! The words that an index keeps of a document, and what a query asks of them.
//!
//! Both sides come from here, so an engine only compares tokens. Beside each word's folded spelling an index keeps
//!
//! - stems, marked by language (`s:beograd`);
//! - joined tokens: a word and the number after it (`iphone13`), a number and its unit (`128gb`), a letter and a number (`a4`);
//! - a mark on a word that a model number follows (`iphone#`): it tells "iPhone 12, 13 months of warranty" from "iPhone 13".

use std::sync::Arc;

use svetu_kernel::Language;

use crate::language::{Spoken, is_stop_word, route};
use crate::segment::{Near, Piece, Run, pieces};
use crate::stem::stems;
use crate::synonyms::{PhraseWord, Synonyms};

/// Words of one document text that are analysed; a description of 10,000 characters has some 2,000.
const DOCUMENT_PIECES_MAX: usize = 4_000;
/// Words of a query that count.
pub(crate) const QUERY_PIECES_MAX: usize = 24;

/// What an index keeps of one text. Each list is without repetitions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentTokens {
    pub folded: Vec<String>,
    pub exact: Vec<String>,
    pub stems: Vec<String>,
}

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    /// As the person typed it.
    pub raw: String,
    pub folded: String,
    pub exact: String,
    pub stems: Vec<String>,
    /// Typing errors that may be forgiven: [`edits_max`].
    pub edits_max: u8,
    /// The last word may be unfinished.
    pub unfinished: bool,
}

/// One thing a document must have. `optional` parts only rank.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// All the words, or all the words of one of the synonyms.
    Words { words: Vec<Word>, synonyms: Vec<Vec<Word>>, optional: bool },
    /// A word and its model number: for one of the `words` the document has `<word><number>`, or the word and the number
    /// without another number right after the word (`<word>#`). Numbers count only where a writer names the thing itself
    /// (title, attributes).
    Model { words: Vec<Word>, number: String },
    /// A token that is a unit in itself: `a4`, `320d`, `128gb`.
    Code { token: String },
    /// A number alone, in title or attributes.
    Number { digits: String },
}

/// A query understood as parts that must all match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryTokens {
    pub parts: Vec<Part>,
}

/// How many typing errors a folded word may have: one from 5 letters, two from 9, none beside digits.
pub fn edits_max(folded: &str) -> u8 {
    if folded.chars().any(|c| !c.is_alphabetic()) {
        return 0;
    }
    match folded.chars().count() {
        0..5 => 0,
        5..9 => 1,
        _ => 2,
    }
}

/// The mark of a word that a model number follows.
pub fn numbered(folded: &str) -> String {
    format!("{folded}#")
}

/// Analyses documents and queries; cheap to clone.
#[derive(Debug, Clone)]
pub struct Analyser {
    synonyms: Arc<Synonyms>,
}

impl Analyser {
    pub const fn new(synonyms: Arc<Synonyms>) -> Self {
        Self { synonyms }
    }

    /// Tokens of a document's text. `language` is what its writer said.
    pub fn analyse_document(&self, text: &str, language: Language) -> DocumentTokens {
        let spoken = route(text, Some(language));
        let pieces = pieces(text, DOCUMENT_PIECES_MAX);
        let mut out = DocumentTokens::default();
        for (at, piece) in pieces.iter().enumerate() {
            match &piece.run {
                Run::Letters { raw, folded, exact, .. } => {
                    out.folded.push(folded.clone());
                    out.exact.push(exact.clone());
                    out.stems.extend(stems(raw, folded, spoken));
                }
                Run::Number { digits } => {
                    // The 2 of "60m2" and the 4 of "A4" are no numbers of their own.
                    let part_of_code = piece.near == Near::Glued && at > 0 && is_letter(&pieces[at - 1]);
                    if !part_of_code {
                        out.folded.push(digits.clone());
                        out.exact.push(digits.clone());
                    }
                }
            }
            out.folded.extend(joined(&pieces, at));
        }
        for tokens in [&mut out.folded, &mut out.exact, &mut out.stems] {
            tokens.sort_unstable();
            tokens.dedup();
        }
        out
    }

    /// What a query asks for. `language` is the reader's.
    pub fn analyse_query(&self, text: &str, language: Language) -> QueryTokens {
        let spoken = route(text, Some(language));
        let pieces = pieces(text, QUERY_PIECES_MAX);
        let finished = text.ends_with(|c: char| !c.is_alphanumeric());
        let mut parts = Vec::new();
        let mut at = 0;
        while at < pieces.len() {
            let (part, used) = self.part(&pieces, at, spoken);
            parts.push(part);
            at += used;
        }
        if !finished
            && let Some(Part::Words { words, optional: false, .. }) = parts.last_mut()
            && let Some(last) = words.last_mut()
        {
            last.unfinished = last.folded.chars().count() >= 3;
        }
        if parts.iter().all(|part| matches!(part, Part::Words { optional: true, .. })) {
            for part in &mut parts {
                if let Part::Words { optional, .. } = part {
                    *optional = false;
                }
            }
        }
        QueryTokens { parts }
    }

    fn part(&self, pieces: &[Piece], at: usize, spoken: Spoken) -> (Part, usize) {
        match &pieces[at].run {
            Run::Number { digits } => {
                if let Some((unit, used)) = unit_after(pieces, at) {
                    return (Part::Code { token: format!("{digits}{unit}") }, used + 1);
                }
                if let Some(Piece { run: Run::Letters { folded, .. }, near: Near::Glued }) = pieces.get(at + 1) {
                    return (Part::Code { token: format!("{digits}{folded}") }, 2);
                }
                (Part::Number { digits: digits.clone() }, 1)
            }
            Run::Letters { raw, folded, exact, .. } => {
                let word = word(raw, folded, exact, spoken);
                if let Some(number) = number_after(pieces, at) {
                    if folded.chars().count() == 1 {
                        return (Part::Code { token: format!("{folded}{number}") }, 2);
                    }
                    if is_model_number(&number) && !is_stop_word(folded) {
                        let mut words = vec![word.clone()];
                        let phrase = phrase_word(&word);
                        if let Some((_, synonyms)) = self.synonyms.at(&[&phrase]) {
                            words.extend(synonyms.into_iter().filter(|s| s.len() == 1).map(|s| word_of(&s[0])));
                        }
                        return (Part::Model { words, number }, 2);
                    }
                }
                self.words(pieces, at, word, spoken)
            }
        }
    }

    /// The longest synonym phrase from here, or the word alone.
    fn words(&self, pieces: &[Piece], at: usize, first: Word, spoken: Spoken) -> (Part, usize) {
        let mut run = vec![first];
        for (offset, piece) in pieces[at + 1..].iter().enumerate().take(3) {
            match &piece.run {
                // A word with its own number is no part of a phrase.
                Run::Letters { raw, folded, exact, .. } if number_after(pieces, at + 1 + offset).is_none() => {
                    run.push(word(raw, folded, exact, spoken));
                }
                Run::Letters { .. } | Run::Number { .. } => break,
            }
        }
        let phrase: Vec<PhraseWord> = run.iter().map(phrase_word).collect();
        let borrowed: Vec<&PhraseWord> = phrase.iter().collect();
        let (used, synonyms) = match self.synonyms.at(&borrowed) {
            Some((used, synonyms)) => {
                (used, synonyms.into_iter().map(|phrase| phrase.iter().map(word_of).collect()).collect())
            }
            None => (1, Vec::new()),
        };
        run.truncate(used);
        let optional = used == 1 && is_stop_word(&run[0].folded);
        (Part::Words { words: run, synonyms, optional }, used)
    }
}

fn word(raw: &str, folded: &str, exact: &str, spoken: Spoken) -> Word {
    Word {
        raw: raw.to_owned(),
        folded: folded.to_owned(),
        exact: exact.to_owned(),
        stems: stems(raw, folded, spoken),
        edits_max: edits_max(folded),
        unfinished: false,
    }
}

fn phrase_word(word: &Word) -> PhraseWord {
    PhraseWord { folded: word.folded.clone(), stems: word.stems.clone() }
}

fn word_of(word: &PhraseWord) -> Word {
    Word {
        raw: word.folded.clone(),
        folded: word.folded.clone(),
        exact: word.folded.clone(),
        stems: word.stems.clone(),
        edits_max: 0,
        unfinished: false,
    }
}

fn is_letter(piece: &Piece) -> bool {
    matches!(&piece.run, Run::Letters { folded, .. } if folded.chars().count() == 1)
}

/// 1–4 digits that are no year.
fn is_model_number(digits: &str) -> bool {
    digits.len() <= 4
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.parse::<u16>().is_ok_and(|number| (1950..=2035).contains(&number))
}

/// The number beside the word at `at`, unless it measures something ("stan 60 m2") or is a code of its own ("bmw 320d").
fn number_after(pieces: &[Piece], at: usize) -> Option<String> {
    let next = pieces.get(at + 1)?;
    let Run::Number { digits } = &next.run else { return None };
    let glued_letters = matches!(pieces.get(at + 2), Some(Piece { run: Run::Letters { .. }, near: Near::Glued }));
    let free = next.near != Near::Apart && unit_after(pieces, at + 1).is_none() && !glued_letters;
    free.then(|| digits.clone())
}

/// The unit of the number at `at` and how many pieces it takes.
fn unit_after(pieces: &[Piece], at: usize) -> Option<(&'static str, usize)> {
    let next = pieces.get(at + 1)?;
    let Run::Letters { folded, .. } = &next.run else { return None };
    if next.near == Near::Apart {
        return None;
    }
    let squared = matches!(
        pieces.get(at + 2),
        Some(Piece { run: Run::Number { digits }, near: Near::Glued }) if digits == "2"
    );
    let unit = match folded.as_str() {
        "m" if squared => return Some(("m2", 2)),
        "kvm" | "kvadrata" | "kvadrat" | "kvadrati" | "m" => "m2",
        "gb" | "gigabajta" => "gb",
        "tb" => "tb",
        "mb" => "mb",
        "km" => "km",
        "cm" => "cm",
        "mm" => "mm",
        "kg" | "kila" | "kilograma" => "kg",
        "kw" => "kw",
        "ks" | "hp" => "ks",
        "l" | "litara" | "lit" => "l",
        "w" => "w",
        "v" => "v",
        "ah" => "ah",
        "mah" => "mah",
        "hz" => "hz",
        "mpx" | "mp" => "mp",
        "inca" | "inc" | "inch" | "col" => "inch",
        "ari" | "ara" => "ar",
        "ha" | "hektara" => "ha",
        _ => return None,
    };
    Some((unit, 1))
}

/// Tokens that span pieces, for the piece at `at` and those after it.
fn joined(pieces: &[Piece], at: usize) -> Vec<String> {
    let mut out = Vec::new();
    match &pieces[at].run {
        Run::Number { digits } => {
            if let Some((unit, _)) = unit_after(pieces, at) {
                out.push(format!("{digits}{unit}"));
            }
            if let Some(Piece { run: Run::Letters { folded, .. }, near: Near::Glued }) = pieces.get(at + 1) {
                out.push(format!("{digits}{folded}"));
            }
        }
        Run::Letters { folded, .. } => {
            let number = match pieces.get(at + 1) {
                // "BMW 320d" answers to "bmw 320" as well.
                Some(Piece { run: Run::Number { digits }, near: Near::Glued | Near::Beside })
                    if unit_after(pieces, at + 1).is_none() =>
                {
                    Some(digits.clone())
                }
                Some(Piece { run: Run::Letters { roman: Some(value), .. }, near: Near::Beside }) => {
                    Some(value.to_string())
                }
                Some(_) | None => None,
            };
            if let Some(number) = number {
                out.push(format!("{folded}{number}"));
                if folded.chars().count() > 1 && is_model_number(&number) {
                    out.push(numbered(folded));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn analyser() -> Analyser {
        Analyser::new(Arc::new(Synonyms::built_in().unwrap()))
    }

    fn parts(query: &str) -> Vec<Part> {
        analyser().analyse_query(query, Language::SrLatn).parts
    }

    fn folded(query: &str) -> String {
        parts(query)
            .iter()
            .map(|part| match part {
                Part::Words { words, optional, .. } => {
                    let text: Vec<&str> = words.iter().map(|w| w.folded.as_str()).collect();
                    format!("{}{}", text.join("+"), if *optional { "?" } else { "" })
                }
                Part::Model { words, number } => format!("{}={number}", words[0].folded),
                Part::Code { token } => format!("[{token}]"),
                Part::Number { digits } => format!("#{digits}"),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Equal but for how the person wrote them.
    fn asked(query: &str) -> Vec<Part> {
        let mut parts = parts(query);
        for part in &mut parts {
            if let Part::Words { words, .. } | Part::Model { words, .. } = part {
                for word in words {
                    word.raw.clear();
                    word.exact.clear();
                }
            }
        }
        parts
    }

    #[test]
    fn every_script_and_case_asks_the_same() {
        let plain = asked("stan novi beograd");
        for query in ["стан нови београд", "STAN NOVI BEOGRAD", "stan novi beоgrad", "Stan, Novi  Beograd"]
        {
            assert_eq!(asked(query), plain, "{query}");
        }
        assert_eq!(asked("šporet"), asked("шпорет"));
        assert_eq!(asked("šporet"), asked("sporet"));
        for query in ["djubrivo", "dubrivo", "ђубриво"] {
            assert_eq!(asked(query), asked("đubrivo"), "{query}");
        }
    }

    #[test]
    fn numbers_bind_to_what_they_number() {
        assert_eq!(folded("iphone 13"), "iphone=13");
        assert_eq!(asked("iphone13"), asked("iphone 13"));
        assert_eq!(folded("audi a4 2015"), "audi [a4] #2015");
        assert_eq!(asked("128 GB"), asked("128gb"));
        assert_eq!(folded("stan 60m2 do 500"), "stan [60m2] do? #500");
        assert_eq!(folded("bmw 320d"), "bmw [320d]");
        assert_eq!(folded("golf 2015"), "golf #2015");
    }

    #[test]
    fn a_document_tells_its_model() {
        let tokens = analyser().analyse_document("iPhone 12, 13 meseci garancije, 128GB", Language::SrLatn);
        for token in ["iphone", "iphone12", "iphone#", "12", "13", "128gb"] {
            assert!(tokens.folded.contains(&token.to_owned()), "{token}");
        }
        assert!(!tokens.folded.contains(&"iphone13".to_owned()));
        let golf = analyser().analyse_document("Golf VII 2.0 TDI", Language::SrLatn);
        assert!(golf.folded.contains(&"golf7".to_owned()));
    }

    #[test]
    fn synonyms_of_words_and_phrases() {
        let Part::Words { synonyms, .. } = &parts("stan")[0] else { panic!() };
        assert!(synonyms.iter().any(|s| s[0].folded == "kvartira"));
        let Part::Words { words, synonyms, .. } = &parts("mobilni telefon")[0] else { panic!() };
        assert_eq!(words.len(), 2);
        assert!(synonyms.iter().any(|s| s[0].folded == "mob"));
        let Part::Model { words, .. } = &parts("ајфон 13")[0] else { panic!() };
        assert!(words.iter().any(|w| w.folded == "iphone"));
    }

    #[test]
    fn typing_errors_by_length() {
        assert_eq!(
            [edits_max("golf"), edits_max("beogrd"), edits_max("mercedesa"), edits_max("a4b5c6d7")],
            [0, 1, 2, 0]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,120}") {
            let analyser = analyser();
            analyser.analyse_document(&text, Language::SrLatn);
            analyser.analyse_query(&text, Language::Ru);
        }

        // What a title says is found by typing the title.
        #[test]
        fn a_document_has_the_tokens_of_its_own_words(words in proptest::collection::vec("[a-zčćšžđ]{2,9}", 1..6)) {
            let text = words.join(" ");
            let analyser = analyser();
            let document = analyser.analyse_document(&text, Language::SrLatn);
            for part in analyser.analyse_query(&text, Language::SrLatn).parts {
                if let Part::Words { words, .. } = part {
                    for word in words {
                        prop_assert!(document.folded.contains(&word.folded));
                    }
                }
            }
        }
    }
}
