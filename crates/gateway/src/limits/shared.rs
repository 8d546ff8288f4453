use std::{
    fmt::{self, Display, Write as _},
    sync::Arc,
};

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use svetu_http::{Quota, Verdict};
use svetu_kernel::Timestamp;
use svetu_ports::Cache;

/// Of the hash that stands for a key: two of them never meet.
const HASH_BYTES: usize = 16;

/// Limits that all processes count together.
#[derive(Clone)]
pub struct SharedLimits {
    cache: Arc<dyn Cache>,
    /// Filled up with zeros to a block, as HMAC does.
    key: [u8; 64],
}

impl SharedLimits {
    /// The cache is one that processes share; `key` is the same in all of them and known to nobody else.
    pub fn new(cache: Arc<dyn Cache>, key: [u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        Self { cache, key: block }
    }

    /// None: the cache does not know, and what this process counted holds.
    pub(super) async fn take(&self, name: &str, quota: Quota, key: impl Display, now: Timestamp) -> Option<Verdict> {
        let taken = self.cache.take(&self.entry(name, key), quota.rate(), now).await.ok()?;
        Some(quota.verdict(taken, now))
    }

    /// No address and no account is in clear in the cache, and without the key nobody finds out whose an entry is by trying all.
    fn entry(&self, name: &str, key: impl Display) -> String {
        let mut mac = Hmac::<Sha256>::new(&self.key.into());
        mac.update(format!("svetu limit v1\n{name}\n{key}").as_bytes());
        mac.finalize().into_bytes()[..HASH_BYTES].iter().fold(format!("limit:{name}:"), |mut entry, byte| {
            let _ = write!(entry, "{byte:02x}");
            entry
        })
    }
}

impl fmt::Debug for SharedLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedLimits").finish_non_exhaustive()
    }
}
