//! How many connections a door holds: before the handshake, when anybody may stand there, and after it.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const INSIDE_MAX: usize = 1_024;
const THRESHOLD_MAX: usize = 1_024;
/// All processes of one machine, when they start.
const THRESHOLD_OF_ONE_MAX: usize = 128;

pub struct Places {
    inside: Arc<Semaphore>,
    threshold: Arc<Semaphore>,
    threshold_of_one_max: usize,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The place of a connection whose handshake is not done, free again when dropped.
pub struct Threshold {
    _permit: OwnedSemaphorePermit,
    address: IpAddr,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Default for Places {
    fn default() -> Self {
        Self::new(INSIDE_MAX, THRESHOLD_MAX, THRESHOLD_OF_ONE_MAX)
    }
}

impl Places {
    pub fn new(inside_max: usize, threshold_max: usize, threshold_of_one_max: usize) -> Self {
        Self {
            inside: Arc::new(Semaphore::new(inside_max)),
            threshold: Arc::new(Semaphore::new(threshold_max)),
            threshold_of_one_max,
            by_address: Arc::default(),
        }
    }

    /// Nobody waits: who stands there idle must not keep those out who come after. None: all are taken, or the address has enough.
    pub fn threshold(&self, address: IpAddr) -> Option<Threshold> {
        let address = address.to_canonical();
        let permit = Arc::clone(&self.threshold).try_acquire_owned().ok()?;
        let mut taken = self.by_address.lock();
        let count = taken.entry(address).or_default();
        if *count >= self.threshold_of_one_max {
            return None;
        }
        *count += 1;
        Some(Threshold { _permit: permit, address, by_address: Arc::clone(&self.by_address) })
    }

    /// Of who has shown a certificate.
    pub fn inside(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.inside).try_acquire_owned().ok()
    }
}

impl Drop for Threshold {
    fn drop(&mut self) {
        let mut taken = self.by_address.lock();
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_of_the_threshold() {
        let places = Places::new(1, 4, 2);
        let stand = |address: &str| places.threshold(address.parse().unwrap());
        let first = stand("10.0.0.9").unwrap();
        let _second = stand("::ffff:10.0.0.9").unwrap();
        assert!(stand("10.0.0.9").is_none());
        let _others = [stand("10.0.0.1").unwrap(), stand("10.0.0.2").unwrap()];
        assert!(stand("10.0.0.3").is_none(), "all are taken");
        drop(first);
        let _again = stand("10.0.0.9").unwrap();
        let inside = places.inside().unwrap();
        assert!(places.inside().is_none());
        drop(inside);
        assert!(places.inside().is_some());
    }
}
