//! Telephone numbers as people write them → E.164 (ITU-T E.164: `+`, at most 15 digits).

const DIGITS_MIN: usize = 8;
const DIGITS_MAX: usize = 15;
/// A number without a country is Serbian.
const HOME_COUNTRY: &str = "381";

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a telephone number")]
pub struct PhoneError;

/// `064/123-45-67`, `00381 64 1234567` and `+381 (64) 123 45 67` are the same number.
pub fn normalise(text: &str) -> Result<String, PhoneError> {
    if text.len() > 40 {
        return Err(PhoneError);
    }
    let trimmed = text.trim();
    let has_plus = trimmed.starts_with('+');
    let mut digits = String::with_capacity(DIGITS_MAX);
    for (position, letter) in trimmed.chars().enumerate() {
        match letter {
            '0'..='9' => digits.push(letter),
            '+' if position == 0 => {}
            ' ' | '\u{a0}' | '-' | '–' | '/' | '.' | '(' | ')' => {}
            _ => return Err(PhoneError),
        }
    }
    let international = if has_plus {
        // `+381 (0)64 …`: the trunk zero is not dialled from abroad.
        match digits.strip_prefix("3810") {
            Some(rest) => format!("{HOME_COUNTRY}{rest}"),
            None => digits,
        }
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else if let Some(rest) = digits.strip_prefix('0') {
        format!("{HOME_COUNTRY}{rest}")
    } else if digits.starts_with(HOME_COUNTRY) && digits.len() >= 11 {
        digits
    } else {
        format!("{HOME_COUNTRY}{digits}")
    };
    let fits = (DIGITS_MIN..=DIGITS_MAX).contains(&international.len());
    if !fits || international.starts_with('0') { Err(PhoneError) } else { Ok(format!("+{international}")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_number_many_spellings() {
        for text in [
            "064/123-45-67",
            "064 1234567",
            "+381641234567",
            "00381 64 123 4567",
            "+381 (0)64 123-4567",
            "381641234567",
            "64 123 4567",
        ] {
            assert_eq!(normalise(text), Ok("+381641234567".to_owned()), "{text}");
        }
        assert_eq!(normalise("+7 495 123-45-67"), Ok("+74951234567".to_owned()));
    }

    #[test]
    fn what_is_no_number() {
        for text in ["", "12", "pozovi me", "+", "+0641234567890", "064123456789012345", "064+123456"] {
            assert_eq!(normalise(text), Err(PhoneError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_number_is_left_alone(digits in "[1-9][0-9]{7,14}") {
            prop_assume!(!digits.starts_with("3810"));
            let number = format!("+{digits}");
            prop_assert_eq!(normalise(&number), Ok(number));
        }

        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            let _ = normalise(&text);
        }
    }
}
