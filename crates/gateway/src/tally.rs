//! Counts by network: whoever has many machines in one place has no more than its share.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use parking_lot::Mutex;
use svetu_http::ClientAddress;

/// Remembers those only who hold something.
#[derive(Debug, Clone, Default)]
pub struct Tally(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One of a network's; given back when dropped.
#[derive(Debug)]
pub struct Share {
    network: IpAddr,
    tally: Tally,
}

impl Tally {
    /// None when the network holds `max` already.
    pub fn take(&self, address: IpAddr, max: usize) -> Option<Share> {
        let network = ClientAddress(address).network();
        let mut counts = self.0.lock();
        let count = counts.entry(network).or_default();
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(Share { network, tally: self.clone() })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.tally.0.lock();
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_a_bound_and_gets_its_share_back() {
        let tally = Tally::default();
        let take = |address: &str| tally.take(address.parse().unwrap(), 2);
        let held = [take("2001:db8:1:2::1").unwrap(), take("2001:db8:1:2::2").unwrap()];
        assert!(take("2001:db8:1:2::3").is_none());
        assert!(take("2001:db8:1:3::1").is_some());
        drop(held);
        assert!(take("2001:db8:1:2::3").is_some());
        assert!(tally.0.lock().is_empty());
    }
}
