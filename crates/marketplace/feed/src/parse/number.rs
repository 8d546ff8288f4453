use std::fmt;

use serde::Deserialize;

/// Exact: `unscaled / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    pub unscaled: i128,
    pub scale: u32,
}

const DIGITS_MAX: usize = 24;

impl Decimal {
    /// Rounded half away from zero to `digits` after the point, as an integer of that unit; None out of range.
    pub fn scaled(self, digits: u32) -> Option<i64> {
        let value = if digits >= self.scale {
            self.unscaled.checked_mul(10_i128.checked_pow(digits - self.scale)?)?
        } else {
            let divisor = 10_i128.checked_pow(self.scale - digits)?;
            let half = divisor / 2 * self.unscaled.signum();
            (self.unscaled.checked_add(half)?) / divisor
        };
        i64::try_from(value).ok()
    }

    pub fn times(self, other: Self) -> Option<Self> {
        Some(Self { unscaled: self.unscaled.checked_mul(other.unscaled)?, scale: self.scale + other.scale })
    }

    pub fn is_integer(self) -> bool {
        10_i128.checked_pow(self.scale).is_some_and(|unit| self.unscaled % unit == 0)
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// `1234.5`, as programs write it.
    pub fn plain(text: &str) -> Option<Self> {
        let written = parse_number(text, Some(DecimalMark::Point)).ok()?;
        (written.prefix.is_empty() && written.suffix.is_empty()).then_some(written.value)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>width$}", self.unscaled.unsigned_abs(), width = self.scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{fraction}") }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum DecimalMark {
    #[serde(rename = ",")]
    Comma,
    #[serde(rename = ".")]
    Point,
}

impl DecimalMark {
    const fn byte(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Point => '.',
        }
    }
}

/// A number with what stood around it: `$`, `km`, `m2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub value: Decimal,
    pub prefix: String,
    pub suffix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("there is no number in it")]
    None,
    #[error("there is more than one number in it")]
    Several,
    #[error("its digits are not grouped like a number")]
    Grouping,
    #[error("it has too many digits")]
    TooLong,
}

/// One number with its thousands separators: `12.500`, `12,500.00`, `985 000`, `1'000`, `150,000km`, `70 m2`, `500,-`.
///
/// Without a mark: of two kinds of separators the last is the decimal one; a single one before exactly three digits groups
/// thousands (`12.500` is twelve thousand five hundred, `0.500` is a half).
pub fn parse_number(text: &str, mark: Option<DecimalMark>) -> Result<Written, NumberError> {
    let text = text.trim();
    let start = text.find(|c: char| c.is_ascii_digit()).ok_or(NumberError::None)?;
    let negative = text[..start].ends_with(['-', '−']);
    let prefix = text[..start].trim_end_matches(['-', '−']).trim().to_owned();
    let body = &text[start..];
    let end = end_of_number(body);
    let suffix = body[end..].trim_start_matches([',', '.', '-', '–', '—']).trim().to_owned();
    if has_number(&suffix) || has_number(&prefix) {
        return Err(NumberError::Several);
    }
    let (unscaled, scale) = digits(&body[..end], mark)?;
    Ok(Written { value: Decimal { unscaled: if negative { -unscaled } else { unscaled }, scale }, prefix, suffix })
}

const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '\u{2009}')
}

const fn is_separator(c: char) -> bool {
    matches!(c, '.' | ',' | '\'' | '’') || is_blank(c)
}

/// Separators belong to it only between digits, blanks only before a group of three.
fn end_of_number(body: &str) -> usize {
    let characters: Vec<(usize, char)> = body.char_indices().collect();
    let mut at = 0;
    while let Some((_, character)) = characters.get(at) {
        let digit_at = |ahead: usize| characters.get(at + ahead).is_some_and(|(_, c)| c.is_ascii_digit());
        let continues = if character.is_ascii_digit() {
            true
        } else if is_blank(*character) {
            digit_at(1) && digit_at(2) && digit_at(3) && !digit_at(4)
        } else {
            is_separator(*character) && digit_at(1)
        };
        if !continues {
            break;
        }
        at += 1;
    }
    characters.get(at).map_or(body.len(), |(position, _)| *position)
}

/// A further number, other than the exponent of a unit (`m2`, `cm3`).
fn has_number(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    characters.iter().enumerate().any(|(at, c)| {
        let exponent = matches!(c, '2' | '3')
            && at > 0
            && characters[at - 1].is_alphabetic()
            && characters.get(at + 1).is_none_or(|next| !next.is_alphanumeric());
        c.is_ascii_digit() && !exponent
    })
}

fn digits(number: &str, mark: Option<DecimalMark>) -> Result<(i128, u32), NumberError> {
    let separators: Vec<(usize, char)> = number.char_indices().filter(|(_, c)| is_separator(*c)).collect();
    let decimal = match mark {
        Some(mark) => separators.iter().filter(|(_, c)| *c == mark.byte()).map(|(at, _)| *at).next_back(),
        None => guessed_mark(number, &separators),
    };
    let (whole, fraction) = match decimal {
        Some(at) => (&number[..at], &number[at + 1..]),
        None => (number, ""),
    };
    if fraction.chars().any(|c| !c.is_ascii_digit()) {
        return Err(NumberError::Grouping);
    }
    check_groups(whole)?;
    let digits: String = whole.chars().chain(fraction.chars()).filter(char::is_ascii_digit).collect();
    if digits.len() > DIGITS_MAX {
        return Err(NumberError::TooLong);
    }
    let unscaled = digits.parse().map_err(|_| NumberError::None)?;
    Ok((unscaled, u32::try_from(fraction.len()).unwrap_or(u32::MAX)))
}

fn guessed_mark(number: &str, separators: &[(usize, char)]) -> Option<usize> {
    let (at, last) = *separators.last()?;
    if !matches!(last, '.' | ',') {
        return None;
    }
    let same = separators.iter().filter(|(_, c)| *c == last).count();
    if same < separators.len() {
        // Another kind groups the thousands; this one can be decimal only once.
        return (same == 1).then_some(at);
    }
    let (before, after) = (&number[..at], &number[at + 1..]);
    let groups = same > 1 || (after.len() == 3 && before.len() <= 3 && !before.starts_with('0'));
    (!groups).then_some(at)
}

/// `1.234.567`: one separator, groups of three after the first.
fn check_groups(whole: &str) -> Result<(), NumberError> {
    let mut kinds: Vec<char> =
        whole.chars().filter(|c| is_separator(*c)).map(|c| if is_blank(c) { ' ' } else { c }).collect();
    if kinds.is_empty() {
        return Ok(());
    }
    kinds.dedup();
    let groups: Vec<&str> = whole.split(is_separator).collect();
    let first = groups.first().map_or(0, |group| group.len());
    let regular = kinds.len() == 1 && (1..=3).contains(&first) && groups.iter().skip(1).all(|group| group.len() == 3);
    if regular { Ok(()) } else { Err(NumberError::Grouping) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, mark: Option<DecimalMark>, expected: &str) {
        let said = match parse_number(text, mark) {
            Ok(written) => format!("{}|{}|{}", written.prefix, written.value, written.suffix),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn numbers_as_people_write_them() {
        check("12.500 €", None, "|12500|€");
        check("$5,000", None, "$|5000|");
        check("150,000km", None, "|150000|km");
        check("985 000 ₽", None, "|985000|₽");
        check("1 234 567,89 RSD", None, "|1234567.89|RSD");
        check("70 m2", None, "|70|m2");
        check("70,5 m²", None, "|70.5|m²");
        check("0.500", None, "|0.5|");
        check("12,5", None, "|12.5|");
        check("1.234.567", None, "|1234567|");
        check("1,234.56", None, "|1234.56|");
        check("500,-", None, "|500|");
        check("500.- EUR", None, "|500|EUR");
        check("1'000", None, "|1000|");
        check("-5", None, "|-5|");
        check("cca 300", None, "cca|300|");
        check("12.500", Some(DecimalMark::Point), "|12.5|");
        check("12.500", Some(DecimalMark::Comma), "|12500|");
        check("1.50", Some(DecimalMark::Comma), "its digits are not grouped like a number");
        check("500-600", None, "there is more than one number in it");
        check("2 + 1", None, "there is more than one number in it");
        check("3 sobe 70", None, "there is more than one number in it");
        check("po dogovoru", None, "there is no number in it");
        check("1,23,456", None, "its digits are not grouped like a number");
        check("9999999999999999999999999", None, "it has too many digits");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in 0_i64..1_000_000_000_000, cents in 0_u8..100, style in 0_usize..4) {
            let (thousands, decimal, mark) = [
                (".", ",", DecimalMark::Comma), (",", ".", DecimalMark::Point),
                (" ", ",", DecimalMark::Comma), ("'", ".", DecimalMark::Point),
            ][style];
            let mut grouped = String::new();
            let digits = value.to_string();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    grouped.push_str(thousands);
                }
                grouped.push(digit);
            }
            let text = format!("{grouped}{decimal}{cents:02} €");
            let exact = Some(value * 100 + i64::from(cents));
            prop_assert_eq!(parse_number(&text, Some(mark)).unwrap().value.scaled(2), exact);
            prop_assert_eq!(parse_number(&text, None).unwrap().value.scaled(2), exact);
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let _ = parse_number(&text, None);
            let _ = parse_number(&text, Some(DecimalMark::Comma));
        }

        #[test]
        fn machine_form_round_trips(unscaled in any::<i64>(), scale in 0_u32..6) {
            let value = Decimal { unscaled: i128::from(unscaled), scale };
            let read = Decimal::plain(&value.to_string()).unwrap();
            prop_assert_eq!(read.times(Decimal { unscaled: 1, scale: 0 }).unwrap().to_string(), value.to_string());
        }
    }
}
