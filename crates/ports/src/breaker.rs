//! Nobody waits for an engine that just did not answer several times.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::meter;

/// Failures in a row until it opens.
const FAILURES_MAX: u32 = 3;

#[derive(Debug)]
pub struct Breaker {
    /// How long callers are turned away; then one of them tries. What it tries ends within this time.
    rest: Duration,
    state: Mutex<State>,
    /// For [`meter::breakers`].
    open: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when callers are turned away.
    until: Option<Instant>,
}

/// How a caller may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    Free,
    /// The only one, to find out whether the engine is back.
    Probe,
}

impl Breaker {
    /// `name`: of the engine, as it is shown.
    pub fn new(name: &'static str, rest: Duration) -> Self {
        Self { rest, state: Mutex::default(), open: meter::breaker(name) }
    }

    /// None: the answer is known to be a failure.
    pub fn leave(&self, now: Instant) -> Option<Leave> {
        let mut state = self.state.lock();
        match state.until {
            Some(until) if now < until => None,
            // The others are turned away until this one's answer is there.
            Some(_) => {
                state.until = Some(now + self.rest);
                Some(Leave::Probe)
            }
            None => Some(Leave::Free),
        }
    }

    /// Answers whether this one opened it.
    pub fn failed(&self, now: Instant) -> bool {
        let mut state = self.state.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures < FAILURES_MAX {
            return false;
        }
        self.open.store(true, Ordering::Relaxed);
        state.until.replace(now + self.rest).is_none()
    }

    /// Answers whether this one closed it.
    pub fn succeeded(&self) -> bool {
        let mut state = self.state.lock();
        state.failures = 0;
        self.open.store(false, Ordering::Relaxed);
        state.until.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_three_failures_one_at_a_time_tries() {
        let rest = Duration::from_secs(1);
        let breaker = Breaker::new("test", rest);
        let shown = || meter::breakers().contains(&("test", true));
        let now = Instant::now();
        assert!(!breaker.failed(now) && !breaker.failed(now));
        assert_eq!(breaker.leave(now), Some(Leave::Free));
        assert!(!breaker.succeeded(), "it was not open");
        assert!(!breaker.failed(now) && !breaker.failed(now) && breaker.failed(now));
        assert_eq!(breaker.leave(now), None);
        assert!(shown());
        let now = now + rest;
        assert_eq!([breaker.leave(now), breaker.leave(now)], [Some(Leave::Probe), None]);
        assert!(!breaker.failed(now), "it was open already");
        assert_eq!(breaker.leave(now), None);
        let now = now + rest;
        assert_eq!(breaker.leave(now), Some(Leave::Probe));
        assert!(shown() && breaker.succeeded() && !shown());
        assert_eq!([breaker.leave(now), breaker.leave(now)], [Some(Leave::Free), Some(Leave::Free)]);
    }
}
