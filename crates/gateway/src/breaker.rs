//! A circuit breaker: after failures in a row nobody waits for who does not answer; one request at a time asks whether it is back.

use std::cmp;

use chrono::Duration;
use parking_lot::Mutex;
use svetu_kernel::Timestamp;

/// In a row, until it opens.
const FAILURES_MAX: u32 = 5;
const OPEN_S_MIN: i64 = 1;
const OPEN_S_MAX: i64 = 4;

#[derive(Debug)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    /// `openings` in a row without a success between.
    Open {
        until: Timestamp,
        openings: u32,
    },
    /// One request is out to see.
    Probing {
        openings: u32,
    },
}

/// Refused; another try makes sense after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub wait_s: u64,
}

impl Breaker {
    pub const fn new() -> Self {
        Self(Mutex::new(State::Closed { failures: 0 }))
    }

    pub fn is_open(&self) -> bool {
        match *self.0.lock() {
            State::Closed { .. } => false,
            State::Open { .. } | State::Probing { .. } => true,
        }
    }

    /// # Errors
    /// While it is open, and while another request probes.
    pub fn enter(&self, now: Timestamp) -> Result<Attempt<'_>, Refused> {
        let mut state = self.0.lock();
        match *state {
            State::Closed { .. } => Ok(Attempt { breaker: self, probe: None }),
            State::Open { until, openings } if until <= now => {
                *state = State::Probing { openings };
                Ok(Attempt { breaker: self, probe: Some(now) })
            }
            State::Open { until, .. } => {
                let wait_s = u64::try_from((until - now).num_seconds()).unwrap_or(0) + 1;
                Err(Refused { wait_s })
            }
            State::Probing { .. } => Err(Refused { wait_s: 1 }),
        }
    }
}

/// A request on its way. Dropped undecided (its caller went away) it counts as nothing.
#[derive(Debug)]
pub struct Attempt<'a> {
    breaker: &'a Breaker,
    probe: Option<Timestamp>,
}

impl Attempt<'_> {
    pub fn succeeded(mut self) {
        let mut state = self.breaker.0.lock();
        // A late answer to a request from before it opened says nothing about now.
        if self.probe.take().is_some() || matches!(*state, State::Closed { .. }) {
            *state = State::Closed { failures: 0 };
        }
    }

    pub fn failed(mut self, now: Timestamp) {
        let mut state = self.breaker.0.lock();
        *state = match (*state, self.probe.take()) {
            (State::Closed { failures }, _) if failures + 1 < FAILURES_MAX => State::Closed { failures: failures + 1 },
            (State::Closed { .. }, _) => opened(now, 1),
            (State::Probing { openings }, Some(_)) => opened(now, openings + 1),
            (state @ (State::Open { .. } | State::Probing { .. }), _) => state,
        };
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(began) = self.probe {
            let mut state = self.breaker.0.lock();
            if let State::Probing { openings } = *state {
                *state = State::Open { until: began, openings };
            }
        }
    }
}

fn opened(now: Timestamp, openings: u32) -> State {
    let open_s = cmp::min(OPEN_S_MIN << openings.saturating_sub(1).min(8), OPEN_S_MAX);
    State::Open { until: now + Duration::seconds(open_s), openings }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + s, 0).unwrap()
    }

    fn fail(breaker: &Breaker, times: u32, s: i64) {
        for _ in 0..times {
            breaker.enter(at(s)).unwrap().failed(at(s));
        }
    }

    #[test]
    fn opens_after_failures_in_a_row_only() {
        let breaker = Breaker::new();
        fail(&breaker, FAILURES_MAX - 1, 0);
        breaker.enter(at(0)).unwrap().succeeded();
        fail(&breaker, FAILURES_MAX - 1, 0);
        assert!(!breaker.is_open());
        fail(&breaker, 1, 0);
        assert_eq!(breaker.enter(at(0)).unwrap_err(), Refused { wait_s: 2 });
    }

    #[test]
    fn one_probe_at_a_time_closes_it_or_opens_it_longer() {
        let breaker = Breaker::new();
        fail(&breaker, FAILURES_MAX, 0);
        let probe = breaker.enter(at(1)).unwrap();
        assert!(breaker.enter(at(1)).is_err());
        probe.failed(at(1));
        assert!(breaker.enter(at(2)).is_err());
        breaker.enter(at(3)).unwrap().succeeded();
        assert!(!breaker.is_open());
        breaker.enter(at(3)).unwrap().succeeded();
    }

    #[test]
    fn a_probe_that_went_away_lets_the_next_one_try() {
        let breaker = Breaker::new();
        fail(&breaker, FAILURES_MAX, 0);
        drop(breaker.enter(at(1)).unwrap());
        breaker.enter(at(1)).unwrap().succeeded();
        assert!(!breaker.is_open());
    }

    #[test]
    fn a_late_answer_does_not_close_it() {
        let breaker = Breaker::new();
        let late = breaker.enter(at(0)).unwrap();
        fail(&breaker, FAILURES_MAX, 0);
        late.succeeded();
        assert!(breaker.is_open());
    }

    #[test]
    fn the_pause_is_bounded() {
        let breaker = Breaker::new();
        fail(&breaker, FAILURES_MAX, 0);
        for round in 1..50 {
            breaker.enter(at(round * 100)).unwrap().failed(at(round * 100));
        }
        assert!(breaker.enter(at(49 * 100 + OPEN_S_MAX)).is_ok());
    }
}
