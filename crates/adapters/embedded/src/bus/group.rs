//! A member of a consumer group: owns some partitions by lease, hands their events on in order, moves their positions.

use std::{collections::BTreeMap, time::Duration};

use svetu_db::{Db, DbError};
use svetu_ports::{
    BusError, ConsumerGroup, Event, HandlerError,
    bus::{Fate, Stop, deliver, is_stopped, stopped},
};
use tokio::{sync::watch, task::AbortHandle, time::Instant};
use tracing::Instrument;
use uuid::Uuid;

use super::{BusOptions, POLL, SYSTEM, log, shelf, unavailable};

/// Where a partition stands that is ours.
#[derive(Debug, Clone, Copy)]
struct Place {
    seq: i64,
    attempts: i32,
    /// Not before its backoff is over.
    ready_at: Instant,
}

pub(super) struct Member {
    db: Db,
    options: BusOptions,
    heard: watch::Receiver<u64>,
    group: ConsumerGroup,
    kinds: Vec<String>,
    id: Uuid,
    places: BTreeMap<i16, Place>,
    /// Some event waits for what is away: it is told once.
    is_waiting: bool,
}

struct Heartbeat(AbortHandle);

impl Drop for Heartbeat {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Member {
    pub fn new(db: Db, options: BusOptions, heard: watch::Receiver<u64>, group: ConsumerGroup) -> Self {
        let kinds = group.kinds.iter().map(|&kind| kind.to_owned()).collect();
        Self { db, options, heard, group, kinds, id: Uuid::new_v4(), places: BTreeMap::new(), is_waiting: false }
    }

    /// Ends after the batch that is at work when `stop` says so.
    pub async fn run(mut self, mut stop: Stop) {
        let span = tracing::info_span!("consumer", group = self.group.name);
        let work = async {
            let mut backoff = Duration::from_millis(100);
            while !is_stopped(&stop) {
                match self.life(&mut stop, &mut backoff).await {
                    Ok(()) => break,
                    Err(error) => {
                        tracing::warn!(%error, "a consumer lost the bus and tries again");
                        self.places.clear();
                        tokio::select! {
                            () = stopped(&mut stop) => break,
                            () = tokio::time::sleep(backoff) => {}
                        }
                        backoff = (backoff * 2).min(Duration::from_secs(5));
                    }
                }
            }
            // Without this the others would wait for the lease to run out.
            if let Err(error) = self.leave().await {
                tracing::debug!(%error, "a consumer could not say goodbye");
            }
        };
        work.instrument(span).await;
    }

    async fn life(&mut self, stop: &mut Stop, backoff: &mut Duration) -> Result<(), DbError> {
        self.register().await?;
        let _heartbeat = self.heartbeat();
        let every = self.options.lease / 3;
        let mut share_at = Instant::now();
        loop {
            if is_stopped(stop) {
                return Ok(());
            }
            self.heard.borrow_and_update();
            if Instant::now() >= share_at {
                self.share().await?;
                // One letter at a time, so that a long shelf does not hold up the log.
                let replayed = shelf::deliver(&self.db, &self.group).await?;
                share_at = if replayed { Instant::now() } else { Instant::now() + every };
            }
            let moved = self.turn(stop).await?;
            *backoff = Duration::from_millis(100);
            if moved {
                continue;
            }
            let now = Instant::now();
            let retry_at = self.places.values().map(|place| place.ready_at).filter(|at| *at > now).min();
            let wake_at = [Some(now + POLL), Some(share_at), retry_at].into_iter().flatten().min().unwrap_or(share_at);
            tokio::select! {
                () = stopped(stop) => return Ok(()),
                _ = self.heard.changed() => {}
                () = tokio::time::sleep_until(wake_at) => {}
            }
        }
    }

    /// Hands on what is there; answers whether any position moved.
    async fn turn(&mut self, stop: &Stop) -> Result<bool, DbError> {
        // Whatever has a smaller number than this is committed and will be seen by the statement after it.
        let end = log::end(&self.db).await?;
        let now = Instant::now();
        let open: Vec<(i16, i64)> = self
            .places
            .iter()
            .filter(|(_, place)| place.seq < end && place.ready_at <= now)
            .map(|(partition, place)| (*partition, place.seq))
            .collect();
        if open.is_empty() {
            return Ok(false);
        }
        let (partitions, positions): (Vec<i16>, Vec<i64>) = open.iter().copied().unzip();
        let limit = i64::try_from(self.group.batch_max.max(1)).unwrap_or(i64::MAX);
        let mut batches: BTreeMap<i16, (Vec<i64>, Vec<Event>)> = BTreeMap::new();
        for entry in log::next(&self.db, &partitions, &positions, &self.kinds, limit).await? {
            let batch = batches.entry(entry.partition).or_default();
            batch.0.push(entry.seq);
            batch.1.push(entry.event);
        }
        for (partition, _) in open {
            if *stop.borrow() {
                return Ok(false);
            }
            match batches.remove(&partition) {
                // Only other kinds: they are passed over.
                None => self.settle(partition, end, 0).await?,
                Some((seqs, events)) => {
                    let whole = i64::try_from(events.len()).unwrap_or(i64::MAX) < limit;
                    self.hand_on(partition, &seqs, &events, whole.then_some(end)).await?;
                }
            }
        }
        Ok(true)
    }

    /// `end`: there is nothing for us between the last of these and it.
    async fn hand_on(
        &mut self,
        partition: i16,
        seqs: &[i64],
        events: &[Event],
        end: Option<i64>,
    ) -> Result<(), DbError> {
        let (Some(&last), Some(place)) = (seqs.last(), self.places.get(&partition).copied()) else { return Ok(()) };
        let Err((index, error)) = deliver(SYSTEM, &self.group, events).await else {
            if std::mem::take(&mut self.is_waiting) {
                tracing::info!("what was away is back");
            }
            return self.settle(partition, end.map_or(last, |end| end.max(last)), 0).await;
        };
        let index = index.min(events.len() - 1);
        let before = if index == 0 { place.seq } else { seqs.get(index - 1).copied().unwrap_or(place.seq) };
        let attempts_before = if index == 0 { place.attempts.unsigned_abs() } else { 0 };
        let Some((event, &seq)) = events.get(index).zip(seqs.get(index)) else { return Ok(()) };
        let signed = |attempts: u32| i32::try_from(attempts).unwrap_or(i32::MAX);
        match self.group.retry.fate(attempts_before, &error) {
            Fate::Shelved { attempts } => {
                tracing::error!(event.id = %event.id, event.kind = %event.kind, attempts, %error, "an event goes to the dead letters");
                self.shelve(partition, seq, event, &error, signed(attempts)).await
            }
            Fate::Again { attempts, wait } => {
                if !matches!(error, HandlerError::Unavailable(_)) {
                    tracing::warn!(event.id = %event.id, event.kind = %event.kind, attempts, %error, "an event will be tried again");
                } else if !std::mem::replace(&mut self.is_waiting, true) {
                    tracing::warn!(event.id = %event.id, event.kind = %event.kind, %error, "events wait for what is away");
                }
                self.settle(partition, before, signed(attempts)).await?;
                if let Some(place) = self.places.get_mut(&partition) {
                    place.ready_at = Instant::now() + wait;
                }
                Ok(())
            }
        }
    }

    /// Moves the position while the partition is ours; else forgets it.
    async fn settle(&mut self, partition: i16, seq: i64, attempts: i32) -> Result<(), DbError> {
        let moved = sqlx::query!(
            r#"update bus.position set seq = $4, attempts = $5 where "group" = $1 and partition = $2 and owner = $3"#,
            self.group.name,
            partition,
            self.id,
            seq,
            attempts
        )
        .execute(self.db.pool())
        .await?;
        if moved.rows_affected() == 0 {
            self.places.remove(&partition);
        } else {
            self.places.insert(partition, Place { seq, attempts, ready_at: Instant::now() });
        }
        Ok(())
    }

    /// The letter and the position together: neither lost nor shelved twice.
    async fn shelve(
        &mut self,
        partition: i16,
        seq: i64,
        event: &Event,
        error: &HandlerError,
        attempts: i32,
    ) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        let moved = sqlx::query!(
            r#"update bus.position set seq = $4, attempts = 0 where "group" = $1 and partition = $2 and owner = $3"#,
            self.group.name,
            partition,
            self.id,
            seq
        )
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            self.places.remove(&partition);
            return Ok(());
        }
        shelf::put(&mut tx, self.group.name, event, &error.to_string(), attempts).await?;
        tx.commit().await?;
        self.places.insert(partition, Place { seq, attempts: 0, ready_at: Instant::now() });
        Ok(())
    }

    async fn register(&self) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        sqlx::query!(
            "insert into bus.consumer_group (name, kinds) values ($1, $2) on conflict (name) do update set kinds = excluded.kinds",
            self.group.name,
            &self.kinds
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            r#"insert into bus.position ("group", partition, seq)
               select $1, partition::int2, 0 from generate_series(0, $2::int4 - 1) as partition on conflict do nothing"#,
            self.group.name,
            i32::from(log::PARTITIONS)
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Keeps the lease while a handler is long at work.
    fn heartbeat(&self) -> Heartbeat {
        let (db, group, id, lease) = (self.db.clone(), self.group.name, self.id, self.options.lease);
        let beat = async move {
            loop {
                tokio::time::sleep(lease / 3).await;
                let renewed = sqlx::query!(
                    r#"update bus.position set owned_until = now() + make_interval(secs => $3) where "group" = $1 and owner = $2"#,
                    group,
                    id,
                    lease.as_secs_f64()
                )
                .execute(db.pool())
                .await;
                if let Err(error) = renewed {
                    tracing::debug!(%error, "a lease was not renewed");
                }
            }
        };
        Heartbeat(tokio::spawn(beat).abort_handle())
    }

    /// Says that we are here and takes, keeps or lets go of partitions until everybody has a fair share.
    async fn share(&mut self) -> Result<(), DbError> {
        let lease_s = self.options.lease.as_secs_f64();
        let name = self.group.name;
        let mut tx = self.db.begin().await?;
        sqlx::query!(
            r#"insert into bus.member ("group", id, alive_until) values ($1, $2, now() + make_interval(secs => $3))
               on conflict ("group", id) do update set alive_until = excluded.alive_until"#,
            name,
            self.id,
            lease_s
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(r#"delete from bus.member where "group" = $1 and alive_until < now()"#, name)
            .execute(&mut *tx)
            .await?;
        let members = sqlx::query_scalar!(r#"select count(*) as "count!" from bus.member where "group" = $1"#, name)
            .fetch_one(&mut *tx)
            .await?;
        let fair = i64::from(log::PARTITIONS).div_euclid(members.max(1))
            + i64::from(i64::from(log::PARTITIONS) % members.max(1) != 0);
        // Too many are let go of, from the last one down.
        sqlx::query!(
            r#"update bus.position set owner = null, owned_until = null where "group" = $1 and partition = any(array(
                   select partition from bus.position where "group" = $1 and owner = $2 order by partition offset $3))"#,
            name,
            self.id,
            fair
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            r#"update bus.position set owner = $2, owned_until = now() + make_interval(secs => $4)
               where "group" = $1 and partition = any(array(
                   select partition from bus.position
                   where "group" = $1 and (owner is null or owned_until < now())
                   order by partition
                   limit greatest(0, $3 - (select count(*) from bus.position where "group" = $1 and owner = $2))
                   for update skip locked))"#,
            name,
            self.id,
            fair,
            lease_s
        )
        .execute(&mut *tx)
        .await?;
        let ours = sqlx::query!(
            r#"select partition, seq, attempts from bus.position where "group" = $1 and owner = $2"#,
            name,
            self.id
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let now = Instant::now();
        self.places = ours
            .into_iter()
            .map(|row| {
                let ready_at = self.places.get(&row.partition).map_or(now, |place| place.ready_at);
                (row.partition, Place { seq: row.seq, attempts: row.attempts, ready_at })
            })
            .collect();
        Ok(())
    }

    async fn leave(&self) -> Result<(), DbError> {
        let mut tx = self.db.begin().await?;
        sqlx::query!(
            r#"update bus.position set owner = null, owned_until = null where "group" = $1 and owner = $2"#,
            self.group.name,
            self.id
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(r#"delete from bus.member where "group" = $1 and id = $2"#, self.group.name, self.id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("select pg_notify('svetu_bus', '')").execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

pub(super) async fn seek(db: &Db, group: &str, seq: i64) -> Result<(), BusError> {
    let mut tx = db.begin().await.map_err(unavailable)?;
    let running = sqlx::query_scalar!(
        r#"select exists (select from bus.member where "group" = $1 and alive_until > now()) as "running!""#,
        group
    )
    .fetch_one(&mut *tx)
    .await
    .map_err(unavailable)?;
    if running {
        return Err(BusError::GroupRunning(group.to_owned()));
    }
    // A group that never ran begins there, too.
    sqlx::query!("insert into bus.consumer_group (name, kinds) values ($1, '{}') on conflict do nothing", group)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
    sqlx::query!(
        r#"insert into bus.position ("group", partition, seq)
           select $1, partition::int2, $2 from generate_series(0, $3::int4 - 1) as partition
           on conflict ("group", partition) do update set seq = excluded.seq, attempts = 0"#,
        group,
        seq,
        i32::from(log::PARTITIONS)
    )
    .execute(&mut *tx)
    .await
    .map_err(unavailable)?;
    tx.commit().await.map_err(unavailable)
}
