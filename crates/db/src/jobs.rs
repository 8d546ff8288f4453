//! Durable timers: written with the transaction that wants them, run at least once, at the time or soon after it.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::StreamExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use svetu_kernel::{SharedClock, Timestamp};
use svetu_ports::{
    HandlerError,
    bus::{Stop, stopped},
    trace::{Kind, Span},
};
use tracing::Instrument;
use uuid::Uuid;

use crate::{Db, DbError, Tx};

const CLAIM_MAX: i64 = 16;
const PARALLEL_MAX: usize = 4;
const ROUNDS_MAX: u32 = 10_000;
const POLL_MAX: Duration = Duration::from_secs(2);
const BACKOFF_S_MAX: i64 = 3_600;

/// A timer to set. The same kind and key again moves it and takes the newer payload.
#[derive(Debug, Clone)]
pub struct NewJob<'a, P> {
    pub kind: &'a str,
    /// What it is about, such as a listing's id.
    pub key: &'a str,
    pub run_at: Timestamp,
    pub payload: P,
}

/// A timer that went off.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Job {
    pub id: i64,
    pub kind: String,
    pub key: String,
    pub run_at: Timestamp,
    pub payload: Value,
    /// Counts this one.
    pub attempts: i32,
}

impl Job {
    /// What it was set with. One that cannot be read is poison: no further try reads it better.
    pub fn read<P: DeserializeOwned>(&self) -> Result<P, HandlerError> {
        serde_json::from_value(self.payload.clone()).map_err(|error| HandlerError::Poison(error.to_string()))
    }
}

#[async_trait]
pub trait JobHandler: Send + Sync + 'static {
    /// Must expect to be run again after a crash: look at the state, not at the timer.
    async fn run(&self, job: &Job) -> Result<(), HandlerError>;
}

#[derive(Clone)]
pub struct JobKind {
    pub name: &'static str,
    /// Periodic: one timer without a key that sets itself again this long after each end.
    pub every: Option<Duration>,
    /// After as many failures it is shelved with the reason (a periodic one goes on with its next turn).
    pub attempts_max: u32,
    pub timeout: Duration,
    pub handler: Arc<dyn JobHandler>,
}

pub async fn schedule<P: Serialize>(tx: &mut Tx<'_>, job: &NewJob<'_, P>) -> Result<(), DbError> {
    schedule_many(tx, job.kind, &[(job.key.to_owned(), job.run_at, serde_json::to_value(&job.payload)?)]).await
}

/// Keys must differ from each other.
pub async fn schedule_many(tx: &mut Tx<'_>, kind: &str, jobs: &[(String, Timestamp, Value)]) -> Result<(), DbError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = jobs.iter().map(|(key, ..)| key.as_str()).collect();
    let times: Vec<Timestamp> = jobs.iter().map(|(_, at, _)| *at).collect();
    let payloads: Vec<&Value> = jobs.iter().map(|(.., payload)| payload).collect();
    sqlx::query(
        "insert into job (kind, key, run_at, payload)
         select $1, key, run_at, payload from unnest($2::text[], $3::timestamptz[], $4::jsonb[]) as j (key, run_at, payload)
         on conflict (kind, key) do update set run_at = excluded.run_at, payload = excluded.payload, attempts = 0,
             lease = null, lease_until = null, failed_at = null, reason = null",
    )
    .bind(kind)
    .bind(&keys)
    .bind(&times)
    .bind(&payloads)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn cancel(tx: &mut Tx<'_>, kind: &str, key: &str) -> Result<(), DbError> {
    sqlx::query("delete from job where kind = $1 and key = $2").bind(kind).bind(key).execute(&mut **tx).await?;
    Ok(())
}

/// Timers that used up their attempts, oldest first.
pub async fn shelved(db: &Db, limit: u32) -> Result<Vec<(Job, String)>, DbError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        job: Job,
        reason: Option<String>,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "select id, kind, key, run_at, payload, attempts, reason from job where failed_at is not null order by id limit $1",
    )
    .bind(i64::from(limit))
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.job, row.reason.unwrap_or_default())).collect())
}

/// Timers whose time has come and that do not run, and those that used up their attempts. Counted up to ten thousand.
pub async fn backlog(db: &Db, now: Timestamp) -> Result<(u32, u32), DbError> {
    let (due, shelved): (i64, i64) = sqlx::query_as(
        "select (select count(*) from (select from job where failed_at is null and run_at <= $1
                                       and (lease_until is null or lease_until < $1) limit 10000) due),
                (select count(*) from (select from job where failed_at is not null limit 10000) shelved)",
    )
    .bind(now)
    .fetch_one(db.pool())
    .await?;
    let counted = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok((counted(due), counted(shelved)))
}

/// Runs a schema's timers. Any number of workers share them.
pub struct Worker {
    db: Db,
    clock: SharedClock,
    kinds: Vec<JobKind>,
}

impl Worker {
    pub const fn new(db: Db, clock: SharedClock, kinds: Vec<JobKind>) -> Self {
        Self { db, clock, kinds }
    }

    /// Works until it is stopped; what runs at that moment is left to end within its timeout by its lease.
    pub async fn run(self, mut stop: Stop) {
        let span = tracing::info_span!("jobs", schema = self.db.schema());
        let work = async {
            loop {
                let wait = match self.turn().await {
                    Ok(wait) => wait,
                    Err(error) => {
                        tracing::warn!(%error, "timers wait for the database");
                        POLL_MAX
                    }
                };
                tokio::time::sleep(wait).await;
            }
        };
        tokio::select! {
            () = stopped(&mut stop) => {}
            () = work.instrument(span) => {}
        }
    }

    async fn turn(&self) -> Result<Duration, DbError> {
        self.run_due().await?;
        let names: Vec<&str> = self.kinds.iter().map(|kind| kind.name).collect();
        let next: Option<Timestamp> = sqlx::query_scalar(
            "select min(run_at) from job where kind = any($1) and failed_at is null and lease is null",
        )
        .bind(&names)
        .fetch_one(self.db.pool())
        .await?;
        let until = next.map_or(POLL_MAX, |at| (at - self.clock.now()).to_std().unwrap_or_default());
        Ok(until.clamp(Duration::from_millis(20), POLL_MAX))
    }

    /// Runs all that is due by the clock now; answers how many ran (failed ones too).
    pub async fn run_due(&self) -> Result<u32, DbError> {
        self.ensure_periodic().await?;
        let mut total = 0;
        for _ in 0..ROUNDS_MAX {
            let mut ran = 0;
            for kind in &self.kinds {
                let lease = Uuid::new_v4();
                let jobs = self.claim(kind, lease).await?;
                ran += u32::try_from(jobs.len()).unwrap_or(u32::MAX);
                let ends: Vec<Result<(), DbError>> = futures::stream::iter(jobs)
                    .map(|job| self.run_one(kind, lease, job))
                    .buffer_unordered(PARALLEL_MAX)
                    .collect()
                    .await;
                ends.into_iter().collect::<Result<Vec<()>, _>>()?;
            }
            if ran == 0 {
                break;
            }
            total += ran;
        }
        Ok(total)
    }

    async fn ensure_periodic(&self) -> Result<(), DbError> {
        let names: Vec<&str> = self.kinds.iter().filter(|kind| kind.every.is_some()).map(|kind| kind.name).collect();
        if names.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into job (kind, key, run_at, payload) select kind, '', $2, 'null' from unnest($1::text[]) as k (kind)
             on conflict do nothing",
        )
        .bind(&names)
        .bind(self.clock.now())
        .execute(self.db.pool())
        .await?;
        Ok(())
    }

    async fn claim(&self, kind: &JobKind, lease: Uuid) -> Result<Vec<Job>, DbError> {
        let now = self.clock.now();
        // The lease outlives the timeout: while the handler can run nobody else takes its job.
        let until = now + kind.timeout + Duration::from_secs(30);
        Ok(sqlx::query_as(
            "update job set lease = $1, lease_until = $2, attempts = attempts + 1
             where id = any(array(
                 select id from job
                 where kind = $3 and run_at <= $4 and failed_at is null and (lease_until is null or lease_until < $4)
                 order by run_at limit $5 for update skip locked))
             returning id, kind, key, run_at, payload, attempts",
        )
        .bind(lease)
        .bind(until)
        .bind(kind.name)
        .bind(now)
        .bind(CLAIM_MAX)
        .fetch_all(self.db.pool())
        .await?)
    }

    async fn run_one(&self, kind: &JobKind, lease: Uuid, job: Job) -> Result<(), DbError> {
        let span = tracing::info_span!("job", kind = %job.kind, key = %job.key, attempt = job.attempts);
        let attempts = u32::try_from(job.attempts).unwrap_or(u32::MAX);
        let result = if attempts > kind.attempts_max {
            Err(HandlerError::Poison("its process died while it ran".to_owned()))
        } else {
            let mut recorded = Span::begin(format!("job {}", kind.name), Kind::Internal, None);
            let result = recorded.around(perform(kind, job.clone())).instrument(span.clone()).await;
            if let Err(error) = &result {
                recorded.failed(error.kind());
            }
            result
        };
        let now = self.clock.now();
        match (result, kind.every) {
            (Ok(()), None) => self.delete(&job, lease).await,
            (Ok(()), Some(every)) => self.again(&job, lease, now + every, 0, None).await,
            (Err(error), every) => {
                let last = i32::try_from(kind.attempts_max).unwrap_or(i32::MAX);
                let is_away = matches!(error, HandlerError::Unavailable(_));
                let used_up = !is_away && (attempts >= kind.attempts_max || matches!(error, HandlerError::Poison(_)));
                span.in_scope(|| tracing::warn!(%error, used_up, "a timer failed"));
                let reason = error.to_string();
                match (used_up, every) {
                    (true, None) => self.shelve(&job, lease, now, &reason).await,
                    (true, Some(every)) => self.again(&job, lease, now + every, 0, Some(&reason)).await,
                    (false, _) => {
                        let backoff_s = (1_i64 << job.attempts.clamp(0, 20)).min(BACKOFF_S_MAX);
                        let at = now + chrono::Duration::seconds(backoff_s);
                        // What was away used up nothing.
                        let counted = if is_away { job.attempts.min(last - 1) } else { job.attempts };
                        self.again(&job, lease, at, counted, Some(&reason)).await
                    }
                }
            }
        }
    }

    /// Only while the lease is ours: a timer that was set anew meanwhile stays.
    async fn delete(&self, job: &Job, lease: Uuid) -> Result<(), DbError> {
        sqlx::query("delete from job where id = $1 and lease = $2")
            .bind(job.id)
            .bind(lease)
            .execute(self.db.pool())
            .await?;
        Ok(())
    }

    async fn again(
        &self,
        job: &Job,
        lease: Uuid,
        at: Timestamp,
        attempts: i32,
        reason: Option<&str>,
    ) -> Result<(), DbError> {
        sqlx::query(
            "update job set run_at = $3, attempts = $4, reason = $5, lease = null, lease_until = null
             where id = $1 and lease = $2",
        )
        .bind(job.id)
        .bind(lease)
        .bind(at)
        .bind(attempts)
        .bind(reason)
        .execute(self.db.pool())
        .await?;
        Ok(())
    }

    async fn shelve(&self, job: &Job, lease: Uuid, at: Timestamp, reason: &str) -> Result<(), DbError> {
        sqlx::query(
            "update job set failed_at = $3, reason = $4, lease = null, lease_until = null where id = $1 and lease = $2",
        )
        .bind(job.id)
        .bind(lease)
        .bind(at)
        .bind(reason)
        .execute(self.db.pool())
        .await?;
        Ok(())
    }
}

/// In a task of its own, so that a panic of one handler is one failed job.
async fn perform(kind: &JobKind, job: Job) -> Result<(), HandlerError> {
    let handler = Arc::clone(&kind.handler);
    let task = tokio::spawn(async move { handler.run(&job).await }.in_current_span());
    let abort = task.abort_handle();
    match tokio::time::timeout(kind.timeout, task).await {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => Err(HandlerError::Transient(error.to_string())),
        Err(_) => {
            abort.abort();
            Err(HandlerError::Transient(format!("took longer than {} s", kind.timeout.as_secs())))
        }
    }
}
