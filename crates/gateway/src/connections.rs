//! How many connections there may be, and how many from one network.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use svetu_http::ClientAddress;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const CONNECTIONS_MAX: usize = 8_192;
/// One network cannot take all of them; a browser opens six.
const FROM_ONE_NETWORK_MAX: u32 = 512;

type Counts = Mutex<HashMap<IpAddr, u32>>;

pub struct Connections {
    all: Arc<Semaphore>,
    by_network: Arc<Counts>,
}

/// One connection's place, free again when dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    counted: Option<(IpAddr, Arc<Counts>)>,
}

impl Connections {
    pub fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(CONNECTIONS_MAX)), by_network: Arc::default() }
    }

    /// Waits for a place: those who come wait in the kernel's queue meanwhile. None never happens while it is used.
    pub async fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.ok()
    }

    /// None when the network has enough. `shared`: many people come from this address (a proxy of ours, this machine).
    pub fn admit(&self, permit: OwnedSemaphorePermit, address: IpAddr, shared: bool) -> Option<Place> {
        if shared {
            return Some(Place { _permit: permit, counted: None });
        }
        let network = ClientAddress(address).network();
        let mut counts = self.by_network.lock();
        let count = counts.entry(network).or_default();
        if *count >= FROM_ONE_NETWORK_MAX {
            return None;
        }
        *count += 1;
        Some(Place { _permit: permit, counted: Some((network, Arc::clone(&self.by_network))) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((network, counts)) = &self.counted {
            let mut counts = counts.lock();
            if let Some(count) = counts.get_mut(network) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(network);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_network_has_a_bound_and_gets_its_places_back() {
        let connections = Connections::new();
        let address: IpAddr = "203.0.113.9".parse().unwrap();
        let mut held = Vec::new();
        for _ in 0..FROM_ONE_NETWORK_MAX {
            held.push(connections.admit(connections.place().await.unwrap(), address, false).unwrap());
        }
        assert!(connections.admit(connections.place().await.unwrap(), address, false).is_none());
        assert!(connections.admit(connections.place().await.unwrap(), address, true).is_some());
        assert!(
            connections.admit(connections.place().await.unwrap(), "203.0.113.10".parse().unwrap(), false).is_some()
        );
        held.clear();
        assert!(connections.admit(connections.place().await.unwrap(), address, false).is_some());
        assert!(connections.by_network.lock().is_empty());
    }
}
