//! Limits on every entrance, by network and by account.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
};

use parking_lot::Mutex;
use svetu_http::{ClientAddress, Limiter, Quota};
use svetu_kernel::{Problem, Status, Timestamp};

use crate::phone::PhoneConfig;

/// The doors that somebody without an account may knock at, and the one behind which a password is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entrance {
    SignUp,
    SignIn,
    Recovery,
    Link,
    Password,
    /// The second factor, or what proves once more who somebody is: by the account's id.
    Factor,
    /// A code by mail.
    Code,
    /// A shop's invitation: the letter that goes to an address, and what it carries.
    Invitation,
    /// Nothing about a key can be guessed: the network alone is counted.
    Passkey,
    /// A message to a telephone, which costs: by the number, or by the account that asks.
    Text,
    /// To a provider elsewhere and back: what it says is no guess either.
    Upstream,
}

/// Nobody mistypes so often: somebody else knows the password.
const REFUSED_A_DAY: u32 = 9;
const DAY_S: u32 = 86_400;
/// A network may be shared by a town; nobody's town begins so many sign-ins in half an hour.
const WAITING_MAX: u32 = 600;
const WAITING_WINDOW_S: u32 = 1_800;

/// What is counted by account is counted whether the account exists or not: a limit tells nothing.
#[derive(Debug)]
pub struct Limits {
    network: Limiter,
    /// Letters that one network may have sent to one address.
    pair: Limiter,
    /// Guesses at one account from everywhere.
    guesses: Limiter,
    /// Letters to one address from everywhere.
    letters: Limiter,
    /// Messages that one network asks for, those to one number from everywhere, and all together.
    texts_network: Limiter,
    texts: Limiter,
    spending: Limiter,
    /// What waits for a person: of one application from one network.
    waiting: Limiter,
    /// Second factors that were refused, and letters about them.
    refused: Limiter,
    warned: Limiter,
    delays: Delays,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            network: Limiter::new(Quota::per_minute(30)),
            pair: Limiter::new(Quota { burst: 5, window_s: 600 }),
            guesses: Limiter::new(Quota::per_hour(100)),
            letters: Limiter::new(Quota::per_hour(10)),
            texts_network: Limiter::new(Quota::per_hour(10)),
            texts: Limiter::new(Quota::per_hour(5)),
            spending: Limiter::new(Quota::per_hour(200)),
            waiting: Limiter::new(Quota { burst: WAITING_MAX, window_s: WAITING_WINDOW_S }),
            refused: Limiter::new(Quota { burst: REFUSED_A_DAY, window_s: DAY_S }),
            warned: Limiter::new(Quota { burst: 1, window_s: DAY_S }),
            delays: Delays::default(),
        }
    }
}

impl Limits {
    pub fn new(phones: &PhoneConfig) -> Self {
        Self {
            spending: Limiter::new(Quota::per_hour(phones.per_hour_max)),
            texts_network: Limiter::new(Quota::per_hour(phones.network_per_hour_max)),
            ..Self::default()
        }
    }

    /// One message more: they cost, whoever asked for them.
    pub fn may_spend(&self, now: Timestamp) -> bool {
        self.spending.take("all", now).check().is_ok()
    }

    /// One more request or device of this application waits for somebody: each is a row.
    pub fn may_wait(&self, client: &str, address: ClientAddress, now: Timestamp) -> Result<(), Problem> {
        self.waiting.take((client, address.network()), now).check()
    }

    /// `account` is the normal form of an address or an id.
    pub fn enter(
        &self,
        entrance: Entrance,
        client: ClientAddress,
        account: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        self.network(entrance, client, now)?;
        account.map_or(Ok(()), |account| self.account(entrance, client, account, now))
    }

    /// Everything from one network.
    pub fn network(&self, entrance: Entrance, client: ClientAddress, now: Timestamp) -> Result<(), Problem> {
        self.network.take((entrance, client.network()), now).check()
    }

    /// What one network does to one account.
    pub fn account(
        &self,
        entrance: Entrance,
        client: ClientAddress,
        account: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let network = client.network();
        match entrance {
            Entrance::SignUp | Entrance::Recovery | Entrance::Code | Entrance::Invitation => {
                self.pair.take((entrance, network, account), now).check()
            }
            Entrance::SignIn | Entrance::Password | Entrance::Factor => {
                self.delays.knock(entrance, network, account, now)
            }
            Entrance::Text => {
                self.texts_network.take(network, now).check()?;
                self.pair.take((entrance, network, account), now).check()
            }
            Entrance::Link | Entrance::Passkey | Entrance::Upstream => Ok(()),
        }
    }

    /// All networks together. Who signed in from this network before is let through all the same:
    /// strangers cannot lock the owner out.
    pub fn crowd(&self, entrance: Entrance, account: &str, now: Timestamp) -> Result<(), Problem> {
        match entrance {
            Entrance::SignUp | Entrance::Recovery | Entrance::Code | Entrance::Invitation => {
                self.letters.take((entrance, account), now).check()
            }
            Entrance::Text => self.texts.take(account, now).check(),
            Entrance::SignIn => self.guesses.take(account, now).check(),
            Entrance::Factor => self.guesses.take(("factor", account), now).check(),
            // A token is no guess, and who is asked again is signed in already.
            Entrance::Link | Entrance::Passkey | Entrance::Upstream | Entrance::Password => Ok(()),
        }
    }

    /// Counts a second factor that was refused; true when its owner is to hear of it, once a day.
    pub fn is_guessed(&self, account: &str, now: Timestamp) -> bool {
        self.refused.take(account, now).check().is_err() && self.warned.take(account, now).check().is_ok()
    }

    /// The password was right: its guesses are forgiven.
    pub fn welcome(&self, entrance: Entrance, client: ClientAddress, account: &str) {
        self.delays.welcome(entrance, client.network(), account);
    }
}

const FREE_TRIES: u32 = 5;
const WAIT_S_MAX: i64 = 900;
const FORGOTTEN_S: i64 = 3_600;
/// About 32 bytes each.
const KEYS_MAX: usize = 65_536;

/// Guesses of one network at one account: some are free, then each makes the next one wait twice as long.
#[derive(Debug, Default)]
struct Delays {
    hasher: RandomState,
    tries: Mutex<HashMap<u64, Tries>>,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    last: Timestamp,
}

impl Tries {
    fn wait_s(self) -> i64 {
        if self.count < FREE_TRIES { 0 } else { (1 << (self.count - FREE_TRIES).min(20)).min(WAIT_S_MAX) }
    }

    fn is_over(self, now: Timestamp) -> bool {
        now - self.last > chrono::Duration::seconds(FORGOTTEN_S)
    }
}

impl Delays {
    /// Counts the guess before it is checked: many at once are no way around the wait.
    fn knock(&self, entrance: Entrance, network: IpAddr, account: &str, now: Timestamp) -> Result<(), Problem> {
        let key = self.hasher.hash_one((entrance, network, account));
        let mut tries = self.tries.lock();
        if tries.len() >= KEYS_MAX && !tries.contains_key(&key) {
            tries.retain(|_, one| !one.is_over(now));
            if tries.len() >= KEYS_MAX {
                // A flood of keys: forgetting all of them is the bound on memory.
                tries.clear();
            }
        }
        let one = tries.entry(key).or_insert(Tries { count: 0, last: now });
        if one.is_over(now) {
            one.count = 0;
        }
        let left = chrono::Duration::seconds(one.wait_s()) - (now - one.last);
        if left > chrono::Duration::zero() {
            let seconds = u64::try_from(left.num_milliseconds()).unwrap_or(0).div_ceil(1_000);
            return Err(Problem::new(Status::TooManyRequests, "request.rate_limited").retry_after(seconds));
        }
        *one = Tries { count: one.count + 1, last: now };
        Ok(())
    }

    fn welcome(&self, entrance: Entrance, network: IpAddr, account: &str) {
        self.tries.lock().remove(&self.hasher.hash_one((entrance, network, account)));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use chrono::Duration;
    use svetu_kernel::Clock;

    use super::*;

    const HOME: ClientAddress = ClientAddress(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9)));

    #[test]
    fn each_wrong_guess_waits_twice_as_long() {
        let (limits, clock) = (Limits::default(), svetu_testkit::clock());
        let knock = || limits.enter(Entrance::SignIn, HOME, Some("pera@primer.rs"), clock.now());
        for _ in 0..FREE_TRIES {
            knock().unwrap();
        }
        let mut waits = Vec::new();
        for _ in 0..12 {
            let wait = knock().unwrap_err().retry_after_s.unwrap();
            waits.push(wait);
            clock.advance(Duration::seconds(wait as i64 - 1));
            assert_eq!(knock().unwrap_err().code, "request.rate_limited");
            clock.advance(Duration::seconds(1));
            knock().unwrap();
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        // Others are not slowed, and one right password ends it.
        limits.enter(Entrance::SignIn, HOME, Some("mika@primer.rs"), clock.now()).unwrap();
        limits.welcome(Entrance::SignIn, HOME, "pera@primer.rs");
        knock().unwrap();
    }

    #[test]
    fn memory_is_bounded() {
        let (delays, now) = (Delays::default(), svetu_testkit::clock().now());
        for n in 0..KEYS_MAX * 2 {
            delays.knock(Entrance::SignIn, HOME.0, &n.to_string(), now).unwrap();
        }
        assert!(delays.tries.lock().len() <= KEYS_MAX);
    }
}
