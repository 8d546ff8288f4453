use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use redis::Script;
use svetu_ports::{
    Message, Queue, QueueError,
    queue::{DELIVERIES_MAX, MESSAGES_MAX, check, check_bodies},
};

use crate::{Redis, cache::millis};

/// Apart from the keys of the cache, whose names are anybody's.
const PREFIX: &str = "svetu-queue:";
/// One group: each message goes to one process. One name in it for all of them: who took what is of no use to anybody.
const GROUP: &str = "svetu";
const FIELD: &str = "m";
/// First what was handed out and not done in time, then what nobody had. The group is made with its stream, also after an eviction.
const TAKE: &str = "
redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
local max, taken = tonumber(ARGV[2]), {}
local late = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[1], ARGV[3], '0-0', 'COUNT', max)[2]
for _, entry in ipairs(late) do
    local had = redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)[1]
    if had and had[4] > tonumber(ARGV[4]) then
        redis.call('XACK', KEYS[1], ARGV[1], entry[1])
        redis.call('XDEL', KEYS[1], entry[1])
    else
        table.insert(taken, entry[1])
        table.insert(taken, entry[2][2])
    end
end
local left = max - #taken / 2
if left > 0 then
    local fresh = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[1], 'COUNT', left, 'STREAMS', KEYS[1], '>')
    for _, entry in ipairs(fresh and fresh[1][2] or {}) do
        table.insert(taken, entry[1])
        table.insert(taken, entry[2][2])
    end
end
return taken";

/// A stream a queue, bounded by its length.
pub struct RedisQueue {
    redis: Arc<Redis>,
    take: Script,
}

impl RedisQueue {
    pub fn new(redis: Arc<Redis>) -> Self {
        Self { redis, take: Script::new(TAKE) }
    }
}

fn key(queue: &str) -> String {
    format!("{PREFIX}{queue}")
}

/// As Redis gives them: two numbers.
fn is_id(id: &str) -> bool {
    id.split_once('-').is_some_and(|(ms, number)| ms.parse::<u64>().is_ok() && number.parse::<u64>().is_ok())
}

#[async_trait]
impl Queue for RedisQueue {
    async fn put(&self, queue: &str, bodies: &[Bytes]) -> Result<(), QueueError> {
        check_bodies(queue, bodies)?;
        if bodies.is_empty() {
            return Ok(());
        }
        let key = key(queue);
        let mut all = redis::pipe();
        all.atomic();
        for body in bodies {
            all.cmd("XADD").arg(&key).arg("MAXLEN").arg(MESSAGES_MAX).arg("*").arg(FIELD).arg(&body[..]).ignore();
        }
        self.redis.together(&all).await.map_err(QueueError::Unavailable)
    }

    async fn take(&self, queue: &str, messages_max: usize, lease: Duration) -> Result<Vec<Message>, QueueError> {
        check(queue, messages_max)?;
        if messages_max == 0 {
            return Ok(Vec::new());
        }
        let mut call = self.take.key(key(queue));
        call.arg(GROUP).arg(messages_max).arg(millis(lease)).arg(DELIVERIES_MAX);
        let taken: Vec<(String, Vec<u8>)> = self.redis.run(&call).await.map_err(QueueError::Unavailable)?;
        Ok(taken.into_iter().map(|(id, body)| Message { id, body: body.into() }).collect())
    }

    async fn done(&self, queue: &str, ids: &[String]) -> Result<(), QueueError> {
        check(queue, ids.len())?;
        let ids: Vec<&String> = ids.iter().filter(|id| is_id(id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let key = key(queue);
        let mut both = redis::pipe();
        both.atomic().cmd("XACK").arg(&key).arg(GROUP).arg(&ids).ignore().cmd("XDEL").arg(&key).arg(&ids).ignore();
        self.redis.together(&both).await.map_err(QueueError::Unavailable)
    }
}
