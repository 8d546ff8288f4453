use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;
use svetu_ports::{
    Message, Queue, QueueError,
    queue::{DELIVERIES_MAX, MESSAGES_MAX, check, check_bodies},
};

/// Light queues in this process: gone with it.
#[derive(Debug, Default)]
pub struct MemoryQueue {
    queues: Mutex<HashMap<String, Held>>,
}

#[derive(Debug, Default)]
struct Held {
    next: u64,
    /// By age.
    entries: BTreeMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    body: Bytes,
    deliveries: u32,
    /// Until then somebody has it.
    leased_until: Option<Instant>,
}

impl Held {
    fn put(&mut self, body: Bytes) {
        self.entries.insert(self.next, Entry { body, deliveries: 0, leased_until: None });
        self.next += 1;
        while self.entries.len() > MESSAGES_MAX {
            self.entries.pop_first();
        }
    }

    fn take(&mut self, messages_max: usize, now: Instant, lease: Duration) -> Vec<Message> {
        let is_free = |entry: &Entry| entry.leased_until.is_none_or(|until| until <= now);
        self.entries.retain(|_, entry| entry.deliveries < DELIVERIES_MAX || !is_free(entry));
        let free = self.entries.iter_mut().filter(|(_, entry)| is_free(entry));
        free.take(messages_max)
            .map(|(id, entry)| {
                entry.deliveries += 1;
                entry.leased_until = Some(now + lease);
                Message { id: id.to_string(), body: entry.body.clone() }
            })
            .collect()
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn put(&self, queue: &str, bodies: &[Bytes]) -> Result<(), QueueError> {
        check_bodies(queue, bodies)?;
        let mut queues = self.queues.lock();
        let held = queues.entry(queue.to_owned()).or_default();
        bodies.iter().cloned().for_each(|body| held.put(body));
        Ok(())
    }

    async fn take(&self, queue: &str, messages_max: usize, lease: Duration) -> Result<Vec<Message>, QueueError> {
        check(queue, messages_max)?;
        let mut queues = self.queues.lock();
        Ok(queues.get_mut(queue).map(|held| held.take(messages_max, Instant::now(), lease)).unwrap_or_default())
    }

    async fn done(&self, queue: &str, ids: &[String]) -> Result<(), QueueError> {
        check(queue, ids.len())?;
        let mut queues = self.queues.lock();
        let Some(held) = queues.get_mut(queue) else { return Ok(()) };
        for id in ids.iter().filter_map(|id| id.parse().ok()) {
            held.entries.remove(&id);
        }
        Ok(())
    }
}
