//! A proof of work: who comes too often may pay for one more try with their own machine's time, instead of waiting.
//!
//! A refusal carries a challenge, signed, for one entrance, one network and two minutes. Whoever finds a number whose SHA-256
//! behind the challenge begins with so many zero bits sends both in `Svetu-Work`; it counts once. What guards one account
//! (growing delays, letters to one address) is not for sale.

use std::{collections::HashMap, fmt::Write as _, net::IpAddr};

use hmac::{Hmac, Mac as _};
use http::{HeaderMap, Method};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use svetu_http::{Limiter, Quota};
use svetu_kernel::Timestamp;
use uuid::Uuid;

pub const HEADER: &str = "svetu-work";
const LIFE_S: i64 = 120;
/// About 65 000 hashes: under two seconds in a browser.
const BITS: u32 = 16;
/// So many tries a network may buy in a minute, beside those that are free.
const BOUGHT_A_MINUTE: u32 = 30;
const HEADER_BYTES_MAX: usize = 200;
/// About 64 bytes each.
const SPENT_MAX: usize = 65_536;
const MAC_BYTES: usize = 16;

/// A door at which work counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entrance {
    SignUp,
    SignIn,
    Recovery,
    Reveal,
}

impl Entrance {
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        let reveal = |rest: &str| rest.strip_suffix("/contact").is_some_and(|id| !id.is_empty() && !id.contains('/'));
        match path.strip_prefix("/api/v1/").filter(|_| *method == Method::POST)? {
            "identity/sign-up" => Some(Self::SignUp),
            "identity/sign-in" => Some(Self::SignIn),
            "identity/recovery" => Some(Self::Recovery),
            other => other.strip_prefix("marketplace/listings/").filter(|rest| reveal(rest)).map(|_| Self::Reveal),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::SignIn => "sign-in",
            Self::Recovery => "recovery",
            Self::Reveal => "reveal",
        }
    }
}

pub struct Work {
    /// Filled up with zeros to a block, as HMAC does.
    key: [u8; 64],
    bought: Limiter,
    /// Challenges that were used, until they are over.
    spent: Mutex<HashMap<String, Timestamp>>,
}

impl Work {
    pub fn new(key: [u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        Self { key: block, bought: Limiter::new(Quota::per_minute(BOUGHT_A_MINUTE)), spent: Mutex::default() }
    }

    /// What a refusal carries.
    pub fn challenge(&self, entrance: Entrance, network: IpAddr, now: Timestamp) -> Value {
        let expires_at = now + chrono::Duration::seconds(LIFE_S);
        let body = format!("{}.{}.{BITS}.{}", entrance.name(), expires_at.timestamp(), Uuid::new_v4().simple());
        let token = format!("{body}.{}", self.mac(&body, network));
        json!({ "token": token, "bits": BITS, "expires_at": expires_at })
    }

    /// Whether the request brings work that was asked of this network at this entrance and was not brought before.
    pub fn is_done(&self, headers: &HeaderMap, entrance: Entrance, network: IpAddr, now: Timestamp) -> bool {
        let brought = headers.get(HEADER).and_then(|value| value.to_str().ok());
        let Some(brought) = brought.filter(|text| text.len() <= HEADER_BYTES_MAX) else { return false };
        let Some(expires_at) = self.proven(brought, entrance, network) else { return false };
        let Some((token, _)) = brought.rsplit_once('.') else { return false };
        expires_at > now && self.spend(token, expires_at, now) && self.bought.take(network, now).allowed
    }

    /// When the challenge is over; None: it is not ours, or the work is not done.
    fn proven(&self, brought: &str, entrance: Entrance, network: IpAddr) -> Option<Timestamp> {
        let (token, number) = brought.rsplit_once('.')?;
        let (body, mac) = token.rsplit_once('.')?;
        if number.is_empty() || number.len() > 20 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let signed = bool::from(mac.as_bytes().ct_eq(self.mac(body, network).as_bytes()));
        let mut parts = body.split('.');
        let (name, expires_at, bits) = (parts.next()?, parts.next()?, parts.next()?);
        let bits: u32 = bits.parse().ok()?;
        let done = leading_zero_bits(&Sha256::digest(brought)) >= bits;
        (signed && done && name == entrance.name()).then_some(())?;
        Timestamp::from_timestamp(expires_at.parse().ok()?, 0)
    }

    fn spend(&self, token: &str, expires_at: Timestamp, now: Timestamp) -> bool {
        let mut spent = self.spent.lock();
        if spent.len() >= SPENT_MAX {
            spent.retain(|_, end| *end > now);
            if spent.len() >= SPENT_MAX {
                // Whoever fills this paid for each of them; nothing more is sold until the oldest are over.
                return false;
            }
        }
        spent.insert(token.to_owned(), expires_at).is_none()
    }

    fn mac(&self, body: &str, network: IpAddr) -> String {
        let mut mac = Hmac::<Sha256>::new(&self.key.into());
        mac.update(format!("svetu work v1\n{body}\n{network}").as_bytes());
        mac.finalize().into_bytes()[..MAC_BYTES].iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

fn leading_zero_bits(hash: &[u8]) -> u32 {
    let zeros = hash.iter().take_while(|byte| **byte == 0).count();
    let rest = hash.get(zeros).map_or(0, |byte| byte.leading_zeros());
    u32::try_from(zeros).unwrap_or(u32::MAX).saturating_mul(8) + rest
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use http::HeaderValue;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));
    const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));

    fn solved(challenge: &Value) -> HeaderMap {
        let (token, bits) = (challenge["token"].as_str().unwrap(), challenge["bits"].as_u64().unwrap());
        let number = (0u64..).find(|n| u64::from(leading_zero_bits(&Sha256::digest(format!("{token}.{n}")))) >= bits);
        brought(&format!("{token}.{}", number.unwrap()))
    }

    fn brought(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(http::HeaderName::from_static(HEADER), HeaderValue::from_str(text).unwrap())])
    }

    #[test]
    fn work_counts_once_here_and_now() {
        let now = Timestamp::from_timestamp(1_700_000_000, 0).unwrap();
        let work = Work::new([3; 32]);
        let ask = || solved(&work.challenge(Entrance::SignIn, HOME, now));
        let done = ask();
        assert!(!work.is_done(&done, Entrance::SignUp, HOME, now), "another entrance");
        assert!(!work.is_done(&done, Entrance::SignIn, AWAY, now), "another network");
        assert!(!Work::new([4; 32]).is_done(&done, Entrance::SignIn, HOME, now), "another key");
        assert!(!work.is_done(&done, Entrance::SignIn, HOME, now + Duration::seconds(LIFE_S)), "too late");
        assert!(work.is_done(&done, Entrance::SignIn, HOME, now));
        assert!(!work.is_done(&done, Entrance::SignIn, HOME, now), "twice");
        assert!(work.is_done(&ask(), Entrance::SignIn, HOME, now + Duration::seconds(LIFE_S - 1)));
    }

    #[test]
    fn what_was_not_asked_or_not_done_is_nothing() {
        let now = Timestamp::from_timestamp(1_700_000_000, 0).unwrap();
        let work = Work::new([3; 32]);
        let challenge = work.challenge(Entrance::SignIn, HOME, now);
        let token = challenge["token"].as_str().unwrap();
        let lazy = (0u64..).find(|n| leading_zero_bits(&Sha256::digest(format!("{token}.{n}"))) < BITS).unwrap();
        let easier = token.replace(&format!(".{BITS}."), ".1.");
        for text in [
            String::new(),
            token.to_owned(),
            format!("{token}."),
            format!("{token}.x"),
            format!("{token}.{lazy}"),
            format!("{easier}.0"),
            format!("{easier}.1"),
            format!("{easier}.2"),
            format!("{token}.{}", "1".repeat(300)),
        ] {
            assert!(!work.is_done(&brought(&text), Entrance::SignIn, HOME, now), "{text}");
        }
    }

    #[test]
    fn entrances() {
        let of = |path| Entrance::of(&Method::POST, path);
        assert_eq!(of("/api/v1/identity/sign-in"), Some(Entrance::SignIn));
        assert_eq!(of("/api/v1/marketplace/listings/listing_01/contact"), Some(Entrance::Reveal));
        for path in ["/api/v1/identity/verify-email", "/api/v1/marketplace/listings/a/b/contact", "/contact", "/"] {
            assert_eq!(of(path), None, "{path}");
        }
        assert_eq!(Entrance::of(&Method::GET, "/api/v1/identity/sign-in"), None);
    }

    #[test]
    fn bits() {
        assert_eq!(leading_zero_bits(&[0x80]), 0);
        assert_eq!(leading_zero_bits(&[0, 0x10, 0]), 11);
        assert_eq!(leading_zero_bits(&[0, 0]), 16);
    }
}
