use std::time::Duration;

/// Bounds of the service. The defaults suit one machine.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// Photos decoded and encoded at the same time: the cores.
    pub pipeline_permits: usize,
    /// Bodies held in memory at the same time; each is at most [`crate::photo::BYTES_MAX`].
    pub uploads_max: usize,
    /// How long an upload may wait for its turn.
    pub upload_wait: Duration,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Photos that one person may hold without using them.
    pub unattached_max: i64,
    /// After this long without a holder a photo is deleted.
    pub orphan_after: Duration,
    /// Photos fetched from other servers at the same time.
    pub fetches_max: usize,
    pub fetch_timeout: Duration,
    /// Lets [`svetu_contracts::media::MediaContract::fetch`] reach loopback and private networks: tests only.
    pub fetch_private: bool,
}

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            pipeline_permits: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            uploads_max: 16,
            upload_wait: Duration::from_secs(10),
            body_timeout: Duration::from_secs(120),
            unattached_max: 200,
            orphan_after: Duration::from_secs(24 * 3_600),
            fetches_max: 8,
            fetch_timeout: Duration::from_secs(20),
            fetch_private: false,
        }
    }
}
