//! A streaming replica, asked only while it is known to be close behind its primary.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use sqlx::PgPool;

use crate::Db;

const CHECK_EVERY: Duration = Duration::from_millis(500);
/// Of one question to either server, and for a connection to the replica.
pub(crate) const ANSWER_MAX: Duration = Duration::from_millis(300);
/// One that did not answer is left alone for so long.
const DISTRUST: Duration = Duration::from_secs(2);
/// A read that takes longer on the replica is asked of the primary.
const READ_MAX: Duration = Duration::from_secs(2);
/// Positions remembered: with one every half second they reach back a minute.
const SAMPLES_MAX: usize = 120;

#[derive(Debug)]
pub(crate) struct Replica {
    pool: PgPool,
    lag_max: Duration,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    next_check: Option<Instant>,
    /// The replica shows all that was committed before this.
    as_of: Option<Instant>,
    lag: Option<Duration>,
    /// When the primary had written how far.
    samples: VecDeque<(Instant, i64)>,
}

impl Replica {
    pub(crate) fn new(pool: PgPool, lag_max: Duration) -> Self {
        Self { pool, lag_max, seen: Mutex::default() }
    }

    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Of those who ask at once one looks; the others take what was known.
    async fn is_close(&self, primary: &PgPool) -> bool {
        if self.is_due() {
            self.look(primary).await;
        }
        self.seen.lock().as_of.is_some_and(|as_of| as_of.elapsed() <= self.lag_max)
    }

    fn is_due(&self) -> bool {
        let (mut seen, now) = (self.seen.lock(), Instant::now());
        let due = seen.next_check.is_none_or(|at| at <= now);
        if due {
            seen.next_check = Some(now + CHECK_EVERY);
        }
        due
    }

    /// Whatever the primary had written when it was asked, the replica has once it has replayed so far: no clock is compared.
    async fn look(&self, primary: &PgPool) -> Option<Duration> {
        let asked = Instant::now();
        let written = position("select pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint", primary).await;
        // None of a server that was promoted: it goes its own way.
        let replayed = position(
            "select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint where pg_is_in_recovery()",
            &self.pool,
        )
        .await;
        let mut seen = self.seen.lock();
        if let Some(written) = written {
            seen.samples.push_back((asked, written));
            if seen.samples.len() > SAMPLES_MAX {
                seen.samples.pop_front();
            }
        }
        let was = seen.lag.is_some_and(|lag| lag <= self.lag_max);
        match replayed {
            Some(replayed) => {
                let newest = seen.samples.iter().rev().find(|(_, written)| *written <= replayed);
                seen.as_of = newest.map(|(at, _)| *at);
                seen.lag = seen.as_of.map(|as_of| asked.saturating_duration_since(as_of));
            }
            None => {
                seen.as_of = None;
                seen.lag = None;
                seen.next_check = Some(Instant::now() + DISTRUST);
            }
        }
        let (lag, is) = (seen.lag, seen.lag.is_some_and(|lag| lag <= self.lag_max));
        drop(seen);
        match (was, is) {
            (true, false) => tracing::warn!(?lag, "the replica is gone or too far behind: the primary is asked"),
            (false, true) => {
                tracing::info!(?lag, "the replica is close behind: it is asked for what may be a little old")
            }
            (true, true) | (false, false) => {}
        }
        lag
    }

    fn distrust(&self) {
        let mut seen = self.seen.lock();
        seen.as_of = None;
        seen.lag = None;
        seen.next_check = Some(Instant::now() + DISTRUST);
    }
}

async fn position(sql: &str, pool: &PgPool) -> Option<i64> {
    let asked = sqlx::query_scalar::<_, Option<i64>>(sql).fetch_optional(pool);
    tokio::time::timeout(ANSWER_MAX, asked).await.ok()?.ok()?.flatten()
}

impl Db {
    /// A read that may miss what was committed in the last `replica_lag_max`: from the replica while it is that close behind, else
    /// from the primary. What fails there, or is not there, is asked of the primary: an error is the primary's.
    ///
    /// Not for who has just written and looks at it, nor for what an act is decided by, nor for a snapshot that the bus continues.
    pub async fn read_stale<T, E, F>(&self, read: impl Fn(Self) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        if let Some(replica) = &self.replica
            && replica.is_close(&self.pool).await
        {
            match tokio::time::timeout(READ_MAX, read(self.copy(replica.pool()))).await {
                Ok(Ok(found)) => return Ok(found),
                Ok(Err(_)) => {}
                Err(_) => replica.distrust(),
            }
        }
        read(self.clone()).await
    }

    /// How far behind its replica is, measured now; `None` where it has none, and within for one that does not tell.
    pub async fn replica_lag(&self) -> Option<Option<Duration>> {
        match &self.replica {
            Some(replica) => Some(replica.look(&self.pool).await),
            None => None,
        }
    }
}
