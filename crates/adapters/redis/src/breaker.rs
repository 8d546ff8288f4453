//! Nobody waits for a server that just did not answer several times.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Failures in a row until it opens.
const FAILURES_MAX: u32 = 3;
/// How long callers are turned away; then one of them tries.
const OPEN: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when callers are turned away.
    until: Option<Instant>,
}

impl Breaker {
    /// False: the answer is known to be a failure.
    pub fn may_try(&self, now: Instant) -> bool {
        let mut state = self.0.lock();
        match state.until {
            Some(until) if now < until => false,
            // The others are turned away until this one's answer is there.
            Some(_) => {
                state.until = Some(now + OPEN);
                true
            }
            None => true,
        }
    }

    /// Answers whether this one opened it.
    pub fn failed(&self, now: Instant) -> bool {
        let mut state = self.0.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures < FAILURES_MAX {
            return false;
        }
        state.until.replace(now + OPEN).is_none()
    }

    /// Answers whether this one closed it.
    pub fn succeeded(&self) -> bool {
        let mut state = self.0.lock();
        state.failures = 0;
        state.until.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_three_failures_one_a_second_tries() {
        let breaker = Breaker::default();
        let now = Instant::now();
        assert!(!breaker.failed(now) && !breaker.failed(now));
        assert!(breaker.may_try(now));
        assert!(!breaker.succeeded(), "it was not open");
        assert!(!breaker.failed(now) && !breaker.failed(now) && breaker.failed(now));
        assert!(!breaker.may_try(now));
        let now = now + OPEN;
        assert!(breaker.may_try(now) && !breaker.may_try(now), "one of them");
        assert!(!breaker.failed(now), "it was open already");
        assert!(!breaker.may_try(now));
        let now = now + OPEN;
        assert!(breaker.may_try(now) && breaker.succeeded());
        assert!(breaker.may_try(now) && breaker.may_try(now));
    }
}
