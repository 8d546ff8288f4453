//! A text cut into runs of letters and numbers, with how near each is to the one before it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::fold::{exact, fold};
use crate::script::{is_roman, unify_scripts};
use crate::stem::ekavian;

/// Characters of a token at most; longer ones are cut (nobody searches them, an index must bound its terms).
const TOKEN_CHARS_MAX: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Near {
    /// No character between.
    Glued,
    /// Only spaces or a hyphen between.
    Beside,
    /// Punctuation between, or nothing before.
    Apart,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Run {
    Letters { raw: String, folded: String, exact: String, roman: Option<u8> },
    Number { digits: String },
}

#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub run: Run,
    pub near: Near,
}

/// At most `pieces_max` pieces of the text.
pub(crate) fn pieces(text: &str, pieces_max: usize) -> Vec<Piece> {
    let composed: Vec<char> = text.nfkc().collect();
    let mut out: Vec<Piece> = Vec::new();
    let mut near = Near::Apart;
    let mut at = 0;
    while at < composed.len() && out.len() < pieces_max {
        if !is_word(composed[at]) {
            near = match (near, composed[at]) {
                (Near::Glued | Near::Beside, c) if c.is_whitespace() || c == '-' => Near::Beside,
                (Near::Glued | Near::Beside | Near::Apart, _) => Near::Apart,
            };
            at += 1;
            continue;
        }
        let start = at;
        while at < composed.len() && (is_word(composed[at]) || is_inner_point(&composed, at)) {
            at += 1;
        }
        let word: String = composed[start..at].iter().collect();
        for run in runs(&unify_scripts(&word)) {
            out.push(Piece { run, near });
            near = Near::Glued;
        }
    }
    out.truncate(pieces_max);
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// `1.6`, `12.500`, `1,6`
fn is_inner_point(text: &[char], at: usize) -> bool {
    matches!(text[at], '.' | ',')
        && at > 0
        && text[at - 1].is_ascii_digit()
        && text.get(at + 1).is_some_and(char::is_ascii_digit)
}

fn runs(word: &str) -> Vec<Run> {
    let mut out = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let number = first.is_ascii_digit();
        let end = rest
            .char_indices()
            .find(|(_, c)| (c.is_ascii_digit() || (number && matches!(c, '.' | ','))) != number)
            .map_or(rest.len(), |(at, _)| at);
        let (run, tail) = rest.split_at(end);
        rest = tail;
        if number {
            out.push(Run::Number { digits: number_of(run) });
        } else {
            let raw: String = run.chars().take(TOKEN_CHARS_MAX).collect();
            let folded: String =
                ekavian(fold(&raw)).chars().filter(|c| c.is_alphanumeric()).take(TOKEN_CHARS_MAX).collect();
            if !folded.is_empty() {
                let roman = is_roman(&raw).then(|| crate::numerals::roman(&folded)).flatten();
                out.push(Run::Letters { exact: exact(&raw), roman, folded, raw });
            }
        }
    }
    out
}

/// One spelling of a number: no thousands separators, a decimal point.
fn number_of(run: &str) -> String {
    let run: String = run.chars().take(TOKEN_CHARS_MAX).collect();
    let groups: Vec<&str> = run.split(['.', ',']).collect();
    let thousands =
        groups.len() > 1 && (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
    if thousands { groups.concat() } else { run.replace(',', ".") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let seen: Vec<String> = pieces(text, 100)
            .into_iter()
            .map(|piece| {
                let mark = match piece.near {
                    Near::Glued => "+",
                    Near::Beside => "~",
                    Near::Apart => "",
                };
                match piece.run {
                    Run::Letters { folded, .. } => format!("{mark}{folded}"),
                    Run::Number { digits } => format!("{mark}{digits}"),
                }
            })
            .collect();
        assert_eq!(seen.join(" "), expected);
    }

    #[test]
    fn runs_and_their_nearness() {
        check("iPhone13 Pro, 128 GB", "iphone +13 ~pro 128 ~gb");
        check("Audi А4 1,6 TDI 12.500€", "audi ~a +4 ~1.6 ~tdi ~12500");
        check("60m² stan", "60 +m +2 ~stan");
        check("RTX-3060Ti", "rtx ~3060 +ti");
    }
}
