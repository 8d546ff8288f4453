//! [`MemoryQueue`] against a stream of Redis.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use bytes::Bytes;
use svetu_embedded::MemoryQueue;
use svetu_ports::Queue;
use svetu_redis::{Redis, RedisQueue};

use super::{BothLaps, SIDES, a_second, real::Real};
use crate::{
    pace::{at_once, order},
    report::Section,
};

const NAME: &str = "bench";
const MESSAGE_BYTES: usize = 1_024;
const LEASE: Duration = Duration::from_secs(60);
/// At once, and calls of each: all of them fit into a queue.
const LOADS: [(usize, usize); 2] = [(1, 8_000), (8, 1_000)];
/// In a call of the second kind.
const BATCH: usize = 100;

pub async fn compare(xtask: &Path, repeats: usize) -> Result<Section> {
    let redis = Real::start(xtask, "redis")?;
    let real: Arc<dyn Queue> = Arc::new(RedisQueue::new(Arc::new(Redis::try_new(redis.url())?)));
    let sides = [Arc::new(MemoryQueue::default()) as Arc<dyn Queue>, real];
    let mut rows = Vec::new();
    for (concurrent, each) in LOADS {
        let (mut put, mut taken): (BothLaps, BothLaps) = Default::default();
        for repeat in 0..repeats {
            for side in order(SIDES.len(), repeat) {
                let queue = Arc::clone(&sides[side]);
                let work = move |at: usize| {
                    let queue = Arc::clone(&queue);
                    async move { Ok(queue.put(NAME, &[message(at)]).await?) }
                };
                put.push(side, at_once(concurrent, each, work).await?);
                let queue = Arc::clone(&sides[side]);
                let work = move |_| {
                    let queue = Arc::clone(&queue);
                    async move { take(&*queue).await }
                };
                taken.push(side, at_once(concurrent, each / BATCH, work).await?);
                ensure!(sides[side].take(NAME, 1, LEASE).await?.is_empty(), "messages are left");
            }
        }
        rows.push(put.row(format!("queue: put one of 1 KiB, {concurrent} at once"), Some(&a_second)));
        let what = format!("queue: take {BATCH} and say that they are done, {concurrent} at once");
        rows.push(taken.row(what, Some(&a_second)));
    }
    let asked = "Queue::put, Queue::take and Queue::done: MemoryQueue (a map behind a lock) · RedisQueue (XADD MAXLEN; a script of XAUTOCLAIM \
                 and XREADGROUP; XACK and XDEL; appendonly yes, fsync each second)";
    Ok(Section { rows, commands: vec![("Queue".to_owned(), asked.to_owned())] })
}

fn message(at: usize) -> Bytes {
    vec![u8::try_from(at % 251).unwrap_or(0); MESSAGE_BYTES].into()
}

async fn take(queue: &dyn Queue) -> Result<()> {
    let taken = queue.take(NAME, BATCH, LEASE).await?;
    ensure!(taken.len() == BATCH, "{} of {BATCH} messages", taken.len());
    let ids: Vec<String> = taken.into_iter().map(|message| message.id).collect();
    Ok(queue.done(NAME, &ids).await?)
}
