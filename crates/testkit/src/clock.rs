use std::{sync::Arc, time::Duration};

use svetu_kernel::{ManualClock, Timestamp};

/// Noon of 15 January 2026, UTC.
pub fn clock() -> Arc<ManualClock> {
    ManualClock::at(Timestamp::from_timestamp_secs(1_768_478_400).unwrap())
}

/// Asks again until the answer is yes; fails the test after a minute.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    for _ in 0..3_000 {
        if ask().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within 60 s: {what}");
}
