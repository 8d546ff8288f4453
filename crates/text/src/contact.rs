//! Contact details hidden in a text: telephone numbers (also in words and with letters for digits), e-mail addresses
//! and web addresses (also spelled out), names on networks; in either script.

use std::ops::Range;

use crate::fold::fold;
use crate::numerals::spoken_digits;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Phone,
    Email,
    Url,
    /// `@name` on some network.
    Handle,
}

/// One contact detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    /// Byte range in the text that was given.
    pub range: Range<usize>,
    /// Digits of the number (with a leading `+` if it had one), or the address in lower case without spaces.
    pub value: String,
}

/// How many findings are returned at most.
pub const FINDINGS_MAX: usize = 100;

/// Every contact detail of the text in order of place, without overlaps.
///
/// ```
/// use svetu_text::contact::{find, Kind};
/// let found = find("zovi nula šezdeset četiri 123 45 67");
/// assert_eq!((found[0].kind, found[0].value.as_str()), (Kind::Phone, "0641234567"));
/// ```
pub fn find(text: &str) -> Vec<Finding> {
    let tokens = tokens(text);
    let mut found: Vec<Finding> = Vec::new();
    let mut at = 0;
    while at < tokens.len() && found.len() < FINDINGS_MAX {
        let hit = email(text, &tokens, at)
            .or_else(|| url(text, &tokens, at))
            .or_else(|| handle(text, &tokens, at))
            .or_else(|| phone(text, &tokens, at));
        match hit {
            Some(hit) => {
                found.push(Finding { kind: hit.kind, range: tokens[hit.first].start..hit.end, value: hit.value });
                at = tokens[hit.last..]
                    .iter()
                    .position(|token| token.start >= hit.end)
                    .map_or(tokens.len(), |step| hit.last + step);
            }
            None => at += 1,
        }
    }
    found
}

struct Token {
    start: usize,
    end: usize,
    folded: String,
}

struct Hit {
    kind: Kind,
    first: usize,
    last: usize,
    end: usize,
    value: String,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                out.push(Token { start: from, end: at, folded: fold(&text[from..at]) });
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    out
}

/// What stands between token `at` and the next one.
fn gap<'a>(text: &'a str, tokens: &[Token], at: usize) -> Option<&'a str> {
    let next = tokens.get(at + 1)?;
    Some(&text[tokens[at].end..next.start])
}

const PROVIDERS: &[&str] = &[
    "gmail",
    "dzimejl",
    "gmejl",
    "yahoo",
    "jahu",
    "hotmail",
    "outlook",
    "icloud",
    "protonmail",
    "proton",
    "mail",
    "live",
    "jandeks",
    "yandex",
    "eunet",
    "sbb",
    "ptt",
];

/// Endings that nobody takes for a Serbian word after a forgotten space.
const SAFE_ENDINGS: &[&str] = &[
    "rs", "com", "net", "org", "info", "hr", "ru", "eu", "co", "shop", "store", "online", "site", "biz", "xyz", "app",
    "srb", "rf",
];

const ENDINGS: &[&str] =
    &["me", "ba", "mk", "si", "de", "at", "uk", "io", "tv", "hu", "bg", "ro", "al", "it", "fr", "ch"];

fn is_dot(gap: &str) -> bool {
    gap.trim() == "."
}

fn is_dot_word(token: &Token) -> bool {
    matches!(token.folded.as_str(), "tacka" | "tackica" | "tocka" | "dot")
}

/// The domain that starts at token `at`: its last token and its spelling.
fn domain(text: &str, tokens: &[Token], at: usize) -> Option<(usize, String)> {
    let mut name = tokens.get(at)?.folded.clone();
    let mut last = at;
    let mut parts = 1;
    while parts < 6 {
        let Some(between) = gap(text, tokens, last) else {
            break;
        };
        let next = if is_dot(between) {
            last + 1
        } else if between == "-" {
            name.push('-');
            name.push_str(&tokens[last + 1].folded);
            last += 1;
            continue;
        } else if is_dot_word(&tokens[last + 1]) && tokens.get(last + 2).is_some() {
            last + 2
        } else {
            break;
        };
        // A dot with spaces around it is a sentence's end unless a known ending follows.
        let label = tokens[next].folded.as_str();
        let known = SAFE_ENDINGS.contains(&label) || ENDINGS.contains(&label) || PROVIDERS.contains(&label);
        if between != "." && !known {
            break;
        }
        name.push('.');
        name.push_str(label);
        last = next;
        parts += 1;
    }
    let ending = name.rsplit('.').next().unwrap_or_default();
    let plausible = parts > 1 && ending.len() >= 2 && ending.chars().all(char::is_alphabetic);
    plausible.then_some((last, name))
}

fn email(text: &str, tokens: &[Token], at: usize) -> Option<Hit> {
    // The local part: words glued by . _ - +
    let mut last_local = at;
    while let Some("." | "_" | "-" | "+") = gap(text, tokens, last_local) {
        last_local += 1;
    }
    let mut local_value = text[tokens[at].start..tokens[last_local].end].to_lowercase();
    let between = gap(text, tokens, last_local)?;
    let (domain_at, spelled) = if matches!(between.trim(), "@" | "(@)" | "[@]") {
        (last_local + 1, false)
    } else if matches!(
        tokens[last_local + 1].folded.as_str(),
        "at" | "et" | "majmunce" | "majmun" | "manki" | "monkey" | "sobaka"
    ) {
        (last_local + 2, true)
    } else {
        return None;
    };
    let provider = PROVIDERS.contains(&tokens.get(domain_at)?.folded.as_str());
    let (last, name) = match domain(text, tokens, domain_at) {
        Some(found) => found,
        None if provider => (domain_at, tokens[domain_at].folded.clone()),
        None => return None,
    };
    let ending = name.rsplit('.').next().unwrap_or_default();
    if spelled && !provider && !SAFE_ENDINGS.contains(&ending) {
        return None;
    }
    local_value.push('@');
    local_value.push_str(&name);
    Some(Hit { kind: Kind::Email, first: at, last, end: tokens[last].end, value: local_value })
}

fn url(text: &str, tokens: &[Token], at: usize) -> Option<Hit> {
    let between = gap(text, tokens, at)?;
    let scheme = matches!(tokens[at].folded.as_str(), "http" | "https") && between.starts_with("://");
    let www = tokens[at].folded == "www" && (is_dot(between) || is_dot_word(&tokens[at + 1]));
    let start = if scheme { at + 1 } else { at };
    let (last, name) = domain(text, tokens, start)?;
    if !scheme && !www {
        let ending = name.rsplit('.').next().unwrap_or_default();
        let path_follows = text[tokens[last].end..].starts_with('/');
        let known = SAFE_ENDINGS.contains(&ending) || (path_follows && ENDINGS.contains(&ending));
        let label_has_letters =
            name.split('.').next().is_some_and(|label| label.len() >= 2 && label.chars().any(char::is_alphabetic));
        // "stan.Info u kratkom": a capital after the dot starts a sentence, unless all is in capitals.
        let spelled = &text[tokens[last].start..tokens[last].end];
        let sentence = spelled.starts_with(char::is_uppercase) && spelled.chars().any(char::is_lowercase);
        if !known || !label_has_letters || sentence {
            return None;
        }
    }
    let tail = &text[tokens[last].end..];
    let path =
        if tail.starts_with(['/', '?', '#', ':']) { tail.find(char::is_whitespace).unwrap_or(tail.len()) } else { 0 };
    let end = tokens[last].end + path;
    Some(Hit { kind: Kind::Url, first: at, last, end, value: format!("{name}{}", tail[..path].to_lowercase()) })
}

fn handle(text: &str, tokens: &[Token], at: usize) -> Option<Hit> {
    let before = &text[..tokens[at].start];
    let name = before.strip_suffix('@')?;
    if !(name.is_empty() || name.ends_with(|c: char| c.is_whitespace() || "(:,".contains(c))) {
        return None;
    }
    let mut last = at;
    while let Some("." | "_") = gap(text, tokens, last) {
        last += 1;
    }
    let value = text[tokens[at].start..tokens[last].end].to_lowercase();
    (value.chars().count() >= 3 && value.chars().any(char::is_alphabetic)).then_some(Hit {
        kind: Kind::Handle,
        first: at,
        last,
        end: tokens[last].end,
        value,
    })
}

/// The digits a token stands for; `true` when it is a round ten that a unit may complete.
fn digits_of(token: &Token) -> Option<(String, bool)> {
    let word = token.folded.as_str();
    if word.chars().all(|c| c.is_ascii_digit()) {
        return Some((word.to_owned(), false));
    }
    if let Some((value, ten)) = spoken_digits(word) {
        return Some((value.to_string(), ten));
    }
    // "O64", "06l": a letter that looks like a digit beside real digits.
    let real = word.chars().filter(char::is_ascii_digit).count();
    let mapped: Option<String> = word
        .chars()
        .map(|c| match c {
            '0'..='9' => Some(c),
            'o' => Some('0'),
            'l' | 'i' => Some('1'),
            _ => None,
        })
        .collect();
    (real >= 2).then_some(mapped).flatten().map(|digits| (digits, false))
}

const PHONE_GROUPS_MAX: usize = 16;

fn phone(text: &str, tokens: &[Token], first: usize) -> Option<Hit> {
    let plus = text[..tokens[first].start].ends_with('+');
    let mut digits = String::new();
    let mut open_ten = false;
    let mut best: Option<(usize, String)> = None;
    let mut at = first;
    while at < tokens.len() && at - first < PHONE_GROUPS_MAX {
        if at > first {
            let between = gap(text, tokens, at - 1)?;
            let joined = between.chars().count() <= 4
                && between.chars().all(|c| c.is_whitespace() || "-–—./()+_*,|~".contains(c));
            if !joined {
                break;
            }
        }
        let Some((group, ten)) = digits_of(&tokens[at]) else {
            break;
        };
        if open_ten && group.len() == 1 && group != "0" {
            digits.pop();
        }
        open_ten = ten;
        digits.push_str(&group);
        if is_phone(&digits, plus)
            && !(ten && tokens.get(at + 1).and_then(digits_of).is_some_and(|(g, _)| g.len() == 1))
        {
            best = Some((at, digits.clone()));
        }
        if digits.len() > 15 {
            break;
        }
        at += 1;
    }
    let (last, digits) = best?;
    if is_date(text, tokens, first) {
        return None;
    }
    Some(Hit {
        kind: Kind::Phone,
        first,
        last,
        end: tokens[last].end,
        value: if plus { format!("+{digits}") } else { digits },
    })
}

/// Serbian mobile and land lines with or without the country, foreign ones with `+` or `00`.
fn is_phone(digits: &str, plus: bool) -> bool {
    let national = |rest: &str| {
        let rest = rest.strip_prefix('0').unwrap_or(rest);
        rest.starts_with(['1', '2', '3', '6']) && (8..=9).contains(&rest.len())
    };
    if plus {
        return match digits.strip_prefix("381") {
            Some(rest) => national(rest),
            None => !digits.starts_with('0') && (9..=14).contains(&digits.len()),
        };
    }
    if let Some(abroad) = digits.strip_prefix("00") {
        return match abroad.strip_prefix("381") {
            Some(rest) => national(rest),
            None => (10..=13).contains(&abroad.len()) && abroad.starts_with(|c: char| c != '0'),
        };
    }
    if let Some(rest) = digits.strip_prefix("381") {
        return rest.starts_with('6') && (8..=9).contains(&rest.len());
    }
    let mobile = digits.starts_with("06") && (9..=10).contains(&digits.len());
    let land = digits.starts_with('0') && digits[1..].starts_with(['1', '2', '3']) && (9..=10).contains(&digits.len());
    mobile || land
}

/// `03.12.2025`, `3/12/2025`
fn is_date(text: &str, tokens: &[Token], first: usize) -> bool {
    let dotted = |at| matches!(gap(text, tokens, at).map(str::trim), Some("." | "/" | "-"));
    let length = |at: usize| {
        tokens
            .get(at)
            .filter(|token| token.folded.bytes().all(|b| b.is_ascii_digit()))
            .map_or(0, |token| token.folded.len())
    };
    (1..=2).contains(&length(first))
        && (1..=2).contains(&length(first + 1))
        && length(first + 2) == 4
        && dotted(first)
        && dotted(first + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[(Kind, &str)]) {
        let found = find(text);
        let seen: Vec<(Kind, &str)> = found.iter().map(|f| (f.kind, f.value.as_str())).collect();
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn telephone_numbers_in_digits() {
        check("Zvati 064/123-45-67 posle 17h", &[(Kind::Phone, "0641234567")]);
        check("tel: +381 64 123 4567", &[(Kind::Phone, "+381641234567")]);
        check("00381641234567", &[(Kind::Phone, "00381641234567")]);
        check("011 245 67 89", &[(Kind::Phone, "0112456789")]);
        check("0 6 4 1 2 3 4 5 6 7", &[(Kind::Phone, "0641234567")]);
        check("O64 l23 4567", &[(Kind::Phone, "0641234567")]);
        check("O641234567", &[(Kind::Phone, "0641234567")]);
    }

    #[test]
    fn telephone_numbers_in_words() {
        check("nula šest četiri jedan dva tri četiri pet šest sedam", &[(Kind::Phone, "0641234567")]);
        check("нула шездесет четири сто", &[]);
        check("нула шездесет четири 123 45 67", &[(Kind::Phone, "0641234567")]);
        check("nula šezdeset pet, dvadeset tri, 45, 678", &[(Kind::Phone, "0652345678")]);
        check("ноль шесть четыре 123 4567", &[(Kind::Phone, "0641234567")]);
    }

    #[test]
    fn other_numbers_are_no_telephones() {
        check("Golf 7, 2015. godište, 180.000 km, cena 8.500 evra", &[]);
        check("Datum: 03.12.2025. u 16:30", &[]);
        check("EAN 8600012345678, dimenzije 60x120x75", &[]);
        check("stan 64 m2, 3. sprat, 1.200 € po m2, uknjižen 1/1", &[]);
    }

    #[test]
    fn mail_addresses() {
        check("pišite na Pera.Peric@Gmail.com.", &[(Kind::Email, "pera.peric@gmail.com")]);
        check("pera majmunče gmail tačka com", &[(Kind::Email, "pera@gmail.com")]);
        check("pera (at) primer (dot) rs", &[(Kind::Email, "pera@primer.rs")]);
        check("пера ет гмаил", &[(Kind::Email, "пера@gmail")]);
    }

    #[test]
    fn web_addresses_and_handles() {
        check("vidi https://primer.rs/oglas?id=5 odmah", &[(Kind::Url, "primer.rs/oglas?id=5")]);
        check("www.primer.me", &[(Kind::Url, "www.primer.me")]);
        check("prodavnica tačka rs", &[(Kind::Url, "prodavnica.rs")]);
        check("pratite @pera_auto.bg", &[(Kind::Handle, "pera_auto.bg")]);
        check("Prodajem stan.Info na broj.Ne zovite", &[]);
        check("d.o.o. i st. br. 5, kom.si", &[]);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,80}") {
            for finding in find(&text) {
                prop_assert!(text.get(finding.range).is_some());
            }
        }

        #[test]
        fn any_mobile_number_is_found(operator in 0..10_u8, rest in 100_000..9_999_999_u32, style in 0..4_u8) {
            let rest = rest.to_string();
            let written = match style {
                0 => format!("06{operator}/{rest}"),
                1 => format!("+381 6{operator} {rest}"),
                2 => format!("06{operator}-{}-{}", &rest[..3], &rest[3..]),
                _ => format!("06{operator} {}", rest.chars().map(|c| format!("{c} ")).collect::<String>()),
            };
            let text = format!("Zovite {written}, hvala");
            prop_assert!(find(&text).iter().any(|f| f.kind == Kind::Phone), "{}", text);
        }
    }
}
