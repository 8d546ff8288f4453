//! Limits: a burst, then a steady rate ([`Rate`]), counted by key.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use parking_lot::Mutex;
use svetu_kernel::{Problem, Status, Timestamp};
use svetu_ports::{Rate, Taken};

/// The address of the person who asks, as the gateway knows it. In request extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// What one household or office shares: an IPv4 address, the first 64 bits of an IPv6 one.
    pub fn network(self) -> IpAddr {
        match self.0.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (!0 << 64)).into()),
        }
    }
}

/// In request extensions: whoever asks paid for this try with a proof of work, and no count by network stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worked;

impl Worked {
    /// A parameter of a refusal that work would have turned: `true` from a service; the gateway puts the challenge there.
    pub const CHALLENGE: &str = "challenge";
}

/// `burst` at once, then `burst` in each `window_s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub window_s: u32,
}

impl Quota {
    pub const fn per_minute(burst: u32) -> Self {
        Self { burst, window_s: 60 }
    }

    pub const fn per_hour(burst: u32) -> Self {
        Self { burst, window_s: 3_600 }
    }

    pub fn rate(self) -> Rate {
        Rate::new(self.burst, Duration::from_secs(self.window_s.into()))
    }

    /// What is told of one that was asked for, wherever it was counted.
    pub fn verdict(self, taken: Taken, now: Timestamp) -> Verdict {
        let (rate, ahead_us) = (self.rate(), taken.arrival_us.saturating_sub(now.timestamp_micros()));
        let free_us = rate.window_us().saturating_sub(ahead_us);
        if taken.allowed {
            let remaining = u32::try_from(free_us / rate.cell_us()).unwrap_or(0);
            Verdict { allowed: true, quota: self, remaining, wait_s: seconds(ahead_us) }
        } else {
            let wait_s = seconds(rate.cell_us().saturating_sub(free_us));
            Verdict { allowed: false, quota: self, remaining: 0, wait_s }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    pub quota: Quota,
    /// How many more are allowed at this moment.
    pub remaining: u32,
    /// Until the whole burst is there again; when refused, until the next one is allowed.
    pub wait_s: u32,
}

impl Verdict {
    /// 429 `request.rate_limited` when it is refused.
    ///
    /// # Errors
    /// Then.
    pub fn check(self) -> Result<(), Problem> {
        if self.allowed {
            return Ok(());
        }
        Err(Problem::new(Status::TooManyRequests, "request.rate_limited").retry_after(u64::from(self.wait_s)))
    }

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
    pub fn write(self, name: &str, headers: &mut HeaderMap) {
        let Quota { burst, window_s } = self.quota;
        for (header, value) in [
            ("ratelimit-policy", format!("\"{name}\";q={burst};w={window_s}")),
            ("ratelimit", format!("\"{name}\";r={};t={}", self.remaining, self.wait_s)),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }
}

const SHARDS: usize = 16;
/// About 24 bytes each; beyond it those that are at rest are forgotten.
const KEYS_A_SHARD_MAX: usize = 8_192;

/// Counts by key in this process. Keys are kept as hashes only.
#[derive(Debug)]
pub struct Limiter {
    quota: Quota,
    hasher: RandomState,
    /// By the key's hash: the theoretical arrival time of the next cell, in µs since 1970.
    shards: [Mutex<HashMap<u64, i64>>; SHARDS],
}

impl Limiter {
    pub fn new(quota: Quota) -> Self {
        Self { quota, hasher: RandomState::new(), shards: Default::default() }
    }

    pub const fn quota(&self) -> Quota {
        self.quota
    }

    /// Counts one for the key, unless it is refused.
    pub fn take(&self, key: impl Hash, now: Timestamp) -> Verdict {
        self.take_of(self.quota, key, now)
    }

    /// The same for a key that has a quota of its own.
    pub fn take_of(&self, quota: Quota, key: impl Hash, now: Timestamp) -> Verdict {
        let hash = self.hasher.hash_one(key);
        let now_us = now.timestamp_micros();
        let mut shard = self.shards[(hash % SHARDS as u64) as usize].lock();
        if shard.len() >= KEYS_A_SHARD_MAX && !shard.contains_key(&hash) {
            shard.retain(|_, arrival_us| *arrival_us > now_us);
            if shard.len() >= KEYS_A_SHARD_MAX {
                // A flood of keys: forgetting all of them is the bound on memory.
                shard.clear();
            }
        }
        let taken = quota.rate().take(shard.get(&hash).copied(), now);
        shard.insert(hash, taken.arrival_us);
        quota.verdict(taken, now)
    }
}

fn seconds(us: i64) -> u32 {
    u32::try_from((us + 999_999) / 1_000_000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use proptest::prelude::*;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_timestamp_millis(1_700_000_000_000 + ms).unwrap()
    }

    #[test]
    fn a_burst_and_then_a_steady_rate() {
        let limiter = Limiter::new(Quota::per_minute(3));
        let remaining: Vec<_> = (0..4).map(|_| limiter.take("a", at(0))).map(|v| (v.allowed, v.remaining)).collect();
        assert_eq!(remaining, [(true, 2), (true, 1), (true, 0), (false, 0)]);
        assert_eq!(limiter.take("a", at(0)).wait_s, 20);
        assert!(limiter.take("b", at(0)).allowed);
        assert!(!limiter.take("a", at(19_000)).allowed);
        assert!(limiter.take("a", at(20_000)).allowed);
        assert!(!limiter.take("a", at(20_000)).allowed);
    }

    proptest! {
        #[test]
        fn never_more_than_the_burst_and_the_rate(gaps in proptest::collection::vec(0i64..3_000, 1..200)) {
            let limiter = Limiter::new(Quota { burst: 5, window_s: 10 });
            let mut now = at(0);
            let mut taken = Vec::new();
            for gap in gaps {
                now += Duration::milliseconds(gap);
                if limiter.take(1, now).allowed {
                    taken.push(now);
                }
            }
            for (first, start) in taken.iter().enumerate() {
                let inside = taken[first..].iter().filter(|at| **at - *start < Duration::seconds(10)).count();
                prop_assert!(inside <= 10, "{inside} in ten seconds");
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = Limiter::new(Quota::per_minute(1));
        for key in 0..(SHARDS * KEYS_A_SHARD_MAX * 2) {
            limiter.take(key, at(0));
        }
        let kept: usize = limiter.shards.iter().map(|shard| shard.lock().len()).sum();
        assert!(kept <= SHARDS * KEYS_A_SHARD_MAX);
    }

    #[test]
    fn networks() {
        let of = |text: &str| ClientAddress(text.parse().unwrap()).network().to_string();
        assert_eq!(of("203.0.113.9"), "203.0.113.9");
        assert_eq!(of("::ffff:203.0.113.9"), "203.0.113.9");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
