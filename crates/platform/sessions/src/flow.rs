//! What a browser keeps of a sign-in while its person is at the provider.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use svetu_kernel::{Language, Timestamp};

/// As long as a request waits for its person at the provider.
pub const AWAY_S: i64 = 1_800;
const CONTEXT: &[u8] = b"sessions.away";
/// So that it fits into a cookie.
const NEXT_BYTES_MAX: usize = 1_500;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub next: String,
    /// The person is asked nothing; without a session at the provider they stay a visitor.
    pub silent: bool,
    /// The answer of the last try belonged to another one.
    pub again: bool,
    pub since: Timestamp,
}

impl Away {
    /// None only when it is too long to be sealed.
    pub fn seal(&self, key: &[u8; 32]) -> Option<String> {
        let plain = serde_json::to_vec(self).ok()?;
        Some(URL_SAFE_NO_PAD.encode(svetu_ports::seal::seal(key, CONTEXT, &plain)?))
    }

    /// None: it is another's, changed or too old.
    pub fn open(key: &[u8; 32], value: &str, now: Timestamp) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
        let away: Self = serde_json::from_slice(&svetu_ports::seal::open(key, CONTEXT, &sealed)?).ok()?;
        ((now - away.since).num_seconds().abs() < AWAY_S).then_some(away)
    }
}

/// A path of this site, or its front page: everything else could lead people away.
pub fn local(next: Option<&str>) -> &str {
    let fits = |next: &&str| {
        next.len() <= NEXT_BYTES_MAX
            && next.starts_with('/')
            // `//elsewhere` and `/\elsewhere` are other hosts to a browser.
            && !next[1..].starts_with(['/', '\\'])
            && next.bytes().all(|byte| byte.is_ascii_graphic())
            && !next.starts_with("/session/")
    };
    next.filter(fits).unwrap_or("/")
}

/// Of the page that is gone back to.
pub fn language(next: &str) -> Language {
    Language::of_path(next).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_is_a_path_of_this_site() {
        for next in ["/", "/account/ads?done=1#top", "/ru/sellers/user_01", "/oauth/continue?request=x"] {
            assert_eq!(local(Some(next)), next);
        }
        let long = format!("/{}", "a".repeat(NEXT_BYTES_MAX));
        let foreign = [
            "",
            "account",
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "/a\r\nx: y",
            "/š",
            "/a b",
            &long,
            "/session/sign-in?next=/session/sign-in",
        ];
        for next in foreign {
            assert_eq!(local(Some(next)), "/", "{next}");
        }
        assert_eq!(local(None), "/");
    }

    #[test]
    fn what_the_browser_keeps_is_ours_and_young() {
        let now = Timestamp::from_timestamp(1_000_000, 0).unwrap();
        let text = |text: &str| text.to_owned();
        let away = Away {
            state: text("s"),
            nonce: text("n"),
            verifier: text("v"),
            next: format!("/{}", "a".repeat(NEXT_BYTES_MAX - 1)),
            silent: false,
            again: false,
            since: now,
        };
        let value = away.seal(&[1; 32]).unwrap();
        assert!(value.len() < 3_600, "{} bytes are too many for a cookie", value.len());
        assert_eq!(Away::open(&[1; 32], &value, now), Some(away));
        assert_eq!(Away::open(&[2; 32], &value, now), None);
        assert_eq!(Away::open(&[1; 32], &value, now + chrono::TimeDelta::seconds(AWAY_S)), None);
        assert_eq!(Away::open(&[1; 32], &value[1..], now), None);
    }
}
