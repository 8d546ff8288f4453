//! The one batch of a member that is being handled: handed over by the thread that speaks with Kafka, given back by the task
//! that handles it.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// A topic and a partition.
pub(crate) type Place = (String, i32);

/// What became of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Landing {
    pub place: Place,
    /// How many of its items are done with.
    pub done: usize,
    /// Everything before this offset is done with.
    pub position: i64,
    /// Of the item after those.
    pub attempts: u32,
    pub wait: Option<Duration>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Flying(Place),
    Landed(Landing),
}

#[derive(Default)]
pub(crate) struct Flight {
    state: Mutex<State>,
    landed: Condvar,
}

impl Flight {
    pub fn start(&self, place: Place) {
        *self.state.lock() = State::Flying(place);
    }

    pub fn land(&self, landing: Landing) {
        *self.state.lock() = State::Landed(landing);
        self.landed.notify_all();
    }

    pub fn is_idle(&self) -> bool {
        matches!(*self.state.lock(), State::Idle)
    }

    /// The partition of the batch that is on its way or has landed and was not taken.
    pub fn place(&self) -> Option<Place> {
        match &*self.state.lock() {
            State::Idle => None,
            State::Flying(place) => Some(place.clone()),
            State::Landed(landing) => Some(landing.place.clone()),
        }
    }

    /// What landed within the time; the next may start then.
    pub fn take(&self, within: Duration) -> Option<Landing> {
        let mut state = self.state.lock();
        if matches!(*state, State::Flying(_)) {
            self.landed.wait_for(&mut state, within);
        }
        match std::mem::take(&mut *state) {
            State::Landed(landing) => Some(landing),
            other => {
                *state = other;
                None
            }
        }
    }
}
