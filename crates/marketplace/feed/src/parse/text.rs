use serde::Deserialize;

/// What is done to a text, in the order given; every value is trimmed in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// `Golf_IV_1.9` → `Golf IV 1.9`
    Underscores,
    /// Runs of blanks and line breaks → one blank.
    CollapseSpaces,
    /// Tags away, paragraphs and breaks to lines, entities resolved, scripts and styles gone.
    StripHtml,
    Lowercase,
    Uppercase,
    /// The first letter.
    Capitalize,
    Digits,
    /// `064/123-45-67` → `+381641234567`
    PhoneRs,
    /// Takes away the apostrophe that guards a cell against being read as a formula.
    Unguard,
}

impl Transform {
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Underscores => text.replace('_', " "),
            Self::CollapseSpaces => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::StripHtml => strip_html(text),
            Self::Lowercase => text.to_lowercase(),
            Self::Uppercase => text.to_uppercase(),
            Self::Capitalize => {
                let mut characters = text.chars();
                characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
            }
            Self::Digits => text.chars().filter(char::is_ascii_digit).collect(),
            Self::PhoneRs => phone_rs(text).unwrap_or_else(|| text.to_owned()),
            Self::Unguard => match text.strip_prefix('\'') {
                Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => rest.to_owned(),
                _ => text.to_owned(),
            },
        }
    }
}

/// E.164 of a number as it is dialled in Serbia; None when it cannot be one.
pub fn phone_rs(text: &str) -> Option<String> {
    let plus = text.trim().starts_with('+');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = if plus {
        digits
    } else if let Some(rest) = digits.strip_prefix("00") {
        rest.to_owned()
    } else if let Some(rest) = digits.strip_prefix('0') {
        format!("381{rest}")
    } else {
        digits
    };
    (8..=15).contains(&number.len()).then(|| format!("+{number}"))
}

/// `da`, `ne`, `да`, `yes`, `0` and their like.
pub fn parse_boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "da" | "yes" | "true" | "1" | "да" | "ja" | "y" | "t" | "x" | "+" | "ima" | "есть" => Some(true),
        "ne" | "no" | "false" | "0" | "не" | "нет" | "nein" | "n" | "f" | "-" | "nema" => Some(false),
        _ => None,
    }
}

/// At most so many characters, cut between words where there is a gap in the last third.
pub fn cut_words(text: &str, chars_max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(chars_max) else { return text.to_owned() };
    let kept = &text[..end];
    let gap = kept.rfind(char::is_whitespace).filter(|at| *at * 3 >= end * 2);
    kept[..gap.unwrap_or(end)].trim_end().to_owned()
}

pub fn strip_html(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('<') { tag(rest, &mut plain) } else { entity(rest, &mut plain) };
        rest = &rest[taken..];
    }
    plain.push_str(rest);
    let lines: Vec<String> = plain.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let mut tidy = String::new();
    for (at, line) in lines.iter().enumerate() {
        // At most one empty line between paragraphs.
        if line.is_empty() && (at == 0 || lines[at - 1].is_empty()) {
            continue;
        }
        tidy.push_str(line);
        tidy.push('\n');
    }
    tidy.trim().to_owned()
}

/// The length of the tag at the front, or of the bare `<`.
fn tag(text: &str, plain: &mut String) -> usize {
    let inner = &text[1..];
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
        plain.push('<');
        return 1;
    }
    if inner.starts_with("!--") {
        return text.find("-->").map_or(text.len(), |end| end + 3);
    }
    let end = text.find('>').map_or(text.len(), |end| end + 1);
    let name: String = inner.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
    match name.to_ascii_lowercase().as_str() {
        "li" | "tr" if inner.starts_with('/') => {}
        "br" | "p" | "div" | "li" | "tr" | "ul" | "ol" | "table" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            plain.push('\n');
        }
        "script" | "style" if !inner.starts_with('/') => {
            let close = format!("</{}", name.to_ascii_lowercase());
            let lower = text[end..].to_ascii_lowercase();
            return lower.find(&close).map_or(text.len(), |at| end + at);
        }
        "td" | "th" => plain.push(' '),
        _ => {}
    }
    end
}

/// The length of the entity at the front, or of the bare `&`.
fn entity(text: &str, plain: &mut String) -> usize {
    const LENGTH_MAX: usize = 12;
    let end = text.bytes().take(LENGTH_MAX).position(|byte| byte == b';');
    let character = end.and_then(|end| match &text[1..end] {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "euro" => Some('€'),
        "ndash" => Some('–'),
        "mdash" => Some('—'),
        "hellip" => Some('…'),
        "bdquo" => Some('„'),
        "ldquo" => Some('“'),
        "rdquo" => Some('”'),
        "deg" => Some('°'),
        "sup2" => Some('²'),
        "scaron" => Some('š'),
        "Scaron" => Some('Š'),
        number => {
            let digits = number.strip_prefix('#')?;
            let value = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(value).filter(|c| !c.is_control() || *c == '\n')
        }
    });
    match (character, end) {
        (Some(character), Some(end)) => {
            plain.push(character);
            end + 1
        }
        _ => {
            plain.push('&');
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_becomes_lines() {
        assert_eq!(
            strip_html(
                "<p>Stan <b>70&nbsp;m&sup2;</b></p><ul><li>lift</li><li>terasa</li></ul><script>x()</script>Zvati &amp; doći"
            ),
            "Stan 70 m²\n\nlift\nterasa\nZvati & doći"
        );
        assert_eq!(strip_html("5 < 6 & 7 &#353; &#x161; <!-- a > b -->kraj"), "5 < 6 & 7 š š kraj");
        assert_eq!(strip_html("&lt;script&gt;"), "<script>");
        assert_eq!(strip_html("<scr"), "");
    }

    #[test]
    fn phones_and_cuts() {
        assert_eq!(phone_rs("064/123-45-67").as_deref(), Some("+381641234567"));
        assert_eq!(phone_rs("+381 64 1234567").as_deref(), Some("+381641234567"));
        assert_eq!(phone_rs("00381641234567").as_deref(), Some("+381641234567"));
        assert_eq!(phone_rs("123"), None);
        assert_eq!(cut_words("Golf sedam dizel", 12), "Golf sedam");
        assert_eq!(cut_words("Neprekidnotekst", 5), "Nepre");
        assert_eq!(Transform::Unguard.apply("'=1+1"), "=1+1");
        assert_eq!(Transform::Unguard.apply("'90s"), "'90s");
    }

    proptest! {
        #[test]
        fn any_text_is_stripped(text in "[<>&;#/!a-z0-9 \n-]{0,80}") {
            let _ = strip_html(&text);
        }
    }
}
