use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language and script that the platform speaks (BCP 47 tags).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Language {
    #[default]
    #[serde(rename = "sr-Latn")]
    SrLatn,
    #[serde(rename = "sr-Cyrl")]
    SrCyrl,
    #[serde(rename = "ru")]
    Ru,
    #[serde(rename = "en")]
    En,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of sr-Latn, sr-Cyrl, ru, en")]
pub struct LanguageError;

impl Language {
    pub const ALL: [Self; 4] = [Self::SrLatn, Self::SrCyrl, Self::Ru, Self::En];

    pub const fn tag(self) -> &'static str {
        match self {
            Self::SrLatn => "sr-Latn",
            Self::SrCyrl => "sr-Cyrl",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// What the addresses of the site's pages in it begin with.
    pub const fn path_prefix(self) -> &'static str {
        match self {
            Self::SrLatn => "",
            Self::SrCyrl => "/sr-cyrl",
            Self::Ru => "/ru",
            Self::En => "/en",
        }
    }

    /// The one that an address of the site names; None: it names none, as those in the default language do.
    pub fn of_path(path: &str) -> Option<Self> {
        let first = path.strip_prefix('/')?.split(['/', '?', '#']).next()?;
        Self::ALL.into_iter().find(|language| language.path_prefix().strip_prefix('/') == Some(first))
    }

    /// The best language for an `Accept-Language` header (RFC 9110 §12.5.4); the default where none fits.
    pub fn negotiate(accept: &str) -> Self {
        let mut best: Option<(Self, f32)> = None;
        for part in accept.split(',').take(32) {
            let mut pieces = part.trim().split(';');
            let Some(language) = pieces.next().and_then(Self::from_range) else { continue };
            let quality = pieces
                .find_map(|piece| piece.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
            if quality > 0.0 && best.is_none_or(|(_, top)| quality > top) {
                best = Some((language, quality));
            }
        }
        best.map_or_else(Self::default, |(language, _)| language)
    }

    /// Bosnian, Croatian and Montenegrin readers get Serbian Latin: the nearest text we have.
    fn from_range(range: &str) -> Option<Self> {
        let range = range.trim().to_ascii_lowercase();
        let mut tags = range.split(['-', '_']);
        match tags.next()? {
            "sr" | "bs" | "cnr" if tags.any(|tag| tag == "cyrl") => Some(Self::SrCyrl),
            "sr" | "hr" | "bs" | "sh" | "cnr" => Some(Self::SrLatn),
            "ru" | "be" | "uk" => Some(Self::Ru),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(text)).ok_or(LanguageError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_in_what_language_its_page_is() {
        for language in Language::ALL {
            let named = Some(language).filter(|language| *language != Language::default());
            for rest in ["", "/", "/account?a=1", "?q=x", "#top"] {
                let path = format!("{}{rest}", language.path_prefix());
                assert_eq!(Language::of_path(&path), named.filter(|_| path.starts_with('/')), "{path}");
            }
        }
        for path in ["", "en", "//en/", "/english", "/EN", "/enx?en"] {
            assert_eq!(Language::of_path(path), None, "{path}");
        }
    }

    #[test]
    fn negotiation() {
        for (header, expected) in [
            ("", Language::SrLatn),
            ("de", Language::SrLatn),
            ("sr", Language::SrLatn),
            ("sr-Cyrl-RS,sr;q=0.9", Language::SrCyrl),
            ("en-US,en;q=0.9,ru;q=0.8", Language::En),
            ("en;q=0.1, ru;q=0.8", Language::Ru),
            ("hr-HR", Language::SrLatn),
            ("en;q=x, ru;q=0", Language::SrLatn),
        ] {
            assert_eq!(Language::negotiate(header), expected, "{header}");
        }
    }
}
