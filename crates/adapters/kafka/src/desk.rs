//! What a member has read of one partition and not handled yet.

use std::{
    collections::{HashSet, VecDeque},
    time::{Duration, Instant},
};

use svetu_kernel::EventId;
use svetu_ports::Event;

use crate::shelf::Letter;

/// Ids of a partition that a repeated one is known by.
const KNOWN_MAX: usize = 2_048;
/// A partition that has so much waiting is not read on.
const BYTES_MAX: usize = 4 * 1024 * 1024;
const BATCHES_MAX: usize = 4;

pub(crate) enum Item {
    Event(Event),
    /// One of our group's that is asked for again.
    Letter(Letter),
    /// An event that the platform did not write.
    Foreign(Event),
}

struct Waiting {
    offset: i64,
    bytes: usize,
    item: Item,
}

pub(crate) struct Desk {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    known: HashSet<EventId>,
    known_in_order: VecDeque<EventId>,
    /// Everything before it was read.
    read: i64,
    /// Everything before it is known to the group as done.
    pub committed: i64,
    pub attempts: u32,
    pub ready_at: Instant,
    pub is_flying: bool,
    pub is_paused: bool,
}

impl Desk {
    pub fn beginning_at(offset: i64, now: Instant) -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
            known: HashSet::new(),
            known_in_order: VecDeque::new(),
            read: offset,
            committed: offset,
            attempts: 0,
            ready_at: now,
            is_flying: false,
            is_paused: false,
        }
    }

    /// `item`: none where there is nothing for us.
    pub fn put(&mut self, offset: i64, bytes: usize, item: Option<Item>) {
        self.read = offset + 1;
        let Some(item) = item else { return };
        if let Item::Event(event) = &item {
            if !self.known.insert(event.id) {
                return;
            }
            self.known_in_order.push_back(event.id);
            if self.known_in_order.len() > KNOWN_MAX
                && let Some(oldest) = self.known_in_order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
        self.bytes += bytes;
        self.waiting.push_back(Waiting { offset, bytes, item });
    }

    /// The first `count` are done with.
    pub fn done(&mut self, count: usize) {
        for waiting in self.waiting.drain(..count.min(self.waiting.len())) {
            self.bytes -= waiting.bytes;
        }
    }

    /// Everything before it is done with.
    pub fn position(&self) -> i64 {
        self.waiting.front().map_or(self.read, |waiting| waiting.offset)
    }

    pub fn is_full(&self, batch_max: usize) -> bool {
        self.bytes > BYTES_MAX || self.waiting.len() > batch_max.max(16) * BATCHES_MAX
    }

    pub fn has_room(&self, batch_max: usize) -> bool {
        self.bytes < BYTES_MAX / 2 && self.waiting.len() <= batch_max
    }

    pub fn is_ready(&self, now: Instant) -> bool {
        !self.is_flying && !self.waiting.is_empty() && self.ready_at <= now
    }

    /// When there will be something to do, if it is only waited for.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        (!self.waiting.is_empty()).then(|| self.ready_at.saturating_duration_since(now))
    }

    /// What goes out together: events, at most so many, or one letter; and the offsets that are done with after each.
    pub fn next(&self, batch_max: usize) -> (Work, Vec<i64>) {
        let mut events = Vec::new();
        for waiting in &self.waiting {
            match &waiting.item {
                Item::Event(event) if events.len() < batch_max.max(1) => events.push(event.clone()),
                Item::Letter(letter) if events.is_empty() => {
                    return (Work::Letter(Box::new(letter.clone())), self.after(1));
                }
                Item::Foreign(event) if events.is_empty() => {
                    return (Work::Foreign(Box::new(event.clone())), self.after(1));
                }
                _ => break,
            }
        }
        let after = self.after(events.len());
        (Work::Events(events), after)
    }

    fn after(&self, count: usize) -> Vec<i64> {
        let offsets = self.waiting.iter().skip(1).map(|waiting| waiting.offset);
        offsets.chain([self.read]).take(count).collect()
    }
}

pub(crate) enum Work {
    Events(Vec<Event>),
    Letter(Box<Letter>),
    Foreign(Box<Event>),
}
