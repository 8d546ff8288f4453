//! How many connections there may be, and what runs on one.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use crate::tally::{Share, Tally};

const CONNECTIONS_MAX: usize = 8_192;
/// A browser opens six.
const FROM_ONE_NETWORK_MAX: usize = 512;

pub struct Connections {
    all: Arc<Semaphore>,
    by_network: Tally,
}

/// One connection's place, free again when dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    _share: Option<Share>,
}

impl Connections {
    pub fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(CONNECTIONS_MAX)), by_network: Tally::default() }
    }

    /// Waits for a place: those who come wait in the kernel's queue meanwhile. None never happens while it is used.
    pub async fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// None when the network has enough. `shared`: many people come from this address (a proxy of ours, this machine).
    pub fn admit(&self, permit: OwnedSemaphorePermit, address: IpAddr, shared: bool) -> Option<Place> {
        let share = if shared { None } else { Some(self.by_network.take(address, FROM_ONE_NETWORK_MAX)?) };
        Some(Place { _permit: permit, _share: share })
    }
}

/// The requests of one connection, from their head to the end of their answer.
#[derive(Debug, Default)]
pub struct Running {
    began: Mutex<HashMap<u64, Instant>>,
    next: AtomicU64,
    begins: Notify,
}

/// One of them.
#[derive(Debug)]
pub struct Run {
    number: u64,
    running: Arc<Running>,
}

impl Running {
    pub fn begin(self: &Arc<Self>) -> Run {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.began.lock().insert(number, Instant::now());
        self.begins.notify_one();
        Run { number, running: Arc::clone(self) }
    }

    /// When one is being answered; at once if one is.
    pub async fn any(&self) {
        while self.oldest().is_none() {
            self.begins.notified().await;
        }
    }

    pub fn oldest(&self) -> Option<Instant> {
        self.began.lock().values().min().copied()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.running.began.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_network_does_not_take_all() {
        let connections = Connections::new();
        let admit = async |address: &str, shared| {
            connections.admit(connections.place().await.unwrap(), address.parse().unwrap(), shared)
        };
        let mut held = Vec::new();
        for _ in 0..FROM_ONE_NETWORK_MAX {
            held.push(admit("203.0.113.9", false).await.unwrap());
        }
        assert!(admit("203.0.113.9", false).await.is_none());
        assert!(admit("203.0.113.9", true).await.is_some());
        assert!(admit("203.0.113.10", false).await.is_some());
        held.clear();
        assert_eq!(connections.all.available_permits(), CONNECTIONS_MAX);
    }

    #[test]
    fn the_oldest_request_is_known_until_it_ends() {
        let running = Arc::new(Running::default());
        let first = running.begin();
        let began = running.oldest().unwrap();
        let second = running.begin();
        assert_eq!(running.oldest(), Some(began));
        drop(first);
        assert!(running.oldest().unwrap() >= began);
        drop(second);
        assert_eq!(running.oldest(), None);
    }
}
