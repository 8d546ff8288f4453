use std::time::Duration;

use svetu_kernel::Timestamp;

/// So that sums with any time stay whole numbers, also where numbers are of 53 bits (Lua).
const WINDOW_US_MAX: i64 = 1 << 50;

/// How far the clock of another process may be ahead. What was kept of a later time was written by none of ours.
const AHEAD_US_MAX: i64 = 600_000_000;

/// A burst at once, then a steady rate, by the generic cell rate algorithm (GCRA, ITU-T I.371): one number of state a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    cell_us: i64,
    window_us: i64,
}

/// What became of one that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub allowed: bool,
    /// When the key is at rest again (the theoretical arrival time of the next cell), in µs since 1970.
    pub arrival_us: i64,
}

impl Rate {
    /// `burst` at once, then `burst` in each window.
    pub fn new(burst: u32, window: Duration) -> Self {
        let burst = i64::from(burst.max(1));
        let window_us = i64::try_from(window.as_micros()).unwrap_or(i64::MAX).min(WINDOW_US_MAX);
        let cell_us = (window_us / burst).max(1);
        Self { cell_us, window_us: cell_us * burst }
    }

    /// The time that one takes.
    pub const fn cell_us(self) -> i64 {
        self.cell_us
    }

    /// As many cells as the burst has.
    pub const fn window_us(self) -> i64 {
        self.window_us
    }

    /// The latest time that is believed of what was kept: beyond it nobody would be let in for good.
    pub fn latest_us(self, now: Timestamp) -> i64 {
        now.timestamp_micros().saturating_add(self.window_us).saturating_add(AHEAD_US_MAX)
    }

    /// One that is refused changes nothing. `arrival_us` is what was kept of the key, if anything.
    pub fn take(self, arrival_us: Option<i64>, now: Timestamp) -> Taken {
        let now_us = now.timestamp_micros();
        let believed = now_us..=self.latest_us(now);
        let arrival_us = arrival_us.filter(|kept| believed.contains(kept)).unwrap_or(now_us);
        let next_us = arrival_us.saturating_add(self.cell_us);
        if next_us > now_us.saturating_add(self.window_us) {
            return Taken { allowed: false, arrival_us };
        }
        Taken { allowed: true, arrival_us: next_us }
    }
}

impl Taken {
    /// How long it must be kept: no longer than the window.
    pub fn rest(self, now: Timestamp) -> Duration {
        let left_us = self.arrival_us.saturating_sub(now.timestamp_micros());
        Duration::from_micros(u64::try_from(left_us).unwrap_or(0))
    }
}
